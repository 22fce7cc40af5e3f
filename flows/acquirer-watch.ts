import type { AcquirerAnswer } from './acquirer-answer.js';
import { isConfigurationCode } from './result-codes.js';
import type { AcquirerCondition } from './terminal-state.js';
import type { Turn } from './turn.js';

/** While the acquirer does not answer as it should, and the slower rhythm when it does. */
const PROBE_RETRY_MS = 15_000;
const PROBE_INTERVAL_MS = 600_000;

/** An answer that may be believed: about our request and signed by the acquirer. */
export type VerifiedAnswer = Extract<AcquirerAnswer, { kind: 'answered' }>;

export function verified(answer: AcquirerAnswer): VerifiedAnswer | undefined {
  return answer.kind === 'answered' && answer.signature === 'valid' ? answer : undefined;
}

/** Learns from any answer how the acquirer is doing. When it comes back, waiting reversals go out at once. */
export function noteAnswer(turn: Turn, answer: AcquirerAnswer): void {
  const before = turn.live.acquirer;
  const now = conditionAfter(answer);
  if (before === now) return;
  turn.live = { ...turn.live, acquirer: now };
  if (now === 'reachable') {
    for (const [reversalId, progress] of Object.entries(turn.live.reversals)) {
      if (progress.awaiting === undefined) turn.setTimer(`reversal:${reversalId}`, 0);
    }
    turn.setTimer('probe', PROBE_INTERVAL_MS);
    return;
  }
  if (answer.kind === 'answered') {
    turn.alarm(now === 'misconfigured' ? 'acquirerMisconfigured' : 'signatureWrong', answer.code);
  }
  turn.setTimer('probe', PROBE_RETRY_MS);
}

/** The acquirer refused a payment for a reason of configuration: the next customer would meet the same. */
export function noteMisconfigured(turn: Turn, code: string): void {
  turn.live = { ...turn.live, acquirer: 'misconfigured' };
  turn.alarm('acquirerMisconfigured', code);
  turn.setTimer('probe', PROBE_INTERVAL_MS);
}

export function sendProbe(turn: Turn): void {
  turn.effect({
    type: 'sendProbe',
    timeoutMs: turn.policy.inquiryReplyTimeoutMs,
    paymentRequestId: `9${turn.policy.terminalNumber}${turn.at.randomDigits}`,
  });
  turn.setTimer('probe', turn.live.acquirer === 'reachable' ? PROBE_INTERVAL_MS : PROBE_RETRY_MS);
}

function conditionAfter(answer: AcquirerAnswer): AcquirerCondition {
  if (answer.kind === 'silence') return 'unreachable';
  if (isConfigurationCode(answer.code)) return 'misconfigured';
  return answer.signature === 'valid' ? 'reachable' : 'unverified';
}
