import type { Book } from './book.js';
import type { CallAnswer } from './call-answer.js';
import { formatMoney } from './money.js';
import { paidSale } from './paid-orders.js';

/** What is asked about a sale is answered, where there is none; of a paid one that is no longer kept it says what to do. */
export function noSale({ paidOrders }: Book, saleId: string): CallAnswer {
  const gone = paidSale(paidOrders, saleId);
  if (gone === undefined) return { kind: 'notFound', what: 'sale' };
  const { orderId, amount } = gone;
  const price = `${amount.currency} ${formatMoney(amount)}`;
  const message = `sale ${saleId} of order ${orderId} was paid with ${price} and is no longer kept: its money can go back over Alipay's merchant portal only`;
  return { kind: 'notFound', what: 'sale', message };
}
