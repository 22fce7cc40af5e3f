import { digitsTime } from './civil-time.js';
import { freeId } from './free-id.js';
import { paidOrder } from './paid-orders.js';
import type { Turn } from './turn.js';

/** The order number of a sale that the host app did not start: `k…` from the keypad, `m…` from a machine. */
export function ownOrderId({ at, book }: Turn, letter: 'k' | 'm'): string {
  const wanted = `${letter}${digitsTime(at.wallMs, at.utcOffsetMinutes)}-${at.randomDigits.slice(0, 4)}`;
  const kept = new Set(Object.values(book.sales).map(({ orderId }) => orderId));
  return freeId(wanted, (id) => kept.has(id) || paidOrder(book.paidOrders, id) !== undefined);
}
