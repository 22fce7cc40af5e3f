import type { Clock, Level } from '../host.js';

/** A light barrier below the goods, whose line is low while something is in it. */
export interface LightBarrier {
  /** An edge was told, with its time where that is known (see `GpioInputUse.changed`). */
  moved(level: Level, edgeMs?: number): void;
  /** The line was read, and has this level now. */
  looked(level: Level): void;
  /** For how long something has been in it; undefined while it is free. */
  coveredMs(): number | undefined;
  /** Forgets what was in it: its line is gone. */
  reset(): void;
}

export interface LightBarrierEvents {
  covered(): void;
  /**
   * - `passed`: something was in it, for a time in which goods pass.
   * - `blocked`: something stood in it for longer than that: a hand, a leaf or a flap, behind which goods may have slid down.
   * - `flickered`: it was covered too shortly to be goods for sure; a motor's noise looks the same.
   */
  freed(how: 'passed' | 'blocked' | 'flickered'): void;
}

/** Goods have passed the barrier by then. */
export const PASSING_LIMIT_MS = 1_000;
/** What falls a metre covers a barrier with its last centimetre for 2 ms. Noise on a line takes microseconds. */
const SHORTEST_PASSING_MS = 1;
/** An edge is told before the line was read so often without it. */
const LOOKS_BEFORE_LOST = 2;

/**
 * Judges what passes a light barrier.
 *
 * Invariants
 * - `covered` and `freed` alternate.
 * - `passed` needs that it was covered for at least `SHORTEST_PASSING_MS` and is free again: by the times of the edges, or of
 *   the readings where edges have none. Where only one edge's time is known, what is surely known counts.
 */
export function createLightBarrier(clock: Pick<Clock, 'monotonicMs'>, events: LightBarrierEvents): LightBarrier {
  let covered = false;
  let fromMs = 0;
  /** The last time at which it was surely covered. */
  let surelyUntilMs = 0;
  /** `fromMs` is an edge's own time. */
  let timed = false;
  let freeLooks = 0;

  function moved(level: Level, edgeMs?: number): void {
    if (level === 1) {
      if (covered) free(edgeMs);
    } else if (!covered) {
      covered = true;
      fromMs = edgeMs ?? clock.monotonicMs();
      surelyUntilMs = fromMs;
      timed = edgeMs !== undefined;
      freeLooks = 0;
      events.covered();
    } else if (edgeMs !== undefined && edgeMs < fromMs) {
      // It was read before its edge was told.
      fromMs = edgeMs;
      timed = true;
    }
  }

  function free(edgeMs: number | undefined): void {
    covered = false;
    const untilMs = edgeMs ?? (timed ? surelyUntilMs : clock.monotonicMs());
    if ((edgeMs ?? clock.monotonicMs()) - fromMs > PASSING_LIMIT_MS) events.freed('blocked');
    else if (untilMs - fromMs < SHORTEST_PASSING_MS) events.freed('flickered');
    else events.freed('passed');
  }

  return {
    moved,
    looked(level) {
      if (level === 1 && covered && timed) {
        // Its edge is on its way, with the time.
        freeLooks += 1;
        if (freeLooks < LOOKS_BEFORE_LOST) return;
      }
      moved(level);
      if (level === 0) {
        surelyUntilMs = clock.monotonicMs();
        freeLooks = 0;
      }
    },
    coveredMs: () => (covered ? clock.monotonicMs() - fromMs : undefined),
    reset() {
      covered = false;
    },
  };
}
