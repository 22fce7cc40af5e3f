import { openSale } from './book.js';
import { itemAt, SLOT_LIMIT_DIGITS } from './catalog.js';
import { isPayable, typedMoney } from './money.js';
import { ownOrderId } from './order-id.js';
import { readiness } from './readiness.js';
import type { Refusal } from './refusal.js';
import { onCustomerCancelled, startSale } from './sale-requests.js';
import type { Turn } from './turn.js';

/*
 * Keys: digits enter an amount or a slot, `#` confirms, `*` takes back what was typed, or cancels the sale. In the other
 * sale modes only `*` has a meaning. Invariants
 * - Something is typed only while the box is ready and free.
 * - What is sold is all that was typed: a key that was not taken spoils what was typed before it, and what follows up to
 *   the next `#`, `*` or pause.
 * - The `entry` timer runs exactly while something is typed, or spoilt.
 */

/** Largest amount that keys can enter. */
const AMOUNT_LIMIT_DIGITS = 7;

/** Whoever typed has gone, and the next customer must not add to it. */
const ENTRY_IDLE_MS = 30_000;
/** Longer than a hand pauses in the middle of a number, and shorter than it takes to read that it is to start again. */
const SPOILT_IDLE_MS = 2_000;

type KeypadReason = Extract<Refusal, { device: 'keypad' }>['reason'];

export function onKeyPressed(turn: Turn, key: string): void {
  const { entrySpoilt } = turn.live;
  if (key === '*') return takeBack(turn);
  if (openSale(turn.book) !== undefined) {
    passOver(turn, key);
    return turn.ignore('keys have no meaning during a sale');
  }
  if (!keysSell(turn)) return turn.ignore('keys do not start sales in this sale mode');
  if (readiness(turn).reasons.length > 0) {
    passOver(turn, key);
    return turn.notify('serviceUnavailable');
  }
  if (key === '#') return confirm(turn);
  if (entrySpoilt) return spoil(turn, undefined);
  if (!/^\d$/.test(key)) return spoil(turn, 'unknownKey');
  const { entry } = turn.live;
  const { saleMode } = turn.policy;
  if (entry.length >= (saleMode === 'amount' ? AMOUNT_LIMIT_DIGITS : SLOT_LIMIT_DIGITS))
    return spoil(turn, 'entryFull');
  turn.dropNotice();
  /* A zero before an amount says nothing; before a slot it may stand on the machine. */
  turn.set({ entry: saleMode === 'amount' && entry === '0' ? key : entry + key });
  turn.setTimer('entry', ENTRY_IDLE_MS);
}

/** Nobody can tell which keys were meant. */
export function onKeysUnclear(turn: Turn): void {
  if (openSale(turn.book) !== undefined) {
    holdBack(turn);
    return turn.ignore('keys have no meaning during a sale');
  }
  if (!keysSell(turn)) return turn.ignore('keys do not start sales in this sale mode');
  spoil(turn, 'keysTogether');
}

/** While the keys cannot be read some may go unseen in the middle of a number, or before its rest. */
export function onKeysLost(turn: Turn): void {
  if (turn.live.entry === '') holdBack(turn);
  else spoil(turn, undefined);
}

function keysSell({ policy: { saleMode } }: Turn): boolean {
  return saleMode === 'amount' || saleMode === 'selection';
}

function takeBack(turn: Turn): void {
  if (openSale(turn.book) !== undefined) {
    clearEntry(turn);
    return onCustomerCancelled(turn);
  }
  if (!keysSell(turn)) return turn.ignore('keys do not start sales in this sale mode');
  if (readiness(turn).reasons.length > 0) return turn.notify('serviceUnavailable');
  turn.dropNotice();
  clearEntry(turn);
}

/** The customer starts again. `reason`: why, where it is told for the first time. */
function spoil(turn: Turn, reason: KeypadReason | undefined): void {
  holdBack(turn);
  turn.notify('typeAgain');
  if (reason !== undefined) turn.refuse({ device: 'keypad', reason, times: 1 });
}

/** What is typed in one go with a key that was not taken is not the whole of it. */
function holdBack(turn: Turn): void {
  if (!keysSell(turn)) return;
  turn.set({ entry: '', entrySpoilt: true });
  turn.setTimer('entry', SPOILT_IDLE_MS);
}

function passOver(turn: Turn, key: string): void {
  if (key === '#') clearEntry(turn);
  else holdBack(turn);
}

function confirm(turn: Turn): void {
  if (turn.live.entrySpoilt) return clearEntry(turn);
  return turn.policy.saleMode === 'amount' ? confirmAmount(turn) : confirmSelection(turn);
}

function confirmAmount(turn: Turn): void {
  const amount = typedMoney(turn.policy.currency, turn.live.entry);
  if (!isPayable(amount)) return turn.ignore('no amount entered');
  startSale(turn, ownOrderId(turn, 'k'), amount, {});
  clearEntry(turn);
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
  clearEntry(turn);
}

export function clearEntry(turn: Turn): void {
  turn.set({ entry: '', entrySpoilt: undefined });
  turn.clearTimer('entry');
}

/** After every decision: what was typed is void once a sale is open, or the box is not ready any more. */
export function discardEntry(turn: Turn): void {
  if (turn.live.entry === '') return;
  if (openSale(turn.book) !== undefined || readiness(turn).reasons.length > 0) holdBack(turn);
}
