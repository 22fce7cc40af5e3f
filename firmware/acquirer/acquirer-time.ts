import type { Clock } from '../../drivers/host.js';

/**
 * The acquirer's clock, learned from the answer to the last probe. Later messages have to be signed near it: a replayed old
 * message has a valid signature, too.
 *
 * Invariants
 * - Learned only from answers that no payment waits for: a replayed one must not make others of its age look new.
 * - Advanced by the monotonic clock, so that a step of the wall clock changes nothing.
 */
export interface AcquirerTime {
  learn(atAcquirerMs: number): void;
  /** How long ago that was by the acquirer's clock; negative in the future. Undefined until learned. */
  ageMs(atAcquirerMs: number): number | undefined;
  /** The same by our own wall clock, which may be wrong. */
  wallAgeMs(atAcquirerMs: number): number;
  /** How far messages may be off. */
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
 * Why a reply is too old, or ahead of now, by the time at which it was signed; undefined where it is neither. Before the first
 * probe it has to agree with our own clock: an old refusal could otherwise end a payment that was charged. `tookMs`: since the
 * request was sent.
 */
export function whyReplyNotCurrent(
  time: AcquirerTime,
  atAcquirerMs: number | undefined,
  tookMs: number,
): string | undefined {
  const unknown = atAcquirerMs !== undefined && time.ageMs(atAcquirerMs) === undefined;
  if (unknown && Math.abs(time.wallAgeMs(atAcquirerMs)) > tookMs + time.toleranceMs) {
    return 'it was signed at another time than it is here, and no probe has shown yet which is right';
  }
  return whyNotCurrent(time, atAcquirerMs, tookMs);
}

/** The same for any message; before the first probe all are accepted. `oldestMs`: how old it may be. */
export function whyNotCurrent(
  time: AcquirerTime,
  atAcquirerMs: number | undefined,
  oldestMs: number,
): string | undefined {
  if (atAcquirerMs === undefined) return 'the time at which it was signed cannot be read';
  const ageMs = time.ageMs(atAcquirerMs);
  if (ageMs === undefined) return undefined;
  if (ageMs > oldestMs + time.toleranceMs) return `it was signed ${Math.round(ageMs / 1000)} s ago`;
  if (ageMs < -time.toleranceMs) return `it is signed ${Math.round(-ageMs / 1000)} s ahead`;
  return undefined;
}
