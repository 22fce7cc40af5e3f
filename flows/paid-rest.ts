import type { Book } from './book.js';
import { type Money, subtractMoney } from './money.js';
import type { Sale } from './sale.js';

/** What was paid less what was refunded or is on its way back; value `0` where nothing is left. */
export function paidRest(book: Book, sale: Sale): Money {
  return Object.values(book.reversals)
    .filter((reversal) => reversal.saleId === sale.saleId)
    .reduce((rest, reversal) => subtractMoney(rest, reversal.amount) ?? { ...rest, value: '0' }, sale.amount);
}
