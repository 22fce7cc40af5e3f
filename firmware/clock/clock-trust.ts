import type { Clock } from '../../drivers/host.js';

/**
 * Whether the wall clock may be believed. A Pi has no battery clock: after a power cut it may say anything.
 *
 * Invariants
 * - Nothing is trusted at start, unless the machine is known to have a clock of its own.
 * - A trusted clock that steps against the monotonic one by more than the tolerance is not trusted any more, until it is
 *   confirmed again.
 * - Where the acquirer contradicted the clock, only the acquirer can confirm it again: payments expire by its clock, and
 *   what happened to ours before the system vouched for it nobody knows.
 * - A system that vouches for a clock which has just stepped only counts again once it has said otherwise: that it was
 *   synchronised some time ago is all that some can tell.
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
  /** By the acquirer, until it agrees. */
  let contradicted = false;
  /** The system said yes to a clock that had just stepped, and nothing else since. */
  let systemIsStale = false;
  let askedAtMs = Number.NEGATIVE_INFINITY;

  const offsetMs = (): number => clock.wallMs() - clock.monotonicMs();

  function noteStep(fromOffsetMs: number): void {
    if (Math.abs(offsetMs() - fromOffsetMs) <= toleranceMs) return;
    confirmedOffsetMs = undefined;
    systemIsStale = clockSynchronised() === 'yes';
  }

  function askSystem(): void {
    const nowMs = clock.monotonicMs();
    if (contradicted || nowMs - askedAtMs < ASK_INTERVAL_MS) return;
    askedAtMs = nowMs;
    if (clockSynchronised() !== 'yes') systemIsStale = false;
    else if (!systemIsStale) confirmedOffsetMs = offsetMs();
  }

  return {
    trusted() {
      if (mode === 'always') return true;
      if (confirmedOffsetMs !== undefined) noteStep(confirmedOffsetMs);
      if (confirmedOffsetMs === undefined) askSystem();
      return confirmedOffsetMs !== undefined;
    },
    confirm(atAcquirerMs) {
      contradicted = Math.abs(clock.wallMs() - atAcquirerMs) > toleranceMs;
      confirmedOffsetMs = contradicted ? undefined : offsetMs();
      systemIsStale = false;
    },
  };
}
