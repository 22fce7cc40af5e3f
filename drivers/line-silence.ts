import type { Clock, Timer } from './host.js';

export interface LineSilence {
  /** Something came: the silence begins anew. */
  heard(): void;
  cancel(): void;
}

/** Longer than it takes to fetch bytes that the system holds for us. */
const LOOK_AGAIN_MS = 10;

/**
 * Calls `began` once a line has been quiet for `silenceMs` (more than 10).
 *
 * In two steps: a process that was busy finds its timers due before it is given the bytes that arrived meanwhile. The
 * second step lets those bytes be heard first, or a code would be cut in two on a quiet line that was not quiet.
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
