import { openReversals } from './book.js';
import { markReversalKnown, undoNow } from './reversal-queue.js';
import { reverseDenied } from './reversal-start.js';
import type { Turn } from './turn.js';

/**
 * A late reply or a notification shows that the acquirer has a payment which is over for us, or with `charged` that it
 * charged it. That approves nothing; a charge is undone at once. True where it was news, which it is at most twice a payment:
 * who repeats it does not make the terminal ask more often.
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
