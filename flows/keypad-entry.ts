import { openSale } from './book.js';
import { digitsTime } from './civil-time.js';
import { readiness } from './readiness.js';
import { onCustomerCancelled, startSale } from './sale-desk.js';
import type { Turn } from './turn.js';

/** Largest amount that keys can enter, digits of the smallest unit. */
const ENTRY_LIMIT_DIGITS = 7;

/**
 * Keys: digits enter, `#` confirms, `*` takes back what was typed, or cancels the sale. In sale mode `host` only `*` has
 * a meaning.
 */
export function onKeyPressed(turn: Turn, key: string): void {
  if (openSale(turn.book) !== undefined) {
    return key === '*' ? onCustomerCancelled(turn) : turn.ignore('keys have no meaning during a sale');
  }
  if (turn.policy.saleMode !== 'amount') return turn.ignore('keys do not start sales in this sale mode');
  if (readiness(turn).reasons.length > 0) return turn.notify('serviceUnavailable');
  const { entry } = turn.live;
  if (key === '*') turn.live = { ...turn.live, entry: '' };
  else if (key === '#') confirm(turn, entry);
  else if (/^\d$/.test(key) && entry.length < ENTRY_LIMIT_DIGITS) {
    turn.live = { ...turn.live, entry: entry === '0' ? key : entry + key };
  } else turn.ignore('the entry is full or the key unknown');
}

function confirm(turn: Turn, entry: string): void {
  if (entry === '' || entry === '0') return turn.ignore('no amount entered');
  const { at, policy } = turn;
  const orderId = `k${digitsTime(at.wallMs, at.utcOffsetMinutes)}-${at.randomDigits.slice(0, 4)}`;
  startSale(turn, orderId, { currency: policy.currency, value: entry }, {});
}
