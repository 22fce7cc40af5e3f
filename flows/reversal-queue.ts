import type { AcquirerAnswer } from './acquirer-answer.js';
import { verified } from './acquirer-watch.js';
import { nextDayAt } from './civil-time.js';
import { ofOtherAccount } from './of-other-account.js';
import { ownEntry } from './own-entry.js';
import { present } from './present.js';
import { refundRequestIdFor } from './refund-request-id.js';
import type { Reversal } from './reversal.js';
import { sendReversalRequest } from './reversal-request.js';
import { callPerson, finishReversal, hold, retryLater, updateProgress, waitInQueue } from './reversal-rhythm.js';
import { REFUND_FAILED, type Verdict, verdictOf } from './reversal-verdict.js';
import type { ReversalProgress } from './terminal-state.js';
import type { Turn } from './turn.js';

/*
 * The cancel queue: sends the requests of each reversal and carries out the verdicts on the answers. Invariants
 * - Every open reversal that is not held for a person has either a request under way or its timer set, unless its payment
 *   was made with another account at the acquirer. Then it waits for a person, or for a start with that account.
 * - Reversals do not wait for one another.
 * - A payment that turns out to be charged is undone at once.
 * - A refund that failed for good is sent again only on a person's request, under another id.
 */

/** Added to the reply timeout: an executor that never answers must not stop the queue. */
const ANSWER_GRACE_MS = 5000;

/** `paymentStartedAtMs`: monotonic; only for a payment that was made since the process started. */
export function queueReversal(turn: Turn, reversal: Reversal, paymentStartedAtMs?: number): void {
  turn.record({ type: 'reversalStarted', reversal });
  startWork(turn, reversal, paymentStartedAtMs);
}

/** Starts the burst of a reversal that is new, or that a boot found in the book. */
export function startWork(turn: Turn, reversal: Reversal, paymentStartedAtMs?: number): void {
  const { policy, at } = turn;
  /* The expiry that the acquirer was sent, whatever is configured now. */
  const expiryMs = reversal.payableUntilWallMs - reversal.paidAtWallMs;
  /* After a reboot only a trusted wall clock shows how long the payment can still arrive; without one, wait the whole time. */
  const expiryLeftMs =
    paymentStartedAtMs !== undefined
      ? paymentStartedAtMs + expiryMs - at.atMs
      : at.clockTrusted
        ? Math.min(reversal.payableUntilWallMs - at.wallMs, expiryMs)
        : expiryMs;
  const progress: ReversalProgress = {
    phase: reversal.kind,
    sentAtMs: at.atMs,
    knownWhenSent: false,
    unanswered: false,
    burstUntilMs: at.atMs + policy.cancelRetryWindowMs,
    unpayableAtMs: at.atMs + Math.max(0, expiryLeftMs) + policy.expiryMarginMs,
    queueFailures: 0,
  };
  turn.set({ reversals: { ...turn.live.reversals, [reversal.reversalId]: progress } });
  sendNext(turn, reversal.reversalId);
}

/**
 * A person asks for a retry: releases the reversal if it is held, and starts the burst again, now. It begins with the cancel or
 * refund, unless an answer is awaited, which would then count as the answer to another request.
 */
export function retryNow(turn: Turn, reversal: Reversal): void {
  const { reversalId, kind, manual, lastCode } = reversal;
  if (manual) turn.record({ type: 'reversalReleased', reversalId });
  if (manual && lastCode === REFUND_FAILED) turnToRefund(turn, reversalId);
  const awaiting = ownEntry(turn.live.reversals, reversalId)?.awaiting !== undefined;
  updateProgress(turn, reversalId, {
    ...(awaiting ? {} : { phase: kind }),
    burstUntilMs: turn.at.atMs + turn.policy.cancelRetryWindowMs,
    queueFailures: 0,
  });
  sendNext(turn, reversalId);
}

/** Sends the next request, unless one is under way or the reversal is held. */
export function sendNext(turn: Turn, reversalId: string): void {
  const reversal = ownEntry(turn.book.reversals, reversalId);
  const progress = ownEntry(turn.live.reversals, reversalId);
  if (reversal === undefined || progress === undefined) return;
  if (reversal.manual || progress.awaiting !== undefined) return;
  if (ofOtherAccount(turn, reversal)) return callPerson(turn, reversal, 'OTHER_ACCOUNT');
  if (reversal.untried === true) turn.record({ type: 'reversalReleased', reversalId });
  const { policy } = turn;
  const phase = mustInquire(turn, reversal) ? 'inquiry' : progress.phase;
  const timeoutMs =
    phase === 'cancel' || phase === 'refund' ? policy.cancelReplyTimeoutMs : policy.inquiryReplyTimeoutMs;
  const change = { phase, sentAtMs: turn.at.atMs, knownWhenSent: reversal.known };
  sendReversalRequest(turn, reversal, phase, { timeoutMs, graceMs: ANSWER_GRACE_MS }, change);
}

/** The payment can no longer be cancelled, or its id, which a refund needs, is not known. */
function mustInquire(turn: Turn, reversal: Reversal): boolean {
  return reversal.kind === 'refund' ? reversal.paymentId === undefined : cancelPeriodOver(turn, reversal);
}

function cancelPeriodOver(turn: Turn, reversal: Reversal): boolean {
  const { minuteOfDay, utcOffsetMinutes } = turn.policy.cancelPeriodEnd;
  return turn.at.clockTrusted && turn.at.wallMs >= nextDayAt(reversal.paidAtWallMs, minuteOfDay, utcOffsetMinutes);
}

/** The awaited answer, or silence. */
export function onQueueAnswered(
  turn: Turn,
  reversal: Reversal,
  progress: ReversalProgress,
  answer: AcquirerAnswer,
): void {
  const mayCancel = turn.at.atMs < progress.burstUntilMs && !cancelPeriodOver(turn, reversal);
  const verdict = verdictOf(reversal, progress, answer, mayCancel);
  const believed = verified(answer);
  updateProgress(turn, reversal.reversalId, { awaiting: undefined, unanswered: believed === undefined });
  if (verdict.known) markReversalKnown(turn, reversal, verdict.known.charged, believed?.paymentId);
  carryOut(turn, reversal, progress, verdict);
}

function carryOut(turn: Turn, reversal: Reversal, { unpayableAtMs }: ReversalProgress, verdict: Verdict): void {
  const { reversalId, kind, paymentRequestId } = reversal;
  const { amountDiffers, uncancellable } = verdict;
  if (amountDiffers) turn.alarm('amountDiffers', verdict.type === 'refund' ? paymentRequestId : reversalId);
  if (uncancellable !== undefined) updateProgress(turn, reversalId, { uncancellable });
  switch (verdict.type) {
    case 'finish':
      return finishReversal(turn, reversalId, { how: verdict.how });
    case 'ask':
      updateProgress(turn, reversalId, { phase: verdict.next === 'undo' ? kind : verdict.next });
      if (verdict.when === 'now') return sendNext(turn, reversalId);
      if (verdict.when === 'retry') return retryLater(turn, reversalId, verdict.code);
      return turn.setTimer(`reversal:${reversalId}`, Math.max(0, unpayableAtMs - turn.at.atMs));
    case 'refund':
      if (kind === 'cancel') turnToRefund(turn, reversalId);
      updateProgress(turn, reversalId, { phase: 'refund' });
      return sendNext(turn, reversalId);
    case 'callPerson':
      turn.alarm('refundRefused', `${reversalId} ${verdict.code}`);
      callPerson(turn, reversal, verdict.code);
      return waitInQueue(turn, reversalId);
    case 'hold':
      turn.alarm('refundRefused', `${reversalId} ${verdict.code}`);
      return hold(turn, reversal, verdict.code);
  }
}

/** The refund has a new id, which is durable before the request leaves. */
function turnToRefund(turn: Turn, reversalId: string): void {
  const { paymentRequestId, paymentId } = ownEntry(turn.book.reversals, reversalId) ?? {};
  if (paymentRequestId === undefined || paymentId === undefined) throw new Error(`${reversalId} has nothing to refund`);
  const refundRequestId = refundRequestIdFor(turn, paymentRequestId);
  turn.record({ type: 'reversalTurnedToRefund', reversalId, refundRequestId, paymentId });
}

/** Recorded only when it is new, or every retry would write to flash. */
export function markReversalKnown(
  turn: Turn,
  { reversalId, known, charged: wasCharged, paymentId: before }: Reversal,
  charged: boolean,
  paymentId: string | undefined,
): void {
  const isNews = !known || (charged && wasCharged !== true) || (paymentId !== undefined && paymentId !== before);
  if (!isNews) return;
  turn.record({
    type: 'reversalPaymentFound',
    reversalId,
    ...present({ paymentId, charged: charged ? true : undefined }),
  });
}

/** Retries soon: a late reply or a notification has shown that the payment is known, or charged. */
export function undoNow(turn: Turn, { reversalId, kind, known }: Reversal): void {
  const progress = ownEntry(turn.live.reversals, reversalId);
  if (progress === undefined) return;
  if (!known) updateProgress(turn, reversalId, { knownLate: true });
  /* The next request is sent soon after the awaited answer or its timeout. */
  if (progress.awaiting !== undefined) return updateProgress(turn, reversalId, { urgent: true });
  updateProgress(turn, reversalId, { phase: kind });
  sendNext(turn, reversalId);
}
