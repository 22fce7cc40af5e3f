import { notePaymentShown } from './reversal-queue.js';
import { reverseDenied } from './reversal-start.js';
import type { Turn } from './turn.js';

/**
 * What is said too late to decide a payment still shows that there is one, and with `charged` perhaps that it was taken after
 * all. It never approves anything. Tells whether it was news.
 */
export function noteLateWord(
  turn: Turn,
  paymentRequestId: string,
  charged: boolean,
  paymentId: string | undefined,
): boolean {
  const shown = notePaymentShown(turn, paymentRequestId, { charged, paymentId });
  return shown || (charged && reverseDenied(turn, paymentRequestId, paymentId));
}
