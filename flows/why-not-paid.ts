import type { Book } from './book.js';
import type { Conflict } from './call-answer.js';
import { ownEntry } from './own-entry.js';
import { paidOrder } from './paid-orders.js';
import type { Reversal } from './reversal.js';
import { isOpen } from './sale.js';

/**
 * Why the payment of a reversal may not be declared to stand: no success was proven while its sale was open, or its order would
 * be paid twice. Undefined where it may.
 */
export function whyNotPaid(book: Book, { saleId, paymentRequestId, cause }: Reversal): Conflict | undefined {
  if (cause === 'paidAfterFailure') {
    return { code: 'notPaid', because: 'endedWithout' };
  }
  const sale = ownEntry(book.sales, saleId);
  const attempts = sale?.attempts ?? [];
  const proven = attempts.some((attempt) => attempt.paymentRequestId === paymentRequestId && attempt.result === 'S');
  if (!proven || sale === undefined) return { code: 'notPaid', because: 'neverProven' };
  const { orderId } = sale;
  for (const other of Object.values(book.sales)) {
    if (other.orderId !== orderId || other.saleId === saleId) continue;
    const twice = { because: 'paidTwice', orderId, saleId: other.saleId } as const;
    if (other.state === 'settled') return { code: 'orderPaid', ...twice, kept: true };
    if (isOpen(other)) return { code: 'saleOpen', ...twice, state: other.state };
  }
  const paid = paidOrder(book.paidOrders, orderId);
  return paid && { code: 'orderPaid', because: 'paidTwice', orderId, saleId: paid.saleId, kept: false };
}
