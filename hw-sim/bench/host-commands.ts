import { present, type Sale } from '../../firmware/for-simulator.js';
import type { Bench } from './bench.js';
import { type ConsoleCommand, wordCommand } from './console-command.js';
import type { HostApp, HostAppAnswer } from './host-app.js';
import { parseAmount } from './parse-amount.js';
import type { Say } from './say.js';
import type { Wallet } from './wallet.js';

export interface HostCommandParts {
  readonly bench: Bench;
  readonly hostApp: HostApp;
  readonly wallet: Wallet;
  readonly say: Say;
}

export interface HostCommands {
  /** Starts a sale; `words` are an amount and perhaps a description. Undefined where they do not start with an amount. */
  sell(words: string): string | undefined;
  readonly commands: readonly ConsoleCommand[];
}

/** Commands of a customer and of the host app that serves them. The host app does everything over the local API. */
export function createHostCommands({ bench, hostApp, wallet, say }: HostCommandParts): HostCommands {
  const { currency } = bench.settings.config.terminal;
  let orders = 0;
  let refunds = 0;

  function post(target: string, body: unknown, done: (answer: HostAppAnswer) => void = () => undefined): void {
    hostApp.call('POST', target, body, (answer) => {
      if (answer === undefined) say('bench', 'the host app got no answer: the terminal is off or still starting');
      else if (answer.status < 400) done(answer);
      else say('bench', `the host app is told: ${answer.status} ${errorMessage(answer.body)}`);
    });
  }

  /** The newest sale of the terminal, which is the open one where there is one. */
  function withSale(act: (sale: Sale) => void): string | undefined {
    const sale = Object.values(bench.kiosk.terminal?.kernel.state.book.sales ?? {}).at(-1);
    if (sale === undefined) return 'there is no sale yet: type an amount';
    act(sale);
    return undefined;
  }

  const commands: ConsoleCommand[] = [
    {
      name: 'scan',
      usage: '[CODE]',
      summary: 'shows the scan engine a fresh payment code, or CODE',
      run(rest) {
        if (!/^[\x20-\x7e]{0,512}$/.test(rest)) return 'a code has at most 512 characters of plain ASCII';
        const code = rest === '' ? wallet.freshCode() : rest;
        if (!bench.cables.scanner.isPlugged()) return 'nothing reads it: the scanner is unplugged (plug scanner)';
        bench.show(code, (read) =>
          say(
            'scanner',
            read
              ? `reads ${masked(code)}`
              : `did not read ${masked(code)}: it looks only while a sale waits for a code`,
          ),
        );
        return undefined;
      },
    },
    {
      name: 'cancel',
      summary: 'the customer, or the host app, cancels the sale',
      run: () => withSale(({ saleId }) => post(`/v1/sales/${saleId}/cancel`, {})),
    },
    {
      name: 'refund',
      usage: '[AMOUNT]',
      summary: 'the host app refunds the last sale, or a part of it',
      run(rest) {
        const amount = rest === '' ? undefined : parseAmount(rest, currency);
        if (rest !== '' && amount === undefined) return `"${rest}" is no amount in ${currency}`;
        refunds += 1;
        const refundId = `refund-${refunds}`;
        return withSale(({ saleId }) => post('/v1/refunds', { saleId, refundId, ...present({ amount }) }));
      },
    },
    wordCommand(
      'goods',
      ['ok', 'failed'],
      'the host app reports whether it delivered; failed returns the money',
      (word) => withSale(({ saleId }) => post(`/v1/sales/${saleId}/delivered`, { ok: word === 'ok' })),
    ),
    {
      name: 'receipt',
      usage: '[refund]',
      summary: 'prints the last receipt again, or that of the last refund',
      run(rest) {
        if (rest !== '' && rest !== 'refund') return 'type "receipt" or "receipt refund"';
        const which = rest === '' ? {} : { refundId: `refund-${refunds}` };
        return withSale(({ saleId }) => post(`/v1/sales/${saleId}/receipt`, which));
      },
    },
    {
      name: 'retry',
      summary: 'sends every waiting reversal again now, as a technician can',
      run() {
        const waiting = Object.values(bench.kiosk.terminal?.kernel.state.book.reversals ?? {}).filter(
          ({ state }) => state !== 'finished',
        );
        if (waiting.length === 0) return 'no reversal waits';
        for (const { reversalId } of waiting) post(`/v1/reversals/${reversalId}/retry`, {});
        return undefined;
      },
    },
  ];

  return {
    commands,
    sell(words) {
      const [first = '', ...rest] = words.split(/\s+/);
      const amount = parseAmount(first, currency);
      if (amount === undefined) return `"${first}" is no amount in ${currency}`;
      orders += 1;
      const description = rest.length === 0 ? {} : { description: rest.join(' ') };
      post('/v1/sales', { orderId: `order-${orders}`, amount, ...description });
      return undefined;
    },
  };
}

function errorMessage(body: string): string {
  const { error }: { readonly error?: { readonly message?: string } } = JSON.parse(body);
  return error?.message ?? body;
}

/** A payment code is never shown whole, here as on the terminal. */
function masked(code: string): string {
  return /^\d{12,}$/.test(code) ? `${code.slice(0, 2)}…${code.slice(-4)}` : `"${code}"`;
}
