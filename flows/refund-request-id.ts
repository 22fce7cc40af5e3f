import type { Turn } from './turn.js';

/**
 * The id of a refund request: at most 64 characters, as a payment's id has at most 52. The first refund of a payment has a
 * random number and each further one the next number, so that it differs from all earlier refunds, also from failed ones.
 */
export function refundRequestIdFor({ at, book }: Turn, paymentRequestId: string): string {
  const prefix = `${paymentRequestId}R`;
  let highest = -1;
  for (const { refundRequestId } of Object.values(book.reversals)) {
    if (refundRequestId?.startsWith(prefix) !== true) continue;
    highest = Math.max(highest, Number(refundRequestId.slice(prefix.length)));
  }
  return prefix + (highest < 0 ? at.randomDigits : `${highest + 1}`.padStart(10, '0'));
}
