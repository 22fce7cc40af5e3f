import { openReversals } from './book.js';
import type { CallAnswer } from './call-answer.js';
import type { Event } from './input.js';
import { isMoneyValue, isPayable, sameMoney, subtractMoney } from './money.js';
import { newReversal } from './new-reversal.js';
import { noSale } from './no-sale.js';
import { type OtherAccount, otherAccountOf } from './of-other-account.js';
import { ownEntry } from './own-entry.js';
import { paidRest } from './paid-rest.js';
import { present } from './present.js';
import { queueFull } from './readiness.js';
import { refundRequestIdFor } from './refund-request-id.js';
import type { Reversal } from './reversal.js';
import { queueReversal, retryNow } from './reversal-queue.js';
import { finishReversal } from './reversal-rhythm.js';
import { lastAttempt } from './sale.js';
import { isBeingSettled, settleAsPaid } from './settle-as-paid.js';
import type { Turn } from './turn.js';
import { whyNotPaid } from './why-not-paid.js';

/*
 * Requests of host apps and technicians about money that was charged: refunds, and entries of the queue. Invariants
 * - The same `refundId` is the same refund.
 * - The refunds of a sale never exceed what was paid.
 * - Refunds cannot make the queue grow without limit.
 */

/** The most refunds of one sale. */
const REFUND_LIMIT = 50;

type RefundRequested = Extract<Event, { type: 'refundRequested' }>;

export function onRefundRequested(turn: Turn, request: RefundRequested): void {
  turn.answer(request.callId, refund(turn, request));
}

function refund(turn: Turn, request: RefundRequested): CallAnswer {
  const sale = ownEntry(turn.book.sales, request.saleId);
  if (sale === undefined) return noSale(turn.book, request.saleId);
  const same = Object.values(turn.book.reversals).find((reversal) => reversal.refundId === request.refundId);
  if (same !== undefined) return sameRefund(same, request);
  const attempt = lastAttempt(sale);
  if (sale.state !== 'settled' || attempt === undefined) {
    return { kind: 'conflict', code: 'notPaid', because: 'notRefundable', state: sale.state };
  }
  const other = otherAccountOf(turn, attempt);
  if (other !== undefined) return otherAccount(other);
  const rest = paidRest(turn.book, sale);
  const amount = request.amount ?? rest;
  if (!isMoneyValue(amount.value) || subtractMoney(rest, amount) === undefined) {
    return { kind: 'invalid', field: 'amount', problem: 'aboveRest', rest };
  }
  if (!isPayable(amount)) {
    return { kind: 'invalid', field: 'amount', problem: 'hundredths', currency: amount.currency };
  }
  if (queueFull(turn.policy, turn.book, openReversals(turn.book).length)) {
    return { kind: 'notReady', reasons: ['queueFull'] };
  }
  const refunds = Object.values(turn.book.reversals).filter((reversal) => reversal.saleId === sale.saleId);
  if (refunds.length >= REFUND_LIMIT) {
    return { kind: 'invalid', field: 'refundId', problem: 'tooManyRefunds', limit: REFUND_LIMIT };
  }
  const refundRequestId = refundRequestIdFor(turn, attempt.paymentRequestId);
  const { refundId, reason } = request;
  const terms = { cause: 'refundRequested', amount, manual: false, refundRequestId, refundId, reason } as const;
  const reversal = newReversal(turn.book, sale, attempt, terms, turn.at.wallMs);
  queueReversal(turn, reversal);
  return { kind: 'reversal', reversalId: reversal.reversalId, created: true };
}

function sameRefund(same: Reversal, request: RefundRequested): CallAnswer {
  const agrees =
    same.saleId === request.saleId && (request.amount === undefined || sameMoney(request.amount, same.amount));
  if (agrees) return { kind: 'reversal', reversalId: same.reversalId, created: false };
  return { kind: 'conflict', code: 'refundDiffers', refundId: request.refundId };
}

export function onReversalRetryRequested(turn: Turn, callId: string, reversalId: string): void {
  const reversal = ownEntry(turn.book.reversals, reversalId);
  if (reversal === undefined) return turn.answer(callId, { kind: 'notFound', what: 'reversal' });
  if (reversal.state === 'finished') return turn.answer(callId, FINISHED);
  const other = otherAccountOf(turn, reversal);
  if (other !== undefined) return turn.answer(callId, otherAccount(other));
  if (isBeingSettled(turn, reversalId)) return turn.answer(callId, BEING_SETTLED);
  retryNow(turn, reversal);
  turn.answer(callId, { kind: 'reversal', reversalId, created: false });
}

/** A person settled the reversal outside the terminal, or declares that its payment stands. The name is recorded. */
export function onReversalSettled(turn: Turn, settled: Extract<Event, { type: 'reversalSettled' }>): void {
  const { callId, reversalId, by, note, outcome = 'reversed' } = settled;
  const reversal = ownEntry(turn.book.reversals, reversalId);
  if (reversal === undefined) return turn.answer(callId, { kind: 'notFound', what: 'reversal' });
  if (reversal.state === 'finished') return turn.answer(callId, FINISHED);
  if (isBeingSettled(turn, reversalId)) return turn.answer(callId, BEING_SETTLED);
  if (outcome === 'paid') {
    const conflict = settlingConflict(turn, reversal);
    return conflict === undefined ? settleAsPaid(turn, reversal, { callId, by, note }) : turn.answer(callId, conflict);
  }
  const mayArriveUntilWallMs = mayArriveUntil(turn, reversal);
  finishReversal(turn, reversalId, { how: 'settledByHand', by, note, outcome, ...present({ mayArriveUntilWallMs }) });
  turn.answer(callId, { kind: 'reversal', reversalId, created: false });
}

function settlingConflict(turn: Turn, reversal: Reversal): CallAnswer | undefined {
  const why = whyNotPaid(turn.book, reversal);
  if (why !== undefined) return { kind: 'conflict', ...why };
  /* The request under way may undo the payment. */
  if (ownEntry(turn.live.reversals, reversal.reversalId)?.awaiting !== undefined) return UNDER_WAY;
  if (reversal.untried === true) return undefined;
  const other = otherAccountOf(turn, reversal);
  return other && otherAccount(other);
}

/** Until when the payment may still be charged, by the wall clock; undefined where it was charged or no longer can be. */
function mayArriveUntil(turn: Turn, reversal: Reversal): number | undefined {
  const unpayableAtMs = ownEntry(turn.live.reversals, reversal.reversalId)?.unpayableAtMs ?? 0;
  const leftMs = unpayableAtMs - turn.at.atMs;
  return reversal.charged === true || leftMs <= 0 ? undefined : turn.at.wallMs + leftMs;
}

const otherAccount = (other: OtherAccount): CallAnswer => ({ kind: 'conflict', code: 'otherAccount', ...other });
const UNDER_WAY: CallAnswer = { kind: 'conflict', code: 'underWay', because: 'sent' };
const BEING_SETTLED: CallAnswer = { kind: 'conflict', code: 'underWay', because: 'settling' };
const FINISHED: CallAnswer = { kind: 'conflict', code: 'reversalFinished' };
