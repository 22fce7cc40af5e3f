import { openSale } from './book.js';
import { itemAt, SLOT_LIMIT_DIGITS } from './catalog.js';
import { isPayable, typedMoney } from './money.js';
import { ownOrderId } from './order-id.js';
import { readiness } from './readiness.js';
import { onCustomerCancelled, startSale } from './sale-desk.js';
import type { Turn } from './turn.js';

/*
 * Keys: digits enter an amount or a slot, `#` confirms, `*` takes back what was typed, or cancels the sale. In the other
 * sale modes only `*` has a meaning. Invariants
 * - Something is typed only while the box is ready and free.
 * - The `entry` timer runs exactly while something is typed.
 */

/** Largest amount that keys can enter. */
const AMOUNT_LIMIT_DIGITS = 7;

/** Whoever typed has gone, and the next customer must not add to it. */
const ENTRY_IDLE_MS = 30_000;

export function onKeyPressed(turn: Turn, key: string): void {
  if (openSale(turn.book) !== undefined) {
    return key === '*' ? onCustomerCancelled(turn) : turn.ignore('keys have no meaning during a sale');
  }
  const { saleMode } = turn.policy;
  if (saleMode !== 'amount' && saleMode !== 'selection') {
    return turn.ignore('keys do not start sales in this sale mode');
  }
  if (readiness(turn).reasons.length > 0) return turn.notify('serviceUnavailable');
  if (key === '#') return saleMode === 'amount' ? confirmAmount(turn) : confirmSelection(turn);
  if (key === '*') {
    turn.dropNotice();
    return clearEntry(turn);
  }
  const { entry } = turn.live;
  const limitDigits = saleMode === 'amount' ? AMOUNT_LIMIT_DIGITS : SLOT_LIMIT_DIGITS;
  if (!/^\d$/.test(key) || entry.length >= limitDigits) return turn.ignore('the entry is full or the key unknown');
  turn.dropNotice();
  /* A zero before an amount says nothing; before a slot it may stand on the machine. */
  turn.live = { ...turn.live, entry: saleMode === 'amount' && entry === '0' ? key : entry + key };
  turn.setTimer('entry', ENTRY_IDLE_MS);
}

function confirmAmount(turn: Turn): void {
  const amount = typedMoney(turn.policy.currency, turn.live.entry);
  if (!isPayable(amount)) return turn.ignore('no amount entered');
  startSale(turn, ownOrderId(turn, 'k'), amount, {});
}

function confirmSelection(turn: Turn): void {
  const { entry } = turn.live;
  if (entry === '') return turn.ignore('nothing chosen');
  const item = itemAt(turn.policy.catalog, entry);
  if (item === undefined) {
    clearEntry(turn);
    return turn.notify('noSuchItem');
  }
  startSale(turn, ownOrderId(turn, 'k'), item.price, { description: item.name, channel: item.channel });
}

export function clearEntry(turn: Turn): void {
  turn.live = { ...turn.live, entry: '' };
  turn.clearTimer('entry');
}

/** After every decision: what was typed is void once a sale is open, or the box is not ready any more. */
export function discardEntry(turn: Turn): void {
  if (turn.live.entry === '') return;
  if (openSale(turn.book) !== undefined || readiness(turn).reasons.length > 0) clearEntry(turn);
}
