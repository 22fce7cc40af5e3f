import type { AcquirerAnswer } from './acquirer-answer.js';
import { type VerifiedAnswer, verified } from './acquirer-watch.js';
import type { Conflict } from './call-answer.js';
import { sameMoney } from './money.js';
import { ownEntry } from './own-entry.js';
import { present } from './present.js';
import type { Reversal } from './reversal.js';
import { sendReversalRequest } from './reversal-request.js';
import { finishReversal, updateProgress } from './reversal-rhythm.js';
import type { Settling, TerminalState } from './terminal-state.js';
import type { Turn } from './turn.js';
import { whyNotPaid } from './why-not-paid.js';

/*
 * A person declares that the payment of a reversal stands. Invariants
 * - Once a request that could undo the payment has left, the acquirer has to confirm first that it stands: the request may have
 *   been carried out and its answer lost.
 * - The person's call is answered exactly once.
 * - A declaration that is refused leaves the reversal as it was, unless the acquirer says that the payment is undone.
 */

/** For each of the two inquiries: the call that waits for both times out after ten seconds. */
const QUESTION_TIMEOUT_LIMIT_MS = 4000;
/** Added to the reply timeout: the caller is answered even if an executor never answers. */
const ANSWER_GRACE_MS = 1000;

/** Whether a declaration waits for the acquirer's answer. */
export function isBeingSettled({ live }: Pick<TerminalState, 'live'>, reversalId: string): boolean {
  return ownEntry(live.reversals, reversalId)?.settling !== undefined;
}

/** The caller has checked that this is allowed, that no request is under way, and that the account is the present one. */
export function settleAsPaid(turn: Turn, reversal: Reversal, call: Pick<Settling, 'callId' | 'by' | 'note'>): void {
  if (reversal.untried === true) return accept(turn, reversal, call);
  const resumeAtMs = turn.live.timers[`reversal:${reversal.reversalId}`];
  /* Before a refund that was asked for, no cancel was sent. */
  const asks = reversal.cause === 'refundRequested' && canAskRefund(reversal) ? 'refund' : 'payment';
  ask(turn, reversal, { ...call, asks, ...present({ resumeAtMs }) });
}

function ask(turn: Turn, reversal: Reversal, settling: Settling): void {
  const timeoutMs = Math.min(turn.policy.inquiryReplyTimeoutMs, QUESTION_TIMEOUT_LIMIT_MS);
  const phase = settling.asks === 'payment' ? 'inquiry' : 'refundInquiry';
  sendReversalRequest(turn, reversal, phase, { timeoutMs, graceMs: ANSWER_GRACE_MS }, { settling });
}

function canAskRefund({ kind, refundRequestId, paymentId }: Reversal): boolean {
  return kind === 'refund' && refundRequestId !== undefined && paymentId !== undefined;
}

export function onSettlingAnswered(turn: Turn, reversal: Reversal, settling: Settling, answer: AcquirerAnswer): void {
  const believed = verified(answer);
  if (believed === undefined || believed.status === 'U') {
    return refuse(turn, reversal, settling, { code: 'unconfirmed', ...present({ said: believed?.code }) });
  }
  if (settling.asks === 'payment') onPaymentAnswer(turn, reversal, settling, believed);
  else onRefundAnswer(turn, reversal, settling, believed);
}

function onPaymentAnswer(turn: Turn, reversal: Reversal, settling: Settling, answer: VerifiedAnswer): void {
  switch (answer.status === 'S' ? answer.paymentStatus : undefined) {
    case 'SUCCESS': {
      const wholeValue = ownEntry(turn.book.sales, reversal.saleId)?.amount;
      if (answer.amount !== undefined && wholeValue !== undefined && !sameMoney(answer.amount, wholeValue)) {
        turn.alarm('amountDiffers', reversal.paymentRequestId);
        return refuse(turn, reversal, settling, { code: 'notPaid', because: 'otherAmount' });
      }
      if (canAskRefund(reversal)) return ask(turn, reversal, { ...settling, asks: 'refund' });
      return acceptConfirmed(turn, reversal, settling);
    }
    case 'CANCELLED':
      return finishUndone(turn, reversal, settling, 'cancelled');
    case 'FAIL':
      return finishUndone(turn, reversal, settling, 'nothingCharged');
    default:
      return refuse(turn, reversal, settling, { code: 'unconfirmed', said: answer.paymentStatus ?? answer.code });
  }
}

/** Codes that say that there is no such refund. */
const NO_REFUND: readonly string[] = ['REFUND_NOT_EXIST', 'ORDER_NOT_EXIST'];

function onRefundAnswer(turn: Turn, reversal: Reversal, settling: Settling, answer: VerifiedAnswer): void {
  const refundStatus = answer.status === 'S' ? answer.refundStatus : undefined;
  if (refundStatus === 'SUCCESS') return finishUndone(turn, reversal, settling, 'refunded');
  if (refundStatus === 'FAIL' || (answer.status === 'F' && NO_REFUND.includes(answer.code))) {
    return acceptConfirmed(turn, reversal, settling);
  }
  refuse(turn, reversal, settling, { code: 'unconfirmed', said: refundStatus ?? answer.code });
}

/** Meanwhile another payment of the order may have been settled as paid. */
function acceptConfirmed(turn: Turn, reversal: Reversal, settling: Settling): void {
  const why = whyNotPaid(turn.book, reversal);
  if (why === undefined) return accept(turn, reversal, settling);
  refuse(turn, reversal, settling, why);
}

function accept(turn: Turn, { reversalId }: Reversal, { callId, by, note }: Pick<Settling, 'callId' | 'by' | 'note'>) {
  finishReversal(turn, reversalId, { how: 'settledByHand', by, note, outcome: 'paid' });
  turn.answer(callId, { kind: 'reversal', reversalId, created: false });
}

/** The payment does not stand, and nothing is left to undo. */
function finishUndone(
  turn: Turn,
  { reversalId }: Reversal,
  { callId }: Settling,
  how: 'cancelled' | 'nothingCharged' | 'refunded',
): void {
  finishReversal(turn, reversalId, { how });
  turn.answer(callId, { kind: 'conflict', code: 'notPaid', because: how });
}

/** The queue continues where it was. */
function refuse(turn: Turn, { reversalId }: Reversal, { callId, resumeAtMs }: Settling, why: Conflict): void {
  updateProgress(turn, reversalId, { awaiting: undefined, settling: undefined });
  const timer = `reversal:${reversalId}` as const;
  if (resumeAtMs === undefined) turn.clearTimer(timer);
  else turn.setTimer(timer, Math.max(0, resumeAtMs - turn.at.atMs));
  turn.answer(callId, { kind: 'conflict', ...why });
}
