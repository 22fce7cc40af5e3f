import type { AcquirerAnswer } from './acquirer-answer.js';
import { openReversals } from './book.js';
import { type Change, present } from './present.js';
import { disprovedByAny, isConfigurationCode, makesKnown, mayBeTheOrder, payRow } from './result-codes.js';
import type { AcquirerCondition, Refusals } from './terminal-state.js';
import type { Turn } from './turn.js';

/*
 * How the acquirer is doing. Invariants
 * - A refusal of our set-up is lifted only by an answer that disproves it: one that an inquiry met by another answer to an
 *   inquiry or a payment, one that only a payment met by a payment.
 * - Where only a payment can tell, one customer may try after a while, and after a longer while each time that fails.
 * - What anybody's reversals are answered neither stops sales nor lifts what a payment was refused for.
 */

/** While the acquirer does not answer as it should or the clock is not confirmed, and the slower rhythm when all is well. */
const PROBE_RETRY_MS = 15_000;
const PROBE_INTERVAL_MS = 600_000;
/** From the last answer to a connection that is made only to see that it can be made. */
const REACH_INTERVAL_MS = 60_000;
/** From a payment that was refused for our set-up to the next one that may try; doubled each time, up to the limit. */
const TRIAL_AFTER_MS = 60_000;
const TRIAL_AFTER_AT_MOST_MS = 600_000;

/** An answer that may be believed: about our request and signed by the acquirer. */
export type VerifiedAnswer = Extract<AcquirerAnswer, { kind: 'answered' }>;

export function verified(answer: AcquirerAnswer): VerifiedAnswer | undefined {
  return answer.kind === 'answered' && answer.signature === 'valid' ? answer : undefined;
}

/** Whether a payment or an inquiry was answered: only a payment shows that payments are taken. */
type Call = 'pay' | 'inquiry';

/** Learns from an answer how the acquirer is doing. When it comes back, reversals that went unanswered go out at once. */
export function noteAnswer(turn: Turn, call: Call, answer: AcquirerAnswer): void {
  if (answer.kind === 'answered') turn.setTimer('reach', REACH_INTERVAL_MS);
  noteRefusal(turn, call, answer);
  noteLink(turn, linkAfter(answer), answer);
}

/**
 * The same for an answer that nobody waits for any more. Silence is old news then: the time of a pay request may end
 * after the inquiry has long been answered.
 */
export function noteLateAnswer(turn: Turn, call: Call, answer: AcquirerAnswer): void {
  if (answer.kind !== 'silence') noteAnswer(turn, call, answer);
}

/**
 * The same for the answer to a reversal, which comes again and again. A signed refusal of one is about that payment or
 * that interface, whatever its code says; and one that is not answered, or not so that it can be believed, may be the
 * only one. Neither must stop sales, nor start and stop them in turns with the probe: that one is sent at once, and tells.
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

/** The acquirer refused a payment for a reason of our set-up: the next customer would meet the same. */
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

/** A payment came about: whatever payments were refused for is over. */
export function notePaymentTaken(turn: Turn): void {
  const { pay, suspect } = turn.live.refusals;
  if (pay === undefined && suspect === undefined) return;
  turn.clearTimer('trial');
  changeRefusals(turn, { pay: undefined, suspect: undefined });
}

/** One customer may try whether payments are taken again. */
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
    if (tellsOfPayments(answer)) notePaymentTaken(turn);
  } else if (pay?.failedTrials === 0 && disprovedByAny(pay.code)) openTrial(turn);
}

/** Every request meets it, and the next probe tells when it is over. */
function noteRefusedInquiry(turn: Turn, code: string): void {
  const { every, pay } = turn.live.refusals;
  if (every !== code) turn.alarm('acquirerMisconfigured', code);
  const same = pay?.code === code;
  if (same) turn.clearTimer('trial');
  changeRefusals(turn, { every: code, ...(same ? { pay: undefined } : {}) });
  turn.setTimer('probe', PROBE_RETRY_MS);
}

/** A success, a refusal for another reason, or the word that there is a payment; a failure of the acquirer's is none. */
function tellsOfPayments(answer: VerifiedAnswer): boolean {
  if (answer.status === 'F') {
    const { action } = payRow(answer.code);
    return action === 'tryAgain' || action === 'declined';
  }
  return makesKnown(answer);
}

/** Only whether it answers, and as itself. */
type Link = Exclude<AcquirerCondition, 'misconfigured'>;

function linkOf({ live }: Turn): Link {
  return live.acquirer === 'misconfigured' ? 'reachable' : live.acquirer;
}

function linkAfter(answer: AcquirerAnswer): Link {
  if (answer.kind === 'silence') return 'unreachable';
  /* Such replies come unsigned; the refusal alone says what is wrong. */
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

/** Not sooner than the retry interval: with a network that comes and goes, each return would wake them all again. */
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

/** Something changed that the acquirer may have refused us for: it is asked at once, and so is what waits for it. */
export function askAnew(turn: Turn): void {
  if (!turn.live.booted) return;
  sendProbe(turn);
  if (turn.live.refusals.pay !== undefined) openTrial(turn);
  /* In its first burst one is tried soon anyway, and one that waits for a payment to expire was not refused. */
  for (const { reversalId, manual } of openReversals(turn.book)) {
    const progress = turn.live.reversals[reversalId];
    if (progress === undefined || manual) continue;
    if (progress.unanswered || progress.queueFailures > 0) wakeReversal(turn, reversalId);
  }
}

/** Without a request to the acquirer, which a customer would make to find out that the network is gone. */
export function onReachDue(turn: Turn): void {
  turn.setTimer('reach', REACH_INTERVAL_MS);
  /* Otherwise probes go out more often. */
  if (linkOf(turn) === 'reachable')
    turn.effect({ type: 'tryConnection', timeoutMs: turn.policy.inquiryReplyTimeoutMs });
}

/** A single connection that fails stops nothing: the probe, sent at once, tells. */
export function onConnectionTried(turn: Turn, reached: boolean): void {
  if (reached) return turn.ignore('the acquirer can be reached');
  if (linkOf(turn) !== 'reachable') return turn.ignore('the acquirer is known not to answer');
  probeSoon(turn);
}

/** Not before the last one has had its time: many who ask for one must not make many. */
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

/** The clock stepped: only the acquirer may be able to say whether it is right, and until then nothing is sold. */
export function onClockDoubted(turn: Turn): void {
  if (turn.live.booted) turn.setTimer('probe', PROBE_RETRY_MS);
}

function probeIntervalMs(turn: Turn): number {
  const well = linkOf(turn) === 'reachable' && turn.live.refusals.every === undefined && turn.at.clockTrusted;
  return well ? PROBE_INTERVAL_MS : PROBE_RETRY_MS;
}
