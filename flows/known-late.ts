import { openReversals } from './book.js';
import { markReversalKnown, undoNow } from './reversal-queue.js';
import { reverseDenied } from './reversal-start.js';
import type { Turn } from './turn.js';

/**
 * A late reply or a notification makes a payment known that is over for us, with `charged` as charged. It approves nothing,
 * and a payment that waits in the queue is undone at once. True where it was news, at most twice a payment: one who repeats
 * it does not make the terminal ask more often.
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
