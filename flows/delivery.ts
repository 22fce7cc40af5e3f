import { notePaymentTaken } from './acquirer-watch.js';
import { openSale } from './book.js';
import type { Conflict } from './call-answer.js';
import { noSale } from './no-sale.js';
import { ownEntry } from './own-entry.js';
import { paidRest } from './paid-rest.js';
import { present } from './present.js';
import { printReceipt } from './receipt-printing.js';
import { holdForPerson, startReversal } from './reversal-start.js';
import type { Sale } from './sale.js';
import type { Turn } from './turn.js';

/*
 * From a verified success to goods. Invariants
 * - Goods move only after `vendStarted` is durable, once per sale.
 * - A sale is settled only when the goods are known, or agreed, to be out.
 * - Of a sale that is kept though nobody knows, the operator hears at least once, whatever becomes of the power.
 */

/** The acquirer may answer later than the mechanism's own limit; past this the outcome counts as unknown. */
const VEND_GRACE_MS = 5000;
/** From the alarm until it counts as heard: whoever collects logs and metrics comes by in that time. */
const ALARM_HEARD_MS = 60_000;

/** For a sale whose host app was to tell, where the present configuration waits for no word of any. */
const HOST_CONFIRM_ANEW_MS = 60_000;

/** The payment succeeded, with the right amount. */
export function approve(turn: Turn, sale: Sale, paymentId: string | undefined): void {
  notePaymentTaken(turn);
  turn.record({ type: 'paymentApproved', saleId: sale.saleId, ...present({ paymentId }) });
  turn.set({ payment: undefined });
  turn.clearTimer('inquiry');
  turn.dropNotice();
  if (turn.policy.vend === 'device') return startVend(turn, sale);
  if (turn.policy.hostConfirmMs === 0) return settle(turn, sale.saleId);
  turn.setTimer('hostConfirm', turn.policy.hostConfirmMs);
}

function startVend(turn: Turn, sale: Sale): void {
  const { saleId, amount, channel } = sale;
  turn.record({ type: 'vendStarted', saleId });
  turn.effect({ type: 'startVend', saleId, amount, ...present({ channel }) });
  turn.setTimer('vend', turn.policy.vendTimeoutMs + VEND_GRACE_MS);
}

export function onVendFinished(turn: Turn, saleId: string, outcome: 'yes' | 'no' | 'unknown'): void {
  const sale = openSale(turn.book);
  if (sale?.saleId !== saleId || sale.state !== 'vending') {
    /* Goods without money, or money without goods: somebody has to know. */
    const settled = ownEntry(turn.book.sales, saleId)?.state === 'settled';
    if (outcome === (settled ? 'no' : 'yes')) turn.alarm('vendContradicts', saleId);
    return turn.ignore('late word of the vend mechanism');
  }
  turn.clearTimer('vend');
  switch (outcome) {
    case 'yes':
      return settle(turn, saleId);
    case 'no':
      return startReversal(turn, sale, 'vendFailed');
    case 'unknown':
      return vendUnknown(turn, sale);
  }
}

/** Whose they were nobody knows for certain; most likely of the sale that was given up last. */
export function onDroppedLate(turn: Turn): void {
  const givenUp = Object.values(turn.book.sales).findLast(
    ({ endCode, goodsUnknown }) => endCode === 'vendFailed' || endCode === 'vendUnknown' || goodsUnknown !== undefined,
  );
  const ofWhom = givenUp === undefined ? '' : `, perhaps ${givenUp.saleId}`;
  turn.alarm('droppedLate', `goods of a sale that was given up${ofWhom}`);
}

/** The mechanism had been asked for the goods of the last sale of which it was asked at all. */
export function onFailedLate(turn: Turn): void {
  const asked = Object.values(turn.book.sales).findLast(
    ({ state, endCode }) => state === 'settled' || endCode === 'vendFailed' || endCode === 'vendUnknown',
  );
  if (asked?.state !== 'settled') return turn.ignore('late word of the vend mechanism');
  turn.alarm('vendContradicts', asked.saleId);
}

/** Goods may have gone or not: the operator chose beforehand what is worse. */
export function vendUnknown(turn: Turn, sale: Sale): void {
  turn.alarm('vendUnknown', sale.saleId);
  switch (turn.policy.vendUnknown) {
    case 'refund':
      return startReversal(turn, sale, 'vendUnknown');
    case 'keep':
      turn.setTimer('alarmHeard', ALARM_HEARD_MS);
      return settle(turn, sale.saleId, { goodsUnknown: true });
    case 'operator':
      return holdForPerson(turn, sale, 'vendUnknown');
  }
}

/** The power may have gone before the alarm about a kept sale left; unlike a reversal, nothing else shows it. */
export function tellGoodsUnknownAgain(turn: Turn): void {
  const saleIds = untold(turn);
  for (const saleId of saleIds) turn.alarm('vendUnknown', saleId);
  if (saleIds.length > 0) turn.setTimer('alarmHeard', ALARM_HEARD_MS);
}

export function onAlarmHeard(turn: Turn): void {
  for (const saleId of untold(turn)) turn.record({ type: 'goodsUnknownTold', saleId });
}

function untold({ book }: Turn): string[] {
  return Object.values(book.sales).flatMap(({ saleId, goodsUnknown }) => (goodsUnknown === 'untold' ? [saleId] : []));
}

/** After a start: the host app is another program, and whether it handed out the goods is still for it to say. */
export function awaitHostAgain(turn: Turn, sale: Sale): void {
  turn.record({ type: 'deliveryAwaited', saleId: sale.saleId });
  const { hostConfirmMs } = turn.policy;
  turn.setTimer('hostConfirm', hostConfirmMs === 0 ? HOST_CONFIRM_ANEW_MS : hostConfirmMs);
}

export function onHostSilent(turn: Turn): void {
  const sale = openSale(turn.book);
  if (sale?.state !== 'approved') return turn.ignore('no sale waits for the host');
  startReversal(turn, sale, 'hostSilent');
}

/** The host app tells whether it handed out the goods. Repeating is safe. */
export function onDeliveryReported(turn: Turn, callId: string, saleId: string, ok: boolean): void {
  const sale = ownEntry(turn.book.sales, saleId);
  if (sale === undefined) return turn.answer(callId, noSale(turn.book, saleId));
  const conflict = deliveryConflict(turn, sale, ok);
  if (conflict !== undefined) return turn.answer(callId, { kind: 'conflict', ...conflict });
  if (sale.state === 'approved') {
    turn.clearTimer('hostConfirm');
    if (ok) settle(turn, saleId);
  }
  /* A sale whose whole payment was refunded already has nothing left to reverse. */
  const paid = sale.state === 'approved' || (sale.state === 'settled' && paidRest(turn.book, sale).value !== '0');
  if (!ok && paid) startReversal(turn, sale, 'notDelivered');
  turn.answer(callId, { kind: 'sale', saleId, created: false });
}

function deliveryConflict(turn: Turn, { state }: Sale, ok: boolean): Conflict | undefined {
  /* An approved sale waits for the host app, whoever hands out the goods of the next one. */
  if (turn.policy.vend !== 'host' && state !== 'approved') return { code: 'notYourDelivery' };
  switch (state) {
    case 'approved':
    case 'settled':
      return undefined;
    case 'reversing':
    case 'reversed':
      return ok ? { code: 'alreadyReversed', state } : undefined;
    default:
      return { code: 'notPaid', because: 'notDeliverable', state };
  }
}

/** The sale is over and paid: the receipt is due. */
export function settle(turn: Turn, saleId: string, doubt: { readonly goodsUnknown?: true } = {}): void {
  turn.record({ type: 'saleSettled', saleId, receiptDue: turn.policy.printerPresent, ...doubt });
  printReceipt(turn, saleId, 'sale');
}
