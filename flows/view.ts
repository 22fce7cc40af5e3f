import { openSale } from './book.js';
import type { TextKey } from './customer-texts.js';
import { formatMoney, type Money } from './money.js';
import { readiness } from './readiness.js';
import type { Sale } from './sale.js';
import type { TerminalState } from './terminal-state.js';

/**
 * What the terminal shows, as a function of its state: nothing has to remember to switch a lamp off or to disarm the
 * scanner.
 */
export interface View {
  readonly text: TextKey;
  /** Filled into the text: `amount`. */
  readonly values: Readonly<Record<string, string>>;
  /** Digits typed so far. */
  readonly entry: string;
  readonly lamps: Lamps;
  readonly scannerArmed: boolean;
  /** The customer is being told something that is not good news. */
  readonly refusing: boolean;
}

export interface Lamps {
  readonly ready: boolean;
  readonly busy: boolean;
  readonly paid: boolean;
  readonly fault: boolean;
}

export function view(state: TerminalState): View {
  const sale = openSale(state.book);
  const { reasons } = readiness(state);
  const { notice, entry } = state.live;
  return {
    text: notice ?? screen(state, sale, reasons.length === 0),
    values: sale === undefined ? {} : { amount: priceTag(sale.amount) },
    entry: sale === undefined ? entry : '',
    lamps: {
      ready: sale === undefined && reasons.length === 0,
      busy: sale !== undefined,
      paid: notice === 'paid' || sale?.state === 'approved' || sale?.state === 'vending',
      fault: reasons.length > 0,
    },
    refusing: notice !== undefined && notice !== 'paid',
    scannerArmed: sale?.state === 'awaitingCode',
  };
}

function screen(state: TerminalState, sale: Sale | undefined, ready: boolean): TextKey {
  switch (sale?.state) {
    case 'awaitingCode':
      return 'showCode';
    case 'paying':
      return 'paying';
    case 'inquiring':
      return 'confirmOnPhone';
    case 'approved':
      return 'paid';
    case 'vending':
      return 'vending';
    default:
      if (!ready) return 'outOfService';
      return state.policy.saleMode === 'amount' ? 'enterAmount' : 'ready';
  }
}

function priceTag(amount: Money): string {
  return `${amount.currency} ${formatMoney(amount)}`;
}
