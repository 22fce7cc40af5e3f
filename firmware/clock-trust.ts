import type { Clock } from '../drivers/host.js';

/**
 * Whether the wall clock may be believed. A Pi has no battery clock: after a power cut it may say anything.
 *
 * Invariants
 * - Nothing is trusted at start, unless the machine is known to have a clock of its own.
 * - A trusted clock that steps against the monotonic one by more than the tolerance is not trusted any more, until it is
 *   confirmed again.
 * - Where the acquirer contradicted the clock, the system's word does not count until the acquirer agrees or the clock is
 *   set: payments expire by the acquirer's clock, and a clock that each of its answers takes back would sell in turns.
 */
export interface ClockTrust {
  trusted(): boolean;
  /** The acquirer told the time in a verified reply. */
  confirm(atAcquirerMs: number): void;
}

export interface ClockTrustParts {
  readonly clock: Clock;
  readonly clockSynchronised: () => 'yes' | 'no' | 'unknown';
  readonly mode: 'auto' | 'always';
  /**
   * How far the clock may be off when it is confirmed, and how far it may step before the next time: both together have
   * to stay below the margin that is kept for payments that are still under way.
   */
  readonly toleranceMs: number;
}

/** Asking the system costs a system call or more. */
const ASK_INTERVAL_MS = 10_000;

export function createClockTrust({ clock, clockSynchronised, mode, toleranceMs }: ClockTrustParts): ClockTrust {
  /** Wall minus monotonic at the last confirmation. */
  let confirmedOffsetMs: number | undefined;
  /** The same when the acquirer last contradicted, until it agrees. */
  let contradictedOffsetMs: number | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;

  const offsetMs = (): number => clock.wallMs() - clock.monotonicMs();

  const stepped = (fromOffsetMs: number): boolean => Math.abs(offsetMs() - fromOffsetMs) > toleranceMs;

  function askSystem(): void {
    if (contradictedOffsetMs !== undefined && !stepped(contradictedOffsetMs)) return;
    const nowMs = clock.monotonicMs();
    if (nowMs - askedAtMs < ASK_INTERVAL_MS) return;
    askedAtMs = nowMs;
    if (clockSynchronised() === 'yes') confirmedOffsetMs = offsetMs();
  }

  return {
    trusted() {
      if (mode === 'always') return true;
      if (confirmedOffsetMs !== undefined && stepped(confirmedOffsetMs)) confirmedOffsetMs = undefined;
      if (confirmedOffsetMs === undefined) askSystem();
      return confirmedOffsetMs !== undefined;
    },
    confirm(atAcquirerMs) {
      const agrees = Math.abs(clock.wallMs() - atAcquirerMs) <= toleranceMs;
      confirmedOffsetMs = agrees ? offsetMs() : undefined;
      contradictedOffsetMs = agrees ? undefined : offsetMs();
    },
  };
}
