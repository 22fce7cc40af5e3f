import type { AcquirerAnswer } from './acquirer-answer.js';
import { type VerifiedAnswer, verified } from './acquirer-watch.js';
import { nextDayAt } from './civil-time.js';
import type { ReversalRequest } from './effect.js';
import { sameMoney } from './money.js';
import { ofOtherAccount } from './of-other-account.js';
import { ownEntry } from './own-entry.js';
import { refundRequestIdFor } from './refund-request-id.js';
import { cancelAction, refundAction, refundsAfter } from './result-codes.js';
import type { Reversal } from './reversal.js';
import { callPerson, finish, retryLater, updateProgress, waitInQueue } from './reversal-rhythm.js';
import type { ReversalProgress } from './terminal-state.js';
import type { Turn } from './turn.js';

/*
 * The cancel queue at work. Invariants
 * - Every open reversal that is not held for a person has either a request under way or its timer set, unless its payment
 *   was made with another account at the acquirer: then it waits for a person, or for a start with that account.
 * - A reversal is finished only by a verified answer, or by hand.
 * - A payment that the acquirer never showed to know is closed only by an answer to a request that was sent after the
 *   payment request could no longer arrive.
 * - A payment that it once showed to know is never closed by the word that there is none: that goes to a person.
 * - Reversals do not wait for one another.
 * - A charge that is news is undone at once.
 * - A refund that failed for good is not asked for again, under whatever id, unless a person wants it.
 */

/** Longer than any reply timeout: an executor that never answers does not stop the queue. */
const ANSWER_GRACE_MS = 5000;
/** Our own word for a refund that was taken and failed. */
const REFUND_FAILED = 'REFUND_FAILED';
/** Takes up work on a reversal: just started, or found in the book at boot. */
export function enqueue(turn: Turn, reversal: Reversal, paymentStartedAtMs?: number): void {
  const { policy, at } = turn;
  /* As it was told to the acquirer: the configuration may have been another one then. */
  const expiryMs = reversal.payableUntilWallMs - reversal.paidAtWallMs;
  /* After a reboot only a trusted wall clock tells how long the payment can still arrive; otherwise wait it all out. */
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
  turn.live = { ...turn.live, reversals: { ...turn.live.reversals, [reversal.reversalId]: progress } };
  work(turn, reversal.reversalId);
}

/**
 * Starts the burst again, now: a person asked for it, and releases what was held back. It begins with the undoing, unless an
 * answer is awaited, which would then be taken for another one's.
 */
export function retryNow(turn: Turn, reversal: Reversal): void {
  const { reversalId, kind, manual, lastCode, paymentId } = reversal;
  if (manual) turn.record({ type: 'reversalReleased', reversalId });
  /* That refund request is spent: whoever tries again needs a new one. */
  if (manual && lastCode === REFUND_FAILED && paymentId !== undefined) turnToRefund(turn, reversal, paymentId);
  const awaiting = ownEntry(turn.live.reversals, reversalId)?.awaiting !== undefined;
  updateProgress(turn, reversalId, {
    ...(awaiting ? {} : { phase: kind }),
    burstUntilMs: turn.at.atMs + turn.policy.cancelRetryWindowMs,
    queueFailures: 0,
  });
  work(turn, reversalId);
}

/** Its timer: the next request is due, or an answer did not come. */
export function onQueueTimer(turn: Turn, reversalId: string): void {
  if (ownEntry(turn.live.reversals, reversalId)?.awaiting === undefined) return work(turn, reversalId);
  noteAnswered(turn, reversalId, false);
  retryLater(turn, reversalId, 'NO_ANSWER');
}

/** The answer that is awaited. */
export function onQueueAnswered(
  turn: Turn,
  reversal: Reversal,
  progress: ReversalProgress,
  answer: AcquirerAnswer,
): void {
  const { reversalId } = reversal;
  const believed = verified(answer);
  noteAnswered(turn, reversalId, believed !== undefined);
  if (believed === undefined || believed.status === 'U') {
    takeTurns(turn, reversalId, progress.phase);
    return retryLater(turn, reversalId, answer.kind === 'answered' ? answer.code : 'NO_ANSWER');
  }
  switch (progress.phase) {
    case 'cancel':
      return afterCancel(turn, reversal, progress, believed);
    case 'inquiry':
      return afterInquiry(turn, reversal, progress, believed);
    case 'refund':
      return afterRefund(turn, reversal, believed);
    case 'refundInquiry':
      return afterRefundInquiry(turn, reversal, believed);
  }
}

/**
 * Whether an unanswered refund was made is for the acquirer to say; where it does not, the same refund is sent once more:
 * inquiring alone would never make it.
 */
function takeTurns(turn: Turn, reversalId: string, phase: ReversalProgress['phase']): void {
  if (phase === 'refund') updateProgress(turn, reversalId, { phase: 'refundInquiry' });
  if (phase === 'refundInquiry') updateProgress(turn, reversalId, { phase: 'refund' });
}

function work(turn: Turn, reversalId: string): void {
  const reversal = ownEntry(turn.book.reversals, reversalId);
  const progress = ownEntry(turn.live.reversals, reversalId);
  if (reversal === undefined || progress === undefined) return;
  if (reversal.manual || progress.awaiting !== undefined) return;
  if (ofOtherAccount(turn, reversal)) return callPerson(turn, reversal, 'OTHER_ACCOUNT');
  if (reversal.untried === true) turn.record({ type: 'reversalReleased', reversalId });
  const phase = phaseOf(turn, reversal, progress);
  const exchange = turn.live.exchange + 1;
  turn.live = { ...turn.live, exchange };
  updateProgress(turn, reversalId, {
    phase,
    awaiting: exchange,
    sentAtMs: turn.at.atMs,
    knownWhenSent: reversal.known,
  });
  const timeoutMs =
    phase === 'cancel' || phase === 'refund' ? turn.policy.cancelReplyTimeoutMs : turn.policy.inquiryReplyTimeoutMs;
  turn.effect({ type: 'sendReversal', timeoutMs, exchange, reversalId, request: requestOf(reversal, phase) });
  turn.setTimer(`reversal:${reversalId}`, timeoutMs + ANSWER_GRACE_MS);
}

function phaseOf(turn: Turn, reversal: Reversal, progress: ReversalProgress): ReversalProgress['phase'] {
  const inquire = reversal.kind === 'refund' ? reversal.paymentId === undefined : cancelPeriodOver(turn, reversal);
  return inquire ? 'inquiry' : progress.phase;
}

export function requestOf(reversal: Reversal, phase: ReversalProgress['phase']): ReversalRequest {
  const { paymentRequestId, paymentId, refundRequestId, amount, reason } = reversal;
  switch (phase) {
    case 'cancel':
    case 'inquiry':
      return { type: phase, paymentRequestId };
    case 'refund':
    case 'refundInquiry': {
      if (refundRequestId === undefined || paymentId === undefined) {
        throw new Error(`reversal ${reversal.reversalId} has no refund to send`);
      }
      if (phase === 'refundInquiry') return { type: phase, refundRequestId };
      return { type: phase, refundRequestId, paymentId, amount, ...(reason === undefined ? {} : { reason }) };
    }
  }
}

function cancelPeriodOver(turn: Turn, reversal: Reversal): boolean {
  const { minuteOfDay, utcOffsetMinutes } = turn.policy.cancelPeriodEnd;
  return turn.at.clockTrusted && turn.at.wallMs >= nextDayAt(reversal.paidAtWallMs, minuteOfDay, utcOffsetMinutes);
}

function afterCancel(turn: Turn, reversal: Reversal, progress: ReversalProgress, answer: VerifiedAnswer): void {
  if (answer.status === 'S') return nothingLeft(turn, reversal, progress, 'cancelled');
  switch (cancelAction(answer.code)) {
    case 'absent':
      if (reversal.known) return inquireNext(turn, reversal.reversalId, answer.code);
      return nothingLeft(turn, reversal, progress, 'nothingCharged');
    case 'refund':
    case 'inquire':
      return inquireNext(turn, reversal.reversalId, answer.code);
    case 'again':
      return retryLater(turn, reversal.reversalId, answer.code);
  }
}

/**
 * The acquirer has nothing to charge any more, unless the payment request was still on its way when it was asked: a
 * payment that shows up between a cancel and its reply may have come after that cancel.
 */
function nothingLeft(
  turn: Turn,
  { reversalId, known }: Reversal,
  progress: ReversalProgress,
  how: 'cancelled' | 'nothingCharged',
): void {
  const { knownWhenSent, shownLate, sentAtMs, unpayableAtMs } = progress;
  if ((knownWhenSent && shownLate !== true) || sentAtMs >= unpayableAtMs) return finish(turn, reversalId, { how });
  updateProgress(turn, reversalId, { phase: 'cancel' });
  /* It showed up while this was under way, and may have come after it. */
  if (known && !knownWhenSent) return work(turn, reversalId);
  turn.setTimer(`reversal:${reversalId}`, Math.max(0, progress.unpayableAtMs - turn.at.atMs));
}

function inquireNext(turn: Turn, reversalId: string, cancelRefusedCode: string): void {
  updateProgress(turn, reversalId, { phase: 'inquiry', cancelRefusedCode });
  work(turn, reversalId);
}

function afterInquiry(turn: Turn, reversal: Reversal, progress: ReversalProgress, answer: VerifiedAnswer): void {
  const { reversalId } = reversal;
  if (answer.status === 'F') {
    if (answer.code === 'ORDER_NOT_EXIST' && !reversal.known) {
      return nothingLeft(turn, reversal, progress, 'nothingCharged');
    }
    return startOver(turn, reversal, answer.code);
  }
  switch (answer.paymentStatus) {
    case 'SUCCESS':
      return paymentFound(turn, reversal, progress, answer);
    case 'CANCELLED':
      return finish(turn, reversalId, { how: 'cancelled' });
    case 'FAIL':
      return finish(turn, reversalId, { how: 'nothingCharged' });
    case undefined:
      return startOver(turn, reversal, answer.code);
    default:
      noteFound(turn, reversal, { charged: false, paymentId: answer.paymentId });
      return startOver(turn, reversal, answer.paymentStatus);
  }
}

/** The inquiry did not settle it. The next request is the undoing itself again: inquiring alone would never end it. */
function startOver(turn: Turn, { reversalId, kind }: Reversal, code: string): void {
  updateProgress(turn, reversalId, { phase: kind });
  retryLater(turn, reversalId, code);
}

function paymentFound(turn: Turn, reversal: Reversal, progress: ReversalProgress, answer: VerifiedAnswer): void {
  const { reversalId } = reversal;
  noteFound(turn, reversal, { charged: true, paymentId: answer.paymentId });
  const paymentId = answer.paymentId ?? reversal.paymentId;
  if (reversal.kind === 'cancel' && !hasToRefund(turn, reversal, progress)) return startOver(turn, reversal, 'PAID');
  if (paymentId === undefined) return retryLater(turn, reversalId, 'NO_PAYMENT_ID');
  if (reversal.kind === 'cancel') {
    if (answer.amount !== undefined && !sameMoney(answer.amount, reversal.amount)) {
      turn.alarm('amountDiffers', reversal.paymentRequestId);
    }
    turnToRefund(turn, reversal, paymentId);
  }
  updateProgress(turn, reversalId, { phase: 'refund' });
  work(turn, reversalId);
}

/** A paid payment whose cancel is refused all through the burst goes back as a refund, as one past its period does. */
function hasToRefund(turn: Turn, reversal: Reversal, { cancelRefusedCode, burstUntilMs }: ReversalProgress): boolean {
  return refundsAfter(cancelRefusedCode) || cancelPeriodOver(turn, reversal) || turn.at.atMs >= burstUntilMs;
}

function turnToRefund(turn: Turn, { reversalId, paymentRequestId }: Reversal, paymentId: string): void {
  const refundRequestId = refundRequestIdFor(turn, paymentRequestId);
  turn.record({ type: 'reversalTurnedToRefund', reversalId, refundRequestId, paymentId });
}

/**
 * A word that comes too late to approve a payment still shows that there is one: the cancel under way may not be closed
 * by the word that there is none, and what is charged is undone at once. Tells whether that was news.
 */
export function notePaymentShown(
  turn: Turn,
  paymentRequestId: string,
  shown: { readonly charged: boolean; readonly paymentId: string | undefined },
): boolean {
  const reversal = Object.values(turn.book.reversals).find(
    (one) => one.paymentRequestId === paymentRequestId && one.state !== 'finished',
  );
  if (reversal === undefined) return false;
  const news = !reversal.known || (shown.charged && reversal.charged !== true);
  if (!news) return false;
  noteFound(turn, reversal, shown);
  undoNow(turn, reversal);
  return true;
}

/** It shows up at most twice, as known and as charged: who repeats it does not make us ask more often. */
function undoNow(turn: Turn, { reversalId, kind, known }: Reversal): void {
  const progress = ownEntry(turn.live.reversals, reversalId);
  if (progress === undefined) return;
  if (!known) updateProgress(turn, reversalId, { shownLate: true });
  /* The answer that is awaited leads on, or its absence, and soon. */
  if (progress.awaiting !== undefined) return updateProgress(turn, reversalId, { hurries: true });
  updateProgress(turn, reversalId, { phase: kind });
  work(turn, reversalId);
}

/** Recorded only when it is news, or every retry would write to flash. */
function noteFound(
  turn: Turn,
  { reversalId, known, charged: wasCharged, paymentId: before }: Reversal,
  { charged, paymentId }: { readonly charged: boolean; readonly paymentId: string | undefined },
): void {
  const isNews = !known || (charged && wasCharged !== true) || (paymentId !== undefined && paymentId !== before);
  if (!isNews) return;
  turn.record({
    type: 'reversalPaymentFound',
    reversalId,
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(charged ? { charged } : {}),
  });
}

function afterRefund(turn: Turn, reversal: Reversal, answer: VerifiedAnswer): void {
  const { reversalId } = reversal;
  if (answer.status === 'S') return refunded(turn, reversal, answer);
  switch (refundAction(answer.code)) {
    case 'inquire':
      /* A request that was taken and failed gives the same answer for ever: what became of it tells how to go on. */
      updateProgress(turn, reversalId, { phase: 'refundInquiry' });
      return retryLater(turn, reversalId, answer.code);
    case 'over':
      /* Said in passing: the payment itself has to tell, and is asked. */
      updateProgress(turn, reversalId, { phase: 'inquiry' });
      return retryLater(turn, reversalId, answer.code);
    case 'person':
      return refused(turn, reversal, answer.code);
    case 'hold':
      return hold(turn, reversal, answer.code);
  }
}

/** Said to be done; an answer that names another amount proves nothing. */
function refunded(turn: Turn, { reversalId, amount }: Reversal, { refundAmount }: VerifiedAnswer): void {
  if (refundAmount === undefined || sameMoney(refundAmount, amount)) {
    return finish(turn, reversalId, { how: 'refunded' });
  }
  turn.alarm('amountDiffers', reversalId);
  updateProgress(turn, reversalId, { phase: 'refundInquiry' });
  retryLater(turn, reversalId, 'AMOUNT_DIFFERS');
}

function afterRefundInquiry(turn: Turn, reversal: Reversal, answer: VerifiedAnswer): void {
  const { reversalId } = reversal;
  if (answer.status === 'F') return refundAgain(turn, reversalId, answer.code);
  switch (answer.refundStatus) {
    case 'SUCCESS':
      return refunded(turn, reversal, answer);
    case 'FAIL':
      return hold(turn, reversal, REFUND_FAILED);
    case 'PROCESSING':
      return retryLater(turn, reversalId, answer.refundStatus);
    default:
      return refundAgain(turn, reversalId, answer.refundStatus ?? answer.code);
  }
}

/** The acquirer knows nothing of it, or nothing that we know: the same refund again is the same refund to it. */
function refundAgain(turn: Turn, reversalId: string, code: string): void {
  updateProgress(turn, reversalId, { phase: 'refund' });
  retryLater(turn, reversalId, code);
}

/** It failed for good: a person, who may pay the customer back another way, decides whether it is tried again. */
function hold(turn: Turn, { reversalId, kind, state }: Reversal, code: string): void {
  turn.alarm('refundRefused', `${reversalId} ${code}`);
  turn.record({ type: 'reversalNeedsPerson', reversalId, lastCode: code, held: true });
  if (state === 'open') turn.alarm('reversalNeedsPerson', `${reversalId} ${code}`);
  updateProgress(turn, reversalId, { phase: kind });
  turn.clearTimer(`reversal:${reversalId}`);
}

/** The acquirer will not do it as things are: a person has to see to it. It is still tried again, slowly. */
function refused(turn: Turn, reversal: Reversal, code: string): void {
  turn.alarm('refundRefused', `${reversal.reversalId} ${code}`);
  callPerson(turn, reversal, code);
  waitInQueue(turn, reversal.reversalId);
}

/** Nothing is awaited any more. */
function noteAnswered(turn: Turn, reversalId: string, answered: boolean): void {
  const progress = ownEntry(turn.live.reversals, reversalId);
  if (progress === undefined) return;
  const { awaiting: _, ...rest } = progress;
  const now = { ...rest, unanswered: !answered };
  turn.live = { ...turn.live, reversals: { ...turn.live.reversals, [reversalId]: now } };
}
