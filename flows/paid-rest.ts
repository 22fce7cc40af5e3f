import type { Book } from './book.js';
import { type Money, subtractMoney } from './money.js';
import { lastAttempt, type Sale } from './sale.js';

/**
 * What was paid, less what was refunded or is being refunded; value `0` where nothing is left. Reversals of earlier payments
 * of the sale do not count.
 */
export function paidRest(book: Book, sale: Sale): Money {
  const paid = lastAttempt(sale)?.paymentRequestId;
  let rest = sale.amount;
  for (const { paymentRequestId, amount, end } of Object.values(book.reversals)) {
    if (paymentRequestId === paid && end?.outcome !== 'paid')
      rest = subtractMoney(rest, amount) ?? { currency: rest.currency, value: '0' };
  }
  return rest;
}
