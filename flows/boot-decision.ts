import { type Book, openSale } from './book.js';
import type { Sale } from './sale.js';

/** Starts that wait again for the host app's report on one sale: a box that keeps restarting must not keep the money. */
const HOST_WAITS_LIMIT = 20;

/**
 * What the next start does with a sale that was open when the power failed. `cancelled`: without a charge. `vendUnknown`: as
 * that setting says. `awaitsHost`: the host app has to report whether it handed out the goods.
 */
export interface BootDecision {
  readonly sale: Sale;
  readonly outcome: 'cancelled' | 'reversed' | 'vendUnknown' | 'awaitsHost';
}

/** Undefined where no sale is open. */
export function bootDecision(book: Book): BootDecision | undefined {
  const sale = openSale(book);
  return sale && { sale, outcome: outcomeOf(sale) };
}

function outcomeOf({ state, hostWaits = 0 }: Sale): BootDecision['outcome'] {
  switch (state) {
    /* It has no payment, or only failed ones. */
    case 'awaitingCode':
      return 'cancelled';
    case 'vending':
      return 'vendUnknown';
    /* The host app is another program: it may have handed out the goods, and can still report it. */
    case 'approved':
      return hostWaits < HOST_WAITS_LIMIT ? 'awaitsHost' : 'reversed';
    default:
      return 'reversed';
  }
}
