import type { Clock } from '../../drivers/host.js';

/**
 * The acquirer's clock as its last probe showed it: what every later message has to be near to. An old one that is sent
 * again is signed as rightly as a new one.
 *
 * Invariants
 * - Learned only from answers on which no payment waits, so that an old one among them cannot make others of its age look
 *   new.
 * - Carried on by the monotonic clock, so that a step of the wall clock changes nothing.
 */
export interface AcquirerTime {
  learn(atAcquirerMs: number): void;
  /** How long ago it was that then by the acquirer's clock; below 0 it is to come. Undefined until learned. */
  ageMs(atAcquirerMs: number): number | undefined;
  /** The same by our own wall clock, which nobody may have confirmed. */
  wallAgeMs(atAcquirerMs: number): number;
  /** What messages may be off by. */
  readonly toleranceMs: number;
}

export function createAcquirerTime(clock: Clock, toleranceMs: number): AcquirerTime {
  let offsetMs: number | undefined;
  return {
    toleranceMs,
    learn(atAcquirerMs) {
      offsetMs = atAcquirerMs - clock.monotonicMs();
    },
    wallAgeMs: (atAcquirerMs) => clock.wallMs() - atAcquirerMs,
    ageMs: (atAcquirerMs) => (offsetMs === undefined ? undefined : clock.monotonicMs() + offsetMs - atAcquirerMs),
  };
}

/**
 * Why a reply that was signed then is not of now, in words; undefined where it is. Before the first probe it has to agree with
 * our own clock: an old refusal could otherwise end a payment that was charged. `tookMs`: how long ago the request left.
 */
export function whyNoReplyOfNow(
  time: AcquirerTime,
  atAcquirerMs: number | undefined,
  tookMs: number,
): string | undefined {
  const unknown = atAcquirerMs !== undefined && time.ageMs(atAcquirerMs) === undefined;
  if (unknown && Math.abs(time.wallAgeMs(atAcquirerMs)) > tookMs + time.toleranceMs) {
    return 'it was signed at another time than it is here, and no probe has shown yet which is right';
  }
  return whyNotNow(time, atAcquirerMs, tookMs);
}

/** The same of any message, which is taken for one of now before the first probe. `oldestMs`: how old it may be. */
export function whyNotNow(time: AcquirerTime, atAcquirerMs: number | undefined, oldestMs: number): string | undefined {
  if (atAcquirerMs === undefined) return 'the time at which it was signed cannot be read';
  const ageMs = time.ageMs(atAcquirerMs);
  if (ageMs === undefined) return undefined;
  if (ageMs > oldestMs + time.toleranceMs) return `it was signed ${Math.round(ageMs / 1000)} s ago`;
  if (ageMs < -time.toleranceMs) return `it is signed ${Math.round(-ageMs / 1000)} s ahead`;
  return undefined;
}
