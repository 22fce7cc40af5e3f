import type { Turn } from './turn.js';

/**
 * At most 64 characters, as a payment's id has 52. Belongs to one payment and differs from its other refunds, also from those
 * that failed and were asked for anew: after the first, which begins anywhere, each has the next number.
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
