import type { Turn } from './turn.js';

/** At most 63 characters, as a payment's id has 52; belongs to one payment and differs from its other refunds. */
export function refundRequestIdFor(turn: Turn, paymentRequestId: string): string {
  return `${paymentRequestId}R${turn.at.randomDigits}`;
}
