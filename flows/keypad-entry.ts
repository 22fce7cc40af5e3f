import { openSale } from './book.js';
import { itemAt, SLOT_LIMIT_DIGITS } from './catalog.js';
import { isPayable, typedMoney } from './money.js';
import { ownOrderId } from './order-id.js';
import { readiness } from './readiness.js';
import type { Refusal } from './refusal.js';
import { onCustomerCancelled, startSale } from './sale-requests.js';
import type { Turn } from './turn.js';

/*
 * Keys. Digits enter an amount or a slot, `#` confirms, `*` clears the entry or cancels the sale. In the other sale modes only
 * `*` has a meaning. Invariants
 * - There is an entry only while the box is ready and free.
 * - A part of what was typed is never sold: a key that is not accepted discards the digits before it, and the keys after it up
 *   to the next `#`, `*` or pause.
 * - The `entry` timer runs exactly while there is an entry, or keys are being discarded.
 */

/** Largest amount that keys can enter. */
const AMOUNT_LIMIT_DIGITS = 7;

/** Then the customer has left, and the next one must not add to the entry. */
const ENTRY_IDLE_MS = 30_000;
/** Longer than a pause in the middle of a number, and shorter than it takes to read the request to start again. */
const DISCARD_IDLE_MS = 2_000;

type KeypadReason = Extract<Refusal, { device: 'keypad' }>['reason'];

export function onKeyPressed(turn: Turn, key: string): void {
  const { discarding } = turn.live;
  if (key === '*') return clearOrCancel(turn);
  if (openSale(turn.book) !== undefined) {
    skipKey(turn, key);
    return turn.ignore('keys have no meaning during a sale');
  }
  if (!keysSell(turn)) return turn.ignore('keys do not start sales in this sale mode');
  if (readiness(turn).reasons.length > 0) {
    skipKey(turn, key);
    return turn.notify('serviceUnavailable');
  }
  if (key === '#') return confirm(turn);
  if (discarding) return rejectEntry(turn, undefined);
  if (!/^\d$/.test(key)) return rejectEntry(turn, 'unknownKey');
  const { entry } = turn.live;
  const { saleMode } = turn.policy;
  if (entry.length >= (saleMode === 'amount' ? AMOUNT_LIMIT_DIGITS : SLOT_LIMIT_DIGITS))
    return rejectEntry(turn, 'entryFull');
  turn.dropNotice();
  /* A leading zero of an amount is dropped; that of a slot may be written on the machine. */
  turn.set({ entry: saleMode === 'amount' && entry === '0' ? key : entry + key });
  turn.setTimer('entry', ENTRY_IDLE_MS);
}

export function onKeysUnclear(turn: Turn): void {
  if (openSale(turn.book) !== undefined) {
    discardKeys(turn);
    return turn.ignore('keys have no meaning during a sale');
  }
  if (!keysSell(turn)) return turn.ignore('keys do not start sales in this sale mode');
  rejectEntry(turn, 'keysTogether');
}

/** While keys cannot be read, some may be missed at the start or in the middle of a number. */
export function onKeysLost(turn: Turn): void {
  if (turn.live.entry === '') discardKeys(turn);
  else rejectEntry(turn, undefined);
}

function keysSell({ policy: { saleMode } }: Turn): boolean {
  return saleMode === 'amount' || saleMode === 'selection';
}

function clearOrCancel(turn: Turn): void {
  if (openSale(turn.book) !== undefined) {
    clearEntry(turn);
    return onCustomerCancelled(turn);
  }
  if (!keysSell(turn)) return turn.ignore('keys do not start sales in this sale mode');
  if (readiness(turn).reasons.length > 0) return turn.notify('serviceUnavailable');
  turn.dropNotice();
  clearEntry(turn);
}

/** Asks the customer to start again. `reason`: for the log, at the first key that is not accepted. */
function rejectEntry(turn: Turn, reason: KeypadReason | undefined): void {
  discardKeys(turn);
  turn.notify('typeAgain');
  if (reason !== undefined) turn.refuse({ device: 'keypad', reason, times: 1 });
}

/** Drops what was typed, and the keys that follow without a pause: they are the rest of the same number. */
function discardKeys(turn: Turn): void {
  if (!keysSell(turn)) return;
  turn.set({ entry: '', discarding: true });
  turn.setTimer('entry', DISCARD_IDLE_MS);
}

/** A key that came while nothing can be typed: the keys after it are not the whole number. */
function skipKey(turn: Turn, key: string): void {
  if (key === '#') clearEntry(turn);
  else discardKeys(turn);
}

function confirm(turn: Turn): void {
  if (turn.live.discarding) return clearEntry(turn);
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
  turn.set({ entry: '', discarding: undefined });
  turn.clearTimer('entry');
}

/** After every decision: discards the entry once a sale is open or the box is no longer ready. */
export function discardEntry(turn: Turn): void {
  if (turn.live.entry === '') return;
  if (openSale(turn.book) !== undefined || readiness(turn).reasons.length > 0) discardKeys(turn);
}
