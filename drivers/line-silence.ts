import type { Clock, Timer } from './host.js';

/** Timers count whole milliseconds, and each may be early by a part of one: two of them by more than is allowed here. */
const EARLY_MS = 1;

export interface LineSilence {
  /** Bytes came: the silence starts anew. `lastsMs`: how long it has to be this time; as usual where missing. */
  heard(lastsMs?: number): void;
  cancel(): void;
}

/** Longer than it takes to fetch bytes that the system has buffered; of a short silence it is the half. */
const LOOK_AGAIN_MS = 10;

/**
 * Calls `began` once a line has been quiet for `silenceMs`, or what was said when the last bytes came; a millisecond early
 * at the most.
 *
 * In two steps: a process that was busy runs its due timers before it gets the bytes that arrived in the meantime. The
 * second step lets those bytes come first; else a code would be split in two, on a line that was not quiet.
 */
export function createLineSilence(clock: Clock, silenceMs: number, began: () => void): LineSilence {
  let timer: Timer | undefined;
  return {
    heard(lastsMs = silenceMs) {
      timer?.cancel();
      const untilMs = clock.monotonicMs() + lastsMs;
      const lookAgainMs = Math.min(LOOK_AGAIN_MS, lastsMs / 2);
      timer = clock.after(lastsMs - lookAgainMs, () => {
        timer = clock.after(lookAgainMs, end);
      });
      const end = (): void => {
        const leftMs = untilMs - clock.monotonicMs();
        if (leftMs > EARLY_MS) timer = clock.after(Math.ceil(leftMs), end);
        else began();
      };
    },
    cancel() {
      timer?.cancel();
    },
  };
}
