import type { Book } from './book.js';
import type { CallAnswer } from './call-answer.js';
import { paidSale } from './paid-orders.js';
import { present } from './present.js';

/** The answer where there is no such sale; a paid one that is no longer kept is named. */
export function noSale({ paidOrders }: Book, saleId: string): CallAnswer {
  return { kind: 'notFound', what: 'sale', ...present({ paid: paidSale(paidOrders, saleId) }) };
}
