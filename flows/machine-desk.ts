import { openSale } from './book.js';
import { digitsTime } from './civil-time.js';
import { isMoneyValue, type Money } from './money.js';
import { readiness } from './readiness.js';
import { onCustomerCancelled, startSale } from './sale-desk.js';
import type { Turn } from './turn.js';

/*
 * A vending machine that asks: it wants an amount for an item, and waits. Whether it hears yes or no follows from the
 * sale; a machine whose sale is over without goods is refused by its driver as soon as the terminal is free.
 */

export function onMachineAsked(turn: Turn, amount: Money, item: string): void {
  if (turn.policy.saleMode !== 'mdb') return turn.ignore('machines do not start sales in this sale mode');
  if (openSale(turn.book) !== undefined) return turn.ignore('a sale is open');
  if (!isMoneyValue(amount.value)) return turn.ignore('the machine asks for no amount');
  if (readiness(turn).reasons.length > 0) return turn.notify('serviceUnavailable');
  const { at } = turn;
  const orderId = `m${digitsTime(at.wallMs, at.utcOffsetMinutes)}-${at.randomDigits.slice(0, 4)}`;
  startSale(turn, orderId, amount, { channel: item });
}

/** Once the goods are asked for, only the machine's word on them counts. */
export function onMachineGaveUp(turn: Turn): void {
  if (turn.policy.saleMode !== 'mdb') return turn.ignore('machines do not start sales in this sale mode');
  onCustomerCancelled(turn);
}
