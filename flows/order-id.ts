import { digitsTime } from './civil-time.js';
import { freeId } from './free-id.js';
import { paidOrder } from './paid-orders.js';
import type { Turn } from './turn.js';

/** The order number of a sale that no host app numbers: `k…` for one that keys began, `m…` for one of a machine. */
export function ownOrderId({ at, book }: Turn, letter: 'k' | 'm'): string {
  const wanted = `${letter}${digitsTime(at.wallMs, at.utcOffsetMinutes)}-${at.randomDigits.slice(0, 4)}`;
  const kept = new Set(Object.values(book.sales).map(({ orderId }) => orderId));
  return freeId(wanted, (id) => kept.has(id) || paidOrder(book.paidOrders, id) !== undefined);
}
