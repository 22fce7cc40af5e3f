import type { Clock } from './host.js';

/** Limits how often something happens: `burst` times at once, and once more every `everyMs`. */
export interface RateLimit {
  /** True where it may happen now, which counts as once. */
  take(): boolean;
  /** How long until it may happen again, in milliseconds; 0: now. */
  waitMs(): number;
}

export function createRateLimit(
  clock: Pick<Clock, 'monotonicMs'>,
  { burst, everyMs }: { readonly burst: number; readonly everyMs: number },
): RateLimit {
  /** When the full burst is available again. */
  let fullAtMs = Number.NEGATIVE_INFINITY;

  function waitMs(): number {
    return Math.max(0, fullAtMs - (burst - 1) * everyMs - clock.monotonicMs());
  }

  return {
    take() {
      if (waitMs() > 0) return false;
      fullAtMs = Math.max(fullAtMs, clock.monotonicMs()) + everyMs;
      return true;
    },
    waitMs,
  };
}
