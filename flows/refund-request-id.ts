import type { Turn } from './turn.js';

/** At most 64 characters; belongs to one payment and differs from its other refunds. */
export function refundRequestIdFor(turn: Turn, paymentRequestId: string): string {
  return `${paymentRequestId.slice(0, 53)}R${turn.at.randomDigits}`;
}
