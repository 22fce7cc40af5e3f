import type { Clock, Timer } from './host.js';

export interface LineSilence {
  /** Bytes came: the silence starts anew. `lastsMs`: how long it has to be this time; as usual where missing. */
  heard(lastsMs?: number): void;
  cancel(): void;
}

/** Longer than it takes to fetch bytes that the system has buffered; of a short silence it is the half. */
const LOOK_AGAIN_MS = 10;

/**
 * Calls `began` once a line has been quiet for `silenceMs`, or what was said when the last bytes came.
 *
 * In two steps: a process that was busy runs its due timers before it gets the bytes that arrived in the meantime. The
 * second step lets those bytes come first; else a code would be split in two, on a line that was not quiet.
 */
export function createLineSilence(clock: Clock, silenceMs: number, began: () => void): LineSilence {
  let timer: Timer | undefined;
  return {
    heard(lastsMs = silenceMs) {
      timer?.cancel();
      const lookAgainMs = Math.min(LOOK_AGAIN_MS, lastsMs / 2);
      timer = clock.after(lastsMs - lookAgainMs, () => {
        timer = clock.after(lookAgainMs, began);
      });
    },
    cancel() {
      timer?.cancel();
    },
  };
}
