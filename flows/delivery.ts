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
 * From a verified success to the goods. Invariants
 * - Goods are released only after `vendStarted` is durable, and once per sale.
 * - A sale is settled only when the goods came out, or when `VEND_UNKNOWN=keep` says so.
 * - A sale that is settled although nobody knows whether the goods came out raises an alarm at least once, also after a power
 *   cut.
 */

/** Added to the mechanism's own limit, because its report takes time. Afterwards the outcome counts as unknown. */
const VEND_GRACE_MS = 5000;
/** After this time an alarm counts as seen: logs and metrics are collected more often than that. */
const ALARM_HEARD_MS = 60_000;

/** How long a start waits for the host app where `HOST_CONFIRM_MS` is 0 now. */
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
    /* Goods without money, or money without goods. */
    const settled = ownEntry(turn.book.sales, saleId)?.state === 'settled';
    if (outcome === (settled ? 'no' : 'yes')) turn.alarm('vendContradicts', saleId);
    return turn.ignore('late report of the vend mechanism');
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

/** It is not certain to which sale the goods belong; most likely to the last one whose goods were given up. */
export function onDroppedLate(turn: Turn): void {
  const givenUp = Object.values(turn.book.sales).findLast(
    ({ endCode, goodsUnknown }) => endCode === 'vendFailed' || endCode === 'vendUnknown' || goodsUnknown !== undefined,
  );
  const likelySale = givenUp === undefined ? '' : `, perhaps ${givenUp.saleId}`;
  turn.alarm('droppedLate', `goods of a sale that was given up${likelySale}`);
}

/** The report is about the last sale whose goods were requested. */
export function onFailedLate(turn: Turn): void {
  const last = Object.values(turn.book.sales).findLast(
    ({ state, endCode }) => state === 'settled' || endCode === 'vendFailed' || endCode === 'vendUnknown',
  );
  if (last?.state !== 'settled') return turn.ignore('late report of the vend mechanism');
  turn.alarm('vendContradicts', last.saleId);
}

/** Nobody knows whether the goods came out: `VEND_UNKNOWN` says what to do. */
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

/** The power may have failed before anybody saw the alarm about such a sale, and nothing else shows the sale. */
export function repeatVendAlarms(turn: Turn): void {
  const saleIds = goodsUnknownSales(turn);
  for (const saleId of saleIds) turn.alarm('vendUnknown', saleId);
  if (saleIds.length > 0) turn.setTimer('alarmHeard', ALARM_HEARD_MS);
}

export function onAlarmHeard(turn: Turn): void {
  for (const saleId of goodsUnknownSales(turn)) turn.record({ type: 'goodsUnknownTold', saleId });
}

/** Those whose alarm may not have been seen. */
function goodsUnknownSales({ book }: Turn): string[] {
  return Object.values(book.sales).flatMap(({ saleId, goodsUnknown }) => (goodsUnknown === 'untold' ? [saleId] : []));
}

/** After a start: the host app is another program, and can still report whether it handed out the goods. */
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

/** The host app reports whether it handed out the goods. Repeating is safe. */
export function onDeliveryReported(turn: Turn, callId: string, saleId: string, ok: boolean): void {
  const sale = ownEntry(turn.book.sales, saleId);
  if (sale === undefined) return turn.answer(callId, noSale(turn.book, saleId));
  const conflict = deliveryConflict(turn, sale, ok);
  if (conflict !== undefined) return turn.answer(callId, { kind: 'conflict', ...conflict });
  if (sale.state === 'approved') {
    turn.clearTimer('hostConfirm');
    if (ok) settle(turn, saleId);
  }
  /* A sale that was refunded in whole has nothing left to reverse. */
  const paid = sale.state === 'approved' || (sale.state === 'settled' && paidRest(turn.book, sale).value !== '0');
  if (!ok && paid) startReversal(turn, sale, 'notDelivered');
  turn.answer(callId, { kind: 'sale', saleId, created: false });
}

function deliveryConflict(turn: Turn, { state }: Sale, ok: boolean): Conflict | undefined {
  /* An approved sale waits for the host app, even if `VEND` has changed. */
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

/** Ends the sale as paid, and prints its receipt. */
function settle(turn: Turn, saleId: string, doubt: { readonly goodsUnknown?: true } = {}): void {
  turn.record({ type: 'saleSettled', saleId, receiptDue: turn.policy.printerPresent, ...doubt });
  printReceipt(turn, saleId, 'sale');
}
