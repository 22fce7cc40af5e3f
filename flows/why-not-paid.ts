import type { Book } from './book.js';
import type { ConflictCode } from './call-answer.js';
import { ownEntry } from './own-entry.js';
import { paidOrder } from './paid-orders.js';
import type { Reversal } from './reversal.js';
import { isOpen } from './sale.js';

/**
 * Why nobody may declare that the payment of a reversal stands: it never was proven in time, or its order would be paid
 * twice. Undefined where somebody may.
 */
export function whyNotPaid(
  book: Book,
  { saleId, paymentRequestId, cause }: Reversal,
): { readonly code: ConflictCode; readonly message: string } | undefined {
  if (cause === 'paidAfterFailure') {
    return { code: 'notPaid', message: 'the sale ended without this payment, so it cannot end as paid' };
  }
  const sale = ownEntry(book.sales, saleId);
  const attempts = sale?.attempts ?? [];
  const proven = attempts.some((attempt) => attempt.paymentRequestId === paymentRequestId && attempt.result === 'S');
  if (!proven || sale === undefined) {
    const message = 'the acquirer never confirmed this payment to the terminal, so it cannot end as paid';
    return { code: 'notPaid', message };
  }
  for (const other of Object.values(book.sales)) {
    if (other.orderId !== sale.orderId || other.saleId === saleId) continue;
    const would = `order ${sale.orderId} would be paid twice: its sale ${other.saleId} is`;
    if (other.state === 'settled') return { code: 'orderPaid', message: `${would} paid; give this payment back` };
    if (isOpen(other)) return { code: 'saleOpen', message: `${would} still ${other.state}; see first how that ends` };
  }
  const gone = paidOrder(book.paidOrders, sale.orderId);
  if (gone === undefined) return undefined;
  const message = `order ${sale.orderId} would be paid twice: its sale ${gone.saleId}, which is no longer kept, was paid; give this payment back`;
  return { code: 'orderPaid', message };
}
