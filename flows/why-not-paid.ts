import type { Book } from './book.js';
import { ownEntry } from './own-entry.js';
import type { Reversal } from './reversal.js';

/** Why nobody may declare that the payment of a reversal stands: it never was proven in time. Undefined where somebody may. */
export function whyNotPaid(book: Book, { saleId, paymentRequestId, cause }: Reversal): string | undefined {
  if (cause === 'paidAfterFailure') return 'the sale ended without this payment, so it cannot end as paid';
  const attempts = ownEntry(book.sales, saleId)?.attempts ?? [];
  const proven = attempts.some((attempt) => attempt.paymentRequestId === paymentRequestId && attempt.result === 'S');
  if (proven) return undefined;
  return 'the acquirer never confirmed this payment to the terminal, so it cannot end as paid';
}
