import type { AcquirerAnswer } from './acquirer-answer.js';
import { openReversals } from './book.js';
import { type Change, present } from './present.js';
import { disprovedByAny, isConfigurationCode, makesKnown, mayBeTheOrder, payRow } from './result-codes.js';
import type { AcquirerCondition, Refusals } from './terminal-state.js';
import type { Turn } from './turn.js';

/*
 * Watches whether the acquirer answers, and whether it accepts our set-up. Invariants
 * - A refusal of our set-up ends only with an answer that disproves it. Where an inquiry was refused, that is another answer
 *   to an inquiry or a payment; where only payments were refused, that of a payment.
 * - Where only a payment can show it, one customer may try after a while. Each failed try doubles the wait.
 * - The answer to a reversal never stops sales, and never ends a refusal of payments.
 */

/** Between probes: while the acquirer does not answer as it should or the clock is not confirmed, and when all is well. */
const PROBE_RETRY_MS = 15_000;
const PROBE_INTERVAL_MS = 600_000;
/** From the last answer to a test connection. */
const REACH_INTERVAL_MS = 60_000;
/** From a payment that was refused for our set-up to the next try; doubled each time, up to the limit. */
const TRIAL_AFTER_MS = 60_000;
const TRIAL_AFTER_AT_MOST_MS = 600_000;

/** An answer that may be believed: about our request and signed by the acquirer. */
export type VerifiedAnswer = Extract<AcquirerAnswer, { kind: 'answered' }>;

export function verified(answer: AcquirerAnswer): VerifiedAnswer | undefined {
  return answer.kind === 'answered' && answer.signature === 'valid' ? answer : undefined;
}

/** What was answered: only the answer to a payment shows that payments are accepted. */
type Call = 'pay' | 'inquiry';

/** Updates the acquirer's condition from an answer. When it answers again, unanswered reversals are sent again soon. */
export function noteAcquirerAnswer(turn: Turn, call: Call, answer: AcquirerAnswer): void {
  if (answer.kind === 'answered') turn.setTimer('reach', REACH_INTERVAL_MS);
  noteRefusal(turn, call, answer);
  noteLink(turn, linkAfter(answer), answer);
}

/**
 * The same for an answer that nobody waits for any more. Late silence is ignored: a pay request may time out after its
 * inquiry was answered.
 */
export function noteLateAnswer(turn: Turn, call: Call, answer: AcquirerAnswer): void {
  if (answer.kind !== 'silence') noteAcquirerAnswer(turn, call, answer);
}

/**
 * The same for the answer to a reversal, which is repeated. A signed refusal is about that payment or that interface,
 * whatever its code. One without a valid answer may be the only one. Neither stops sales, or sales would start and stop in
 * turn with the probe. A probe is sent at once and decides.
 */
export function noteReversalAnswer(turn: Turn, answer: AcquirerAnswer): void {
  const believed = verified(answer);
  if (believed !== undefined) {
    const { every } = turn.live.refusals;
    if (every !== undefined && disprovedByAny(every) && !isConfigurationCode(believed.code)) {
      changeRefusals(turn, { every: undefined });
    }
    return noteLink(turn, 'reachable', answer);
  }
  if (linkOf(turn) !== 'reachable') return;
  if (answer.kind === 'answered' && linkAfter(answer) === 'unverified') turn.alarm('signatureWrong', answer.code);
  probeSoon(turn);
}

/** The acquirer refused a payment because of our set-up: the next customer's would be refused too. */
export function noteRefusedPay(turn: Turn, code: string, orderId?: string): void {
  const { pay, suspect } = turn.live.refusals;
  if (pay !== undefined && !pay.open && pay.code === code) return;
  turn.alarm('acquirerMisconfigured', code);
  if (mayBeTheOrder(code) && pay === undefined && (suspect === undefined || suspect === orderId)) {
    return changeRefusals(turn, { suspect: orderId });
  }
  const failedTrials = pay === undefined ? 0 : pay.failedTrials + (pay.open ? 1 : 0);
  changeRefusals(turn, { suspect: undefined, pay: { code, failedTrials, open: false } });
  turn.setTimer('trial', Math.min(TRIAL_AFTER_MS * 2 ** failedTrials, TRIAL_AFTER_AT_MOST_MS));
  turn.setTimer('probe', PROBE_RETRY_MS);
}

/** A payment was accepted: the refusal of payments is over. */
export function notePaymentTaken(turn: Turn): void {
  const { pay, suspect } = turn.live.refusals;
  if (pay === undefined && suspect === undefined) return;
  turn.clearTimer('trial');
  changeRefusals(turn, { pay: undefined, suspect: undefined });
}

/** Lets one customer try whether payments are accepted again. */
export function openTrial(turn: Turn): void {
  const { pay } = turn.live.refusals;
  if (pay === undefined) return turn.ignore('no payment was refused');
  turn.clearTimer('trial');
  changeRefusals(turn, { pay: { ...pay, open: true } });
}

function noteRefusal(turn: Turn, call: Call, answer: AcquirerAnswer): void {
  if (answer.kind === 'silence') return;
  if (isConfigurationCode(answer.code)) {
    if (call === 'pay') return noteRefusedPay(turn, answer.code);
    return noteRefusedInquiry(turn, answer.code);
  }
  if (verified(answer) === undefined) return;
  const { every, pay } = turn.live.refusals;
  if (every !== undefined) changeRefusals(turn, { every: undefined });
  if (call === 'pay') {
    if (showsPaymentsAccepted(answer)) notePaymentTaken(turn);
  } else if (pay?.failedTrials === 0 && disprovedByAny(pay.code)) openTrial(turn);
}

/** Every request is refused the same way; the next probe shows when that is over. */
function noteRefusedInquiry(turn: Turn, code: string): void {
  const { every, pay } = turn.live.refusals;
  if (every !== code) turn.alarm('acquirerMisconfigured', code);
  const same = pay?.code === code;
  if (same) turn.clearTimer('trial');
  changeRefusals(turn, { every: code, ...(same ? { pay: undefined } : {}) });
  turn.setTimer('probe', PROBE_RETRY_MS);
}

/** A success, a refusal for another reason, or an answer that the payment exists. A failure of the acquirer's shows nothing. */
function showsPaymentsAccepted(answer: VerifiedAnswer): boolean {
  if (answer.status === 'F') {
    const { action } = payRow(answer.code);
    return action === 'tryAgain' || action === 'declined';
  }
  return makesKnown(answer);
}

/** Whether it answers, and with a valid signature. */
type Link = Exclude<AcquirerCondition, 'misconfigured'>;

function linkOf({ live }: Turn): Link {
  return live.acquirer === 'misconfigured' ? 'reachable' : live.acquirer;
}

function linkAfter(answer: AcquirerAnswer): Link {
  if (answer.kind === 'silence') return 'unreachable';
  /* Such refusals come unsigned. */
  return answer.signature === 'valid' || isConfigurationCode(answer.code) ? 'reachable' : 'unverified';
}

function noteLink(turn: Turn, now: Link, answer: AcquirerAnswer): void {
  if (linkOf(turn) === now) return;
  setLink(turn, now);
  if (now === 'reachable') {
    wakeUnanswered(turn);
    turn.setTimer('probe', probeIntervalMs(turn));
    return;
  }
  if (answer.kind === 'answered') turn.alarm('signatureWrong', answer.code);
  turn.setTimer('probe', PROBE_RETRY_MS);
}

function changeRefusals(turn: Turn, change: Change<Refusals>): void {
  turn.set({ refusals: present({ ...turn.live.refusals, ...change }) });
  setLink(turn, linkOf(turn));
}

function setLink(turn: Turn, link: Link): void {
  const { every, pay } = turn.live.refusals;
  const refused = every !== undefined || pay?.open === false;
  turn.set({ acquirer: link === 'reachable' && refused ? 'misconfigured' : link });
}

/** Not before the retry interval: a network that comes and goes would send them all each time it returns. */
function wakeUnanswered(turn: Turn): void {
  for (const [reversalId, { unanswered }] of Object.entries(turn.live.reversals)) {
    if (unanswered) wakeReversal(turn, reversalId);
  }
}

function wakeReversal(turn: Turn, reversalId: string): void {
  const progress = turn.live.reversals[reversalId];
  if (progress === undefined || progress.awaiting !== undefined) return;
  const dueAtMs = progress.sentAtMs + turn.policy.cancelRetryIntervalMs;
  turn.setTimer(`reversal:${reversalId}`, Math.max(0, dueAtMs - turn.at.atMs));
}

/** What the acquirer may have refused us for has changed: sends a probe and the waiting reversals at once. */
export function retryAfterChange(turn: Turn): void {
  if (!turn.live.booted) return;
  sendProbe(turn);
  if (turn.live.refusals.pay !== undefined) openTrial(turn);
  /* One in its first burst is sent soon anyway. One that waits for a payment to expire was not refused. */
  for (const { reversalId, manual } of openReversals(turn.book)) {
    const progress = turn.live.reversals[reversalId];
    if (progress === undefined || manual) continue;
    if (progress.unanswered || progress.queueFailures > 0) wakeReversal(turn, reversalId);
  }
}

/** Tests the connection, so that a lost network is noticed before the next customer pays. */
export function onReachDue(turn: Turn): void {
  turn.setTimer('reach', REACH_INTERVAL_MS);
  /* Otherwise probes are sent more often than this. */
  if (linkOf(turn) === 'reachable')
    turn.effect({ type: 'tryConnection', timeoutMs: turn.policy.inquiryReplyTimeoutMs });
}

/** One failed connection does not stop sales. A probe is sent at once and decides. */
export function onConnectionTried(turn: Turn, reached: boolean): void {
  if (reached) return turn.ignore('the acquirer can be reached');
  if (linkOf(turn) !== 'reachable') return turn.ignore('the acquirer is known not to answer');
  probeSoon(turn);
}

/** Not before the reply time of the last one is over: many callers must not cause many probes. */
function probeSoon(turn: Turn): void {
  turn.setTimer('probe', Math.max(0, turn.live.probedAtMs + turn.policy.inquiryReplyTimeoutMs - turn.at.atMs));
}

export function sendProbe(turn: Turn): void {
  turn.effect({
    type: 'sendProbe',
    timeoutMs: turn.policy.inquiryReplyTimeoutMs,
    paymentRequestId: `9${turn.policy.terminalNumber}${turn.at.randomDigits}`,
  });
  turn.set({ probedAtMs: turn.at.atMs });
  turn.setTimer('reach', REACH_INTERVAL_MS);
  turn.setTimer('probe', probeIntervalMs(turn));
}

/** The clock stepped. Nothing is sold until it is confirmed, perhaps only by the acquirer's answer. */
export function onClockDoubted(turn: Turn): void {
  if (turn.live.booted) turn.setTimer('probe', PROBE_RETRY_MS);
}

function probeIntervalMs(turn: Turn): number {
  const well = linkOf(turn) === 'reachable' && turn.live.refusals.every === undefined && turn.at.clockTrusted;
  return well ? PROBE_INTERVAL_MS : PROBE_RETRY_MS;
}
