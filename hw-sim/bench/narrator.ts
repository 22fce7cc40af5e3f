import {
  formatMoney,
  type Money,
  type Reversal,
  type Sale,
  type Terminal,
  view,
} from '../../firmware/for-simulator.js';
import type { LedgerEvent } from '../acquirer/ledger.js';
import type { Bench } from './bench.js';
import type { Ink } from './ink.js';
import { panelLine } from './panel-line.js';
import { isBlankStrip, receiptBox } from './receipt-box.js';
import type { Say } from './say.js';

export interface Narrator {
  /** Whether log lines and decisions are printed too. */
  trace: boolean;
  /** Prints lamps and display. */
  panel(): string;
}

export interface NarratorParts {
  readonly bench: Bench;
  readonly say: Say;
  readonly ink: Ink;
}

/** Prints everything that changes on a bench, as it changes. */
export function createNarrator({ bench, say, ink }: NarratorParts): Narrator {
  const { kiosk, settings, printer } = bench;
  const { locale } = settings.config.terminal;
  const widthDots = settings.config.devices.printer.kind === 'none' ? 0 : settings.config.devices.printer.columns * 12;
  let heard = 0;
  let printed = 0;
  let panelBefore = '';

  function panel(): string {
    const { terminal } = kiosk;
    return panelLine(terminal === undefined ? undefined : view(terminal.kernel.state), locale, ink);
  }

  function tellPanel(line: string): void {
    if (line === panelBefore) return;
    panelBefore = line;
    say('terminal', line);
  }

  function started(terminal: Terminal): void {
    const face = () => panelLine(view(terminal.kernel.state), locale, ink);
    tellPanel(face());
    terminal.kernel.onChange(({ book }, { book: before }) => {
      if (book.sales !== before.sales) {
        for (const sale of Object.values(book.sales)) tellSale(sale, before.sales[sale.saleId]);
      }
      if (book.reversals !== before.reversals) {
        for (const reversal of Object.values(book.reversals)) {
          tellReversal(reversal, before.reversals[reversal.reversalId]);
        }
      }
      tellPanel(face());
    });
  }

  function tellSale(sale: Sale, before: Sale | undefined): void {
    if (before === sale) return;
    const name = `${sale.orderId} ${money(sale.amount)}`;
    const why = sale.endCode === undefined ? '' : ` (${sale.endCode})`;
    if (before?.state !== sale.state) {
      if (sale.state === 'settled') say('sale', `${name}: ${ink.green('paid')}`);
      else if (sale.state === 'awaitingCode' && before === undefined) say('sale', `${name}: open`);
      else if (sale.state === 'awaitingCode') say('sale', `${name}: not paid${codeOfLast(sale)}, may try again`);
      else if (sale.state === 'declined' || sale.state === 'cancelled' || sale.state === 'reversing') {
        say('sale', `${name}: ${ink.yellow(sale.state)}${why}`);
      } else if (sale.state === 'reversed') say('sale', `${name}: ${ink.green('reversed')}`);
    }
    if (before?.receipt !== sale.receipt && (sale.receipt === 'failed' || sale.receipt === 'unknown')) {
      say(
        'sale',
        `${name}: ${ink.yellow(sale.receipt === 'failed' ? 'receipt not printed' : 'receipt perhaps not printed')}`,
      );
    }
  }

  function tellReversal(reversal: Reversal, before: Reversal | undefined): void {
    if (before === reversal) return;
    const name = `${reversal.kind} of ${money(reversal.amount)} for ${reversal.paymentRequestId}`;
    if (before === undefined) say('queue', `${name}: ${ink.yellow('waits')} (${reversal.cause})`);
    else if (reversal.end !== undefined && before.end === undefined) {
      say('queue', `${name}: ${ink.green(reversal.end.how)}`);
    } else if (reversal.state !== before.state) {
      say('queue', `${name}: ${reversal.state === 'needsPerson' ? ink.red('needs a person') : 'goes on'}`);
    } else if (reversal.kind !== before.kind)
      say('queue', `${name}: becomes a refund, because it can no longer be cancelled`);
  }

  function tellLedger(): void {
    const { history } = kiosk.acquirer.ledger;
    for (; heard < history.length; heard += 1) {
      const event = history[heard];
      const text = event === undefined ? undefined : ledgerText(event);
      if (text !== undefined) say('acquirer', text);
    }
  }

  function ledgerText(event: LedgerEvent): string | undefined {
    const payment = kiosk.acquirer.ledger.payment(event.paymentRequestId);
    const refunded =
      event.refundRequestId === undefined ? undefined : kiosk.acquirer.ledger.refund(event.refundRequestId);
    const sum = (refunded ?? payment)?.amount;
    const amount = sum === undefined ? '' : money(sum);
    switch (event.kind) {
      case 'received':
      case 'refundReceived':
        return undefined;
      case 'charged':
        return `takes ${ink.bold(amount)} from the customer`;
      case 'reversed':
      case 'refunded':
        return `gives ${ink.bold(amount)} back to the customer`;
      case 'failed':
        return `refuses ${amount} (${event.code ?? ''})`;
      case 'cancelled':
        return `closes the payment of ${amount}, which was not charged`;
      case 'unknownCancelled':
        return 'notes the cancel of a payment that it does not know';
      case 'refundFailed':
        return `refuses the refund of ${amount} (${event.code ?? ''})`;
    }
  }

  function tellPrinter(): void {
    const strips = printer.receipts();
    for (; printed < strips.length; printed += 1) {
      const strip = strips[printed] ?? [];
      if (isBlankStrip(strip))
        say('printer', 'cuts off a piece of blank paper, because half a receipt may have been on it');
      else say('printer', 'cuts a receipt', ...receiptBox(strip, widthDots));
    }
  }

  const narrator: Narrator = { trace: false, panel };
  bench.listen({
    looked() {
      tellLedger();
      tellPrinter();
    },
    plugged(powered) {
      say('power', powered ? 'on; the terminal starts' : 'off; what the terminal had not written to its flash is gone');
      if (!powered) tellPanel(panel());
    },
    started,
    ended(exitCode, restartMs) {
      const how = `exit ${exitCode ?? 'by a crash'}`;
      say('power', `the terminal's process ended (${how}); the supervisor restarts it in ${restartMs / 1_000} s`);
      tellPanel(panel());
    },
    logged(line) {
      if (narrator.trace) say('log', ink.dim(line));
    },
    decided(input, { records, effects, ignored }) {
      if (!narrator.trace) return;
      const parts = [
        input.type,
        ...records.map((record) => `record ${record.type}`),
        ...effects.map((effect) => `effect ${effect.type}`),
        ...(ignored === undefined ? [] : [`ignored: ${ignored}`]),
      ];
      say('log', ink.dim(parts.join(' → ')));
    },
  });
  return narrator;
}

function codeOfLast(sale: Sale): string {
  const code = sale.attempts.at(-1)?.resultCode;
  return code === undefined ? '' : ` (${code})`;
}

function money(amount: Money): string {
  return `${amount.currency} ${formatMoney(amount)}`;
}
