import type { Clock, Timer } from './host.js';

export interface LineSilence {
  /** Bytes came: the silence starts anew. */
  heard(): void;
  cancel(): void;
}

/** Longer than it takes to fetch bytes that the system has buffered. */
const LOOK_AGAIN_MS = 10;

/**
 * Calls `began` once a line has been quiet for `silenceMs` (more than 10).
 *
 * In two steps: a process that was busy runs its due timers before it gets the bytes that arrived in the meantime. The
 * second step lets those bytes come first; else a code would be split in two, on a line that was not quiet.
 */
export function createLineSilence(clock: Clock, silenceMs: number, began: () => void): LineSilence {
  let timer: Timer | undefined;
  return {
    heard() {
      timer?.cancel();
      timer = clock.after(silenceMs - LOOK_AGAIN_MS, () => {
        timer = clock.after(LOOK_AGAIN_MS, began);
      });
    },
    cancel() {
      timer?.cancel();
    },
  };
}
