import type { Book } from './book.js';
import { type Money, subtractMoney } from './money.js';
import type { Sale } from './sale.js';

/** What was paid less what was refunded or is on its way back; value `0` where nothing is left. */
export function paidRest(book: Book, sale: Sale): Money {
  let rest = sale.amount;
  for (const { saleId, amount, end } of Object.values(book.reversals)) {
    if (saleId === sale.saleId && end?.outcome !== 'paid')
      rest = subtractMoney(rest, amount) ?? { currency: rest.currency, value: '0' };
  }
  return rest;
}
