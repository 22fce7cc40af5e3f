import type { Clock } from '../drivers/host.js';

/**
 * Whether the wall clock may be believed. A Pi has no battery clock: after a power cut it may say anything.
 *
 * Invariants
 * - Nothing is trusted at start, unless the machine is known to have a clock of its own.
 * - A trusted clock that steps against the monotonic one by more than the tolerance is not trusted any more, until it is
 *   confirmed again.
 * - Where the acquirer contradicted the clock, or it stepped, the system's word does not count until the acquirer agrees or
 *   the clock is set: payments expire by the acquirer's clock, and a clock that each of its answers takes back would sell
 *   in turns.
 * - A system that went on to vouch for a clock that was found to be wrong only counts again once it has said otherwise: that
 *   it was synchronised some time ago is all that some can tell.
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
  /** The same when the clock was last found to be wrong, until the acquirer agrees. */
  let doubtedOffsetMs: number | undefined;
  /** The system said yes to a doubted clock, and nothing else since. */
  let systemIsStale = false;
  let askedAtMs = Number.NEGATIVE_INFINITY;

  const offsetMs = (): number => clock.wallMs() - clock.monotonicMs();

  const stepped = (fromOffsetMs: number): boolean => Math.abs(offsetMs() - fromOffsetMs) > toleranceMs;

  function doubt(): void {
    confirmedOffsetMs = undefined;
    doubtedOffsetMs = offsetMs();
    systemIsStale = clockSynchronised() === 'yes';
  }

  function askSystem(): void {
    const nowMs = clock.monotonicMs();
    if (nowMs - askedAtMs < ASK_INTERVAL_MS) return;
    askedAtMs = nowMs;
    if (clockSynchronised() !== 'yes') {
      systemIsStale = false;
      return;
    }
    const isSet = doubtedOffsetMs === undefined || stepped(doubtedOffsetMs);
    if (isSet && !systemIsStale) confirmedOffsetMs = offsetMs();
  }

  return {
    trusted() {
      if (mode === 'always') return true;
      if (confirmedOffsetMs !== undefined && stepped(confirmedOffsetMs)) doubt();
      if (confirmedOffsetMs === undefined) askSystem();
      return confirmedOffsetMs !== undefined;
    },
    confirm(atAcquirerMs) {
      if (Math.abs(clock.wallMs() - atAcquirerMs) > toleranceMs) return doubt();
      confirmedOffsetMs = offsetMs();
      doubtedOffsetMs = undefined;
      systemIsStale = false;
    },
  };
}
