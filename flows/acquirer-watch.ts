import type { AcquirerAnswer } from './acquirer-answer.js';
import { isConfigurationCode } from './result-codes.js';
import type { AcquirerCondition } from './terminal-state.js';
import type { Turn } from './turn.js';

/** While the acquirer does not answer as it should or the clock is not confirmed, and the slower rhythm when all is well. */
const PROBE_RETRY_MS = 15_000;
const PROBE_INTERVAL_MS = 600_000;

/** An answer that may be believed: about our request and signed by the acquirer. */
export type VerifiedAnswer = Extract<AcquirerAnswer, { kind: 'answered' }>;

export function verified(answer: AcquirerAnswer): VerifiedAnswer | undefined {
  return answer.kind === 'answered' && answer.signature === 'valid' ? answer : undefined;
}

/** Learns from an answer how the acquirer is doing. When it comes back, reversals that went unanswered go out at once. */
export function noteAnswer(turn: Turn, answer: AcquirerAnswer): void {
  noteCondition(turn, conditionAfter(answer), answer);
}

/**
 * The same for an answer that nobody waits for any more. Silence is old news then: the time of a pay request may end
 * after the inquiry has long been answered.
 */
export function noteLateAnswer(turn: Turn, answer: AcquirerAnswer): void {
  if (answer.kind !== 'silence') noteAnswer(turn, answer);
}

/**
 * The same for the answer to a reversal, which comes again and again. A signed refusal of one is about that payment or
 * that interface, whatever its code says; and one that is not answered, or not so that it can be believed, may be the
 * only one. Neither must stop sales, nor start and stop them in turns with the probe: that one is sent at once, and tells.
 */
export function noteReversalAnswer(turn: Turn, answer: AcquirerAnswer): void {
  if (verified(answer) !== undefined) return noteCondition(turn, 'reachable', answer);
  if (turn.live.acquirer !== 'reachable') return;
  if (answer.kind === 'answered' && conditionAfter(answer) === 'unverified') turn.alarm('signatureWrong', answer.code);
  /* Not before the last one has had its time: with many such reversals each would send one. */
  turn.setTimer('probe', Math.max(0, turn.live.probedAtMs + turn.policy.inquiryReplyTimeoutMs - turn.at.atMs));
}

function noteCondition(turn: Turn, now: AcquirerCondition, answer: AcquirerAnswer): void {
  if (turn.live.acquirer === now) return;
  turn.live = { ...turn.live, acquirer: now };
  if (now === 'reachable') {
    wakeUnanswered(turn);
    turn.setTimer('probe', probeIntervalMs(turn));
    return;
  }
  if (answer.kind === 'answered') {
    turn.alarm(now === 'misconfigured' ? 'acquirerMisconfigured' : 'signatureWrong', answer.code);
  }
  turn.setTimer('probe', PROBE_RETRY_MS);
}

/** Not sooner than the retry interval: with a network that comes and goes, each return would wake them all again. */
function wakeUnanswered(turn: Turn): void {
  for (const [reversalId, { awaiting, unanswered, sentAtMs }] of Object.entries(turn.live.reversals)) {
    if (awaiting !== undefined || !unanswered) continue;
    turn.setTimer(`reversal:${reversalId}`, Math.max(0, sentAtMs + turn.policy.cancelRetryIntervalMs - turn.at.atMs));
  }
}

/** The acquirer refused a payment for a reason of configuration: the next customer would meet the same. */
export function noteMisconfigured(turn: Turn, code: string): void {
  if (turn.live.acquirer !== 'misconfigured') turn.alarm('acquirerMisconfigured', code);
  turn.live = { ...turn.live, acquirer: 'misconfigured' };
  turn.setTimer('probe', PROBE_INTERVAL_MS);
}

export function sendProbe(turn: Turn): void {
  turn.effect({
    type: 'sendProbe',
    timeoutMs: turn.policy.inquiryReplyTimeoutMs,
    paymentRequestId: `9${turn.policy.terminalNumber}${turn.at.randomDigits}`,
  });
  turn.live = { ...turn.live, probedAtMs: turn.at.atMs };
  turn.setTimer('probe', probeIntervalMs(turn));
}

/** The clock stepped: only the acquirer may be able to say whether it is right, and until then nothing is sold. */
export function onClockDoubted(turn: Turn): void {
  if (turn.live.booted) turn.setTimer('probe', PROBE_RETRY_MS);
}

function probeIntervalMs({ live, at }: Turn): number {
  return live.acquirer === 'reachable' && at.clockTrusted ? PROBE_INTERVAL_MS : PROBE_RETRY_MS;
}

function conditionAfter(answer: AcquirerAnswer): AcquirerCondition {
  if (answer.kind === 'silence') return 'unreachable';
  if (isConfigurationCode(answer.code)) return 'misconfigured';
  return answer.signature === 'valid' ? 'reachable' : 'unverified';
}
