import { type Book, openSale } from './book.js';
import type { Sale } from './sale.js';

/** Starts that wait anew for the host app's word on one sale: a box that starts again and again must not keep the money. */
const HOST_WAITS_LIMIT = 20;

/**
 * What the next start does with a sale that was open when the power went: `cancelled` without a charge; `reversed`;
 * `vendUnknown`, as that setting says; `awaitsHost`, the host app's word whether it handed the goods out.
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
    /* It has no payment, or only such as surely failed. */
    case 'awaitingCode':
      return 'cancelled';
    case 'vending':
      return 'vendUnknown';
    /* The host app is another program, which may have handed the goods out and will still tell. */
    case 'approved':
      return hostWaits < HOST_WAITS_LIMIT ? 'awaitsHost' : 'reversed';
    default:
      return 'reversed';
  }
}
