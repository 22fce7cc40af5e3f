import { formatMoney, type Money, type ReversalView, type StatusView } from '../../firmware/for-simulator.js';
import { magicAmounts } from '../acquirer/magic-amounts.js';
import type { PaperItem } from '../devices/paper.js';
import type { Bench } from './bench.js';
import { type ConsoleCommand, wordCommand } from './console-command.js';
import type { HostApp } from './host-app.js';
import type { Ink } from './ink.js';
import type { Narrator } from './narrator.js';
import { isBlankStrip, receiptBox } from './receipt-box.js';
import type { Say } from './say.js';

export interface LookCommandParts {
  readonly bench: Bench;
  readonly hostApp: HostApp;
  readonly narrator: Narrator;
  readonly say: Say;
  readonly print: (text: string) => void;
  readonly ink: Ink;
}

/** Of a long list only the newest are shown. */
const ROWS_SHOWN = 30;
const RECEIPTS_SHOWN = 10;

/** Commands that show the state of things. */
export function createLookCommands(parts: LookCommandParts): {
  readonly commands: readonly ConsoleCommand[];
  readonly showPaper: () => void;
} {
  const { bench, hostApp, narrator, say, print, ink } = parts;
  const { config } = bench.settings;
  const { ledger } = bench.kiosk.acquirer;

  function show(lines: readonly string[]): void {
    print(
      lines
        .map((line) => `  ${line}`.trimEnd())
        .join('\n')
        .concat('\n'),
    );
  }

  function ask(target: string, told: (body: string) => void): undefined {
    hostApp.call('GET', target, undefined, (answer) => {
      if (answer === undefined) say('bench', 'no answer: the terminal is off or still starting');
      else told(answer.body);
    });
    return undefined;
  }

  function statusLines(body: string): string[] {
    const status: StatusView = JSON.parse(body);
    const contact = status.acquirer.lastContactAt;
    return [
      `terminal ${status.terminalNumber}: ${status.ready ? ink.green('ready') : ink.red('not ready')}`,
      ...status.faults.flatMap(({ code, meaning, operatorAction, blocksSale }) => [
        `  ${(blocksSale ? ink.red : ink.yellow)(code)}: ${meaning}`,
        `    ${ink.dim(operatorAction)}`,
      ]),
      ...Object.entries(status.devices).map(
        ([name, { state, detail }]) =>
          `${name.padEnd(9)} ${state}${detail === undefined ? '' : ink.dim(`  ${detail}`)}`,
      ),
      `network   ${bench.networkConnected ? 'plugged in' : 'unplugged'}`,
      `acquirer  ${status.acquirer.condition}${contact === undefined ? '' : `, last answer ${contact}`}`,
      `clock     ${status.clock.at} ${status.clock.trusted ? '(confirmed)' : '(not confirmed)'}`,
      `queue     ${status.queue.depth ?? '?'} of ${status.queue.limit}`,
      `boots     ${status.bootCount ?? '?'}`,
    ];
  }

  function queueLines(body: string): string[] {
    const { reversals }: { readonly reversals: readonly ReversalView[] } = JSON.parse(body);
    if (reversals.length === 0) return ['no reversal so far'];
    return lastOf(reversals).map(({ startedAt, kind, amount, cause, state, end, lastCode, paymentRequestId }) =>
      [
        startedAt,
        (end === undefined ? ink.yellow : ink.green)((end?.how ?? state).padEnd(14)),
        `${kind} of ${money(amount)}`.padEnd(22),
        cause.padEnd(17),
        paymentRequestId,
        lastCode ?? '',
      ].join('  '),
    );
  }

  function ledgerLines(): string[] {
    const payments = [...ledger.payments()];
    if (payments.length === 0) return ['no payment so far'];
    const rows = lastOf(payments).map(({ paymentRequestId, amount, status, resultCode }) => {
      const { heldValue, charged } = ledger.standing(paymentRequestId);
      const held = { currency: amount.currency, value: heldValue.toString() };
      const what = !charged
        ? 'never charged'
        : heldValue > 0n
          ? ink.green(`merchant has ${money(held)}`)
          : 'given back';
      const why = resultCode === 'SUCCESS' || resultCode === status ? '' : ` (${resultCode})`;
      return `${paymentRequestId}  ${money(amount).padStart(14)}  ${status}${why}: ${what}`;
    });
    const total = payments.reduce((sum, { paymentRequestId }) => sum + ledger.standing(paymentRequestId).heldValue, 0n);
    const all = money({ currency: config.terminal.currency, value: total.toString() });
    return [...rows, `the merchant has ${ink.bold(all)} of ${payments.length} payments`];
  }

  function magicLines(all: boolean): string[] {
    const { currency } = config.terminal;
    const shown = magicAmounts.filter(({ ending }) => all || ending.startsWith('99') || ending.startsWith('98'));
    return [
      'An amount with one of these endings makes the acquirer do this; all others are paid:',
      ...shown.map(({ ending, meaning }) => `${formatMoney({ currency, value: ending }).padStart(6)}  ${meaning}`),
      ...(all ? [] : ['"magic all" shows more: 94…, 95…, 96… and 97… about inquiries, cancels and refunds']),
    ];
  }

  const widthDots = config.devices.printer.kind === 'none' ? 0 : config.devices.printer.columns * 12;
  function showPaper(): void {
    const printed = (strip: readonly PaperItem[]): boolean => !isBlankStrip(strip);
    const strips = bench.printer.receipts().filter(printed).slice(-RECEIPTS_SHOWN);
    const unfinished = bench.printer.unfinished();
    if (strips.length === 0 && !printed(unfinished)) return show(['no paper came out so far']);
    for (const strip of strips) show(receiptBox(strip, widthDots));
    if (printed(unfinished)) show(['still in the slot, not cut:', ...receiptBox(unfinished, widthDots)]);
  }

  const commands: ConsoleCommand[] = [
    {
      name: 'lamps',
      summary: 'the lamps, and what the customer reads',
      run: () => void say('terminal', narrator.panel()),
    },
    {
      name: 'status',
      summary: 'whether the terminal is ready, and what to do if it is not',
      run: () => ask('/v1/status', (body) => show(statusLines(body))),
    },
    {
      name: 'queue',
      summary: 'the reversals and refunds, also the finished ones',
      run: () => ask('/v1/reversals?state=all', (body) => show(queueLines(body))),
    },
    { name: 'ledger', summary: "the acquirer's payments, and who has the money", run: () => void show(ledgerLines()) },
    {
      name: 'magic',
      usage: '[all]',
      summary: 'the amounts that make the acquirer do something special',
      run(rest) {
        if (rest !== '' && rest !== 'all') return 'type "magic" or "magic all"';
        show(magicLines(rest === 'all'));
        return undefined;
      },
    },
    wordCommand('trace', ['on', 'off'], "the terminal's log and every decision it takes", (word) => {
      narrator.trace = word === 'on';
    }),
  ];
  return { commands, showPaper };
}

function lastOf<T>(rows: readonly T[]): readonly T[] {
  return rows.slice(-ROWS_SHOWN);
}

function money(amount: Money): string {
  return `${amount.currency} ${formatMoney(amount)}`;
}
