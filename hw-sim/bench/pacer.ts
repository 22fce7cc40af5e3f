import type { Clock } from '../../drivers/host.js';
import type { World } from '../world.js';

/** Runs an imagined world at the speed of a real clock. */
export interface Pacer {
  /** Brings the world up to now, and then runs `act`. Everything from outside the world has to use it. */
  act(happen: () => void): void;
  stop(): void;
}

export interface PacerParts {
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>;
  readonly world: Pick<World, 'nowMs' | 'nextAtMs'>;
  /** Runs the world up to an instant. */
  readonly runUntil: (atMs: number) => void;
}

/** After a longer sleep of the machine the world continues where it was. */
const CATCH_UP_LIMIT_MS = 1_000;
const LONGEST_SLEEP_MS = 500;

/**
 * Invariants
 * - Nothing is skipped: all events that are due happen, in order and each at its own instant.
 * - The world is never ahead of the clock. Where the process was delayed for longer than the limit the world stood still
 *   for the rest, so that not all time limits of a payment are over at once.
 */
export function createPacer({ clock, world, runUntil }: PacerParts): Pacer {
  let reachedMs = clock.monotonicMs();
  let wakeUp: { cancel(): void } | undefined;
  let stopped = false;

  function catchUp(): void {
    const nowMs = clock.monotonicMs();
    const passedMs = Math.min(nowMs - reachedMs, CATCH_UP_LIMIT_MS);
    reachedMs = nowMs;
    runUntil(world.nowMs() + passedMs);
  }

  function sleep(): void {
    wakeUp?.cancel();
    wakeUp = undefined;
    if (stopped) return;
    const delayMs = Math.min(Math.max(0, Math.ceil(world.nextAtMs() - world.nowMs())), LONGEST_SLEEP_MS);
    wakeUp = clock.after(delayMs, () => {
      wakeUp = undefined;
      catchUp();
      sleep();
    });
  }

  sleep();
  return {
    act(happen) {
      if (stopped) return;
      catchUp();
      happen();
      runUntil(world.nowMs());
      sleep();
    },
    stop() {
      stopped = true;
      wakeUp?.cancel();
      wakeUp = undefined;
    },
  };
}
