import { ownEntry } from './own-entry.js';
import { type Change, present } from './present.js';
import type { Reversal, ReversalEnd } from './reversal.js';
import type { ReversalProgress } from './terminal-state.js';
import type { Turn } from './turn.js';

/*
 * When a reversal is retried, when a person is called, and how it ends.
 */

/** Failures in the queue's rhythm, and age, after which a person is called. */
const FAILURES_BEFORE_PERSON = 6;
const AGE_BEFORE_PERSON_MS = 20 * 3_600_000;
/** How much slower a reversal is retried once a person has been called. */
const SLOWDOWN_AFTER_PERSON = 10;

/** Closes a reversal and ends the work on it. */
export function finishReversal(
  turn: Turn,
  reversalId: string,
  end: Omit<ReversalEnd, 'atWallMs' | 'utcOffsetMinutes'>,
): void {
  const { wallMs: atWallMs, utcOffsetMinutes } = turn.at;
  turn.record({ type: 'reversalFinished', reversalId, end: { ...end, atWallMs, utcOffsetMinutes } });
  const { [reversalId]: _, ...reversals } = turn.live.reversals;
  turn.set({ reversals });
  turn.clearTimer(`reversal:${reversalId}`);
}

/** Sets the timer of the next request: soon in the burst, then in the queue's rhythm, where failures are counted. */
export function retryLater(turn: Turn, reversalId: string, code: string): void {
  const progress = ownEntry(turn.live.reversals, reversalId);
  const reversal = ownEntry(turn.book.reversals, reversalId);
  if (progress === undefined || reversal === undefined) return;
  const { atMs, wallMs } = turn.at;
  if (atMs < progress.burstUntilMs || progress.urgent === true) {
    updateProgress(turn, reversalId, { urgent: false });
    const dueAtMs = progress.sentAtMs + turn.policy.cancelRetryIntervalMs;
    return turn.setTimer(`reversal:${reversalId}`, Math.max(0, dueAtMs - atMs));
  }
  if (progress.queueFailures === 0) turn.alarm('reversalDelayed', `${reversalId} ${code}`);
  const queueFailures = progress.queueFailures + 1;
  updateProgress(turn, reversalId, { queueFailures });
  /* A boot may have started the reversal before the clock was confirmed; payments are only made with a confirmed clock. */
  const sinceWallMs = Math.max(reversal.startedAtWallMs, reversal.paidAtWallMs);
  const ageMs = turn.at.clockTrusted ? wallMs - sinceWallMs : 0;
  if (queueFailures >= FAILURES_BEFORE_PERSON || ageMs > AGE_BEFORE_PERSON_MS) callPerson(turn, reversal, code);
  waitInQueue(turn, reversalId);
}

/** Calls a person, once for each reversal. It is still retried. */
export function callPerson(turn: Turn, reversal: Reversal, code: string): void {
  if (reversal.state !== 'open') return;
  turn.record({ type: 'reversalNeedsPerson', reversalId: reversal.reversalId, lastCode: code });
  turn.alarm('reversalNeedsPerson', `${reversal.reversalId} ${code}`);
}

/** Calls a person, and sends nothing until that person retries it. */
export function hold(turn: Turn, { reversalId, state }: Reversal, code: string): void {
  turn.record({ type: 'reversalNeedsPerson', reversalId, lastCode: code, held: true });
  if (state === 'open') turn.alarm('reversalNeedsPerson', `${reversalId} ${code}`);
  turn.clearTimer(`reversal:${reversalId}`);
}

/** Up to a tenth is added at random, so that a fleet does not come back in step. */
export function waitInQueue(turn: Turn, reversalId: string): void {
  const slow = ownEntry(turn.book.reversals, reversalId)?.state === 'needsPerson' ? SLOWDOWN_AFTER_PERSON : 1;
  const waitMs = turn.policy.queueRetryIntervalMs * slow;
  const spreadMs = (waitMs * Number(turn.at.randomDigits.slice(0, 3))) / 10_000;
  turn.setTimer(`reversal:${reversalId}`, Math.round(waitMs + spreadMs));
}

export function updateProgress(turn: Turn, reversalId: string, change: Change<ReversalProgress>): void {
  const progress = ownEntry(turn.live.reversals, reversalId);
  if (progress === undefined) return;
  turn.set({ reversals: { ...turn.live.reversals, [reversalId]: present({ ...progress, ...change }) } });
}
