import type { Book } from './book.js';
import { isOpen, type Sale } from './sale.js';

/**
 * Whether a stop now would reach a customer: a sale is open, from its start to the goods, or its receipt is being printed.
 *
 * A reversal alone does not count. It is durable, goes on after a restart, and may wait for the acquirer for days.
 */
export function keepsUpdatesAway({ sales }: Pick<Book, 'sales'>): boolean {
  return Object.values(sales).some(isUnderWay);
}

function isUnderWay(sale: Sale): boolean {
  return isOpen(sale) || sale.receipt === 'due';
}
