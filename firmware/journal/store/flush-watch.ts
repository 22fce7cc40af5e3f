import type { Clock, Timer } from '../../../drivers/host.js';

/** Measures how long flushes take, and reports slow ones. */
export interface FlushWatch {
  begin(): void;
  /** The flush that began last is over. */
  end(): void;
  stop(): void;
  /** Of finished flushes, in milliseconds. */
  readonly lastMs: number;
  readonly slowestMs: number;
}

export interface FlushWatchParts {
  readonly clock: Clock;
  readonly slowAfterMs: number;
  readonly hungAfterMs: number;
  /** A flush is taking, or took, so long. */
  readonly slow: (ms: number) => void;
  /** One was quick. */
  readonly quick: () => void;
  readonly hung: () => void;
  /** To flush once more, so that a medium that is fast again shows it. False: not possible now. */
  readonly tryAgain: () => boolean;
}

/** From the end of a slow flush to the next try. */
const TRIAL_AFTER_MS = 10_000;

export function createFlushWatch({ clock, slowAfterMs, hungAfterMs, ...parts }: FlushWatchParts): FlushWatch {
  let startedMs = 0;
  let lastMs = 0;
  let slowestMs = 0;
  let limit: Timer | undefined;
  let trial: Timer | undefined;

  const passedMs = (): number => clock.monotonicMs() - startedMs;

  /* While the medium is slow nothing is sold, and so nothing is written: only a trial shows that it is fast again. */
  const tryAgainLater = (): void => {
    trial?.cancel();
    trial = clock.after(TRIAL_AFTER_MS, () => {
      if (!parts.tryAgain()) tryAgainLater();
    });
  };

  return {
    begin() {
      startedMs = clock.monotonicMs();
      limit = clock.after(slowAfterMs, () => {
        parts.slow(passedMs());
        limit = clock.after(hungAfterMs - slowAfterMs, parts.hung);
      });
    },
    end() {
      limit?.cancel();
      lastMs = passedMs();
      slowestMs = Math.max(slowestMs, lastMs);
      if (lastMs <= slowAfterMs) return parts.quick();
      parts.slow(lastMs);
      tryAgainLater();
    },
    stop() {
      limit?.cancel();
      trial?.cancel();
    },
    get lastMs() {
      return lastMs;
    },
    get slowestMs() {
      return slowestMs;
    },
  };
}
