import { digitsTime } from './civil-time.js';
import { freeId } from './free-id.js';
import { ownEntry } from './own-entry.js';
import { paidSale } from './paid-orders.js';
import type { Turn } from './turn.js';

/** The id of a sale that starts now: local time to the second and random digits. No sale in the book has it. */
export function newSaleId({ at, book }: Turn): string {
  const wanted = `s${digitsTime(at.wallMs, at.utcOffsetMinutes)}-${at.randomDigits.slice(0, 6)}`;
  const isKept = (id: string): boolean => ownEntry(book.sales, id) !== undefined;
  return freeId(wanted, (id) => isKept(id) || paidSale(book.paidOrders, id) !== undefined);
}
