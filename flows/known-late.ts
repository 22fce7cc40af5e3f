import { openReversals } from './book.js';
import { markReversalKnown, undoNow } from './reversal-queue.js';
import { reverseDenied } from './reversal-start.js';
import type { Turn } from './turn.js';

/**
 * A late reply or a notification shows that the acquirer has a payment that is over for the terminal; `charged`: and that it
 * was charged. It approves nothing. A payment in the queue is undone at once. True where this was new, which is at most twice
 * for each payment: repeated notifications cause no more requests.
 */
export function markKnownLate(
  turn: Turn,
  paymentRequestId: string,
  charged: boolean,
  paymentId: string | undefined,
): boolean {
  const reversal = openReversals(turn.book).find((one) => one.paymentRequestId === paymentRequestId);
  if (reversal === undefined || (reversal.known && (!charged || reversal.charged === true))) {
    return charged && reverseDenied(turn, paymentRequestId, paymentId);
  }
  markReversalKnown(turn, reversal, charged, paymentId);
  undoNow(turn, reversal);
  return true;
}
