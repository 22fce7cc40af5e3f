import type { Clock } from '../../drivers/host.js';

/**
 * Whether the wall clock is right. A Pi has no battery clock: after a power cut its clock may show any time.
 *
 * Invariants
 * - At start the clock is not trusted, unless the machine is known to have a battery clock (mode `always`).
 * - A trusted clock that steps against the monotonic one by more than the tolerance is no longer trusted until it is
 *   confirmed again.
 * - After the acquirer contradicted the clock only the acquirer can confirm it: payments expire by the acquirer's clock.
 * - After a step the system's "synchronised" counts only once it has been "not synchronised" in between: some systems
 *   report no more than that they were synchronised at some time.
 */
export interface ClockTrust {
  trusted(): boolean;
  /** To be called with the time in a verified reply of the acquirer. */
  confirm(atAcquirerMs: number): void;
}

export interface ClockTrustParts {
  readonly clock: Clock;
  readonly clockSynchronised: () => 'yes' | 'no' | 'unknown';
  readonly mode: 'auto' | 'always';
  /**
   * How far the clock may be off when it is confirmed, and how far it may step afterwards. Twice this has to stay below the
   * margin that is left after a payment's expiry.
   */
  readonly toleranceMs: number;
}

/** Asking the system takes at least one system call. */
const ASK_INTERVAL_MS = 10_000;

export function createClockTrust({ clock, clockSynchronised, mode, toleranceMs }: ClockTrustParts): ClockTrust {
  /** Wall minus monotonic at the last confirmation. */
  let confirmedOffsetMs: number | undefined;
  /** The acquirer's last time differed from ours. */
  let contradicted = false;
  /** The system reported "synchronised" when the clock had just stepped, and nothing else since. */
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

/**
 * How far the clock may be off when it is confirmed: a third of the margin after a payment's expiry, so that this, a later step
 * of the same size and the time that messages take stay below the margin together.
 */
export function clockToleranceMs(expiryMarginMs: number): number {
  return expiryMarginMs / 3;
}
