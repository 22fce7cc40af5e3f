import type { Clock } from '../../drivers/host.js';
import type { World } from '../world.js';

/** Lets an imagined world go as fast as a real clock. */
export interface Pacer {
  /** Brings the world up to now and lets something happen in it from outside. Everything from outside comes this way. */
  act(happen: () => void): void;
  stop(): void;
}

export interface PacerParts {
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>;
  readonly world: Pick<World, 'nowMs' | 'nextAtMs'>;
  /** Lets everything happen up to an instant of the world. */
  readonly runUntil: (atMs: number) => void;
}

/** A machine that slept or was stopped for longer than this finds the world where it left it. */
const CATCH_UP_LIMIT_MS = 1_000;
const LONGEST_SLEEP_MS = 500;

/**
 * Invariants
 * - Nothing is skipped: whatever falls due on the way happens, in its order and at its own instant.
 * - The world is never ahead of the clock. Where the process was held up for longer than the limit the world stood still
 *   for the rest, so that nobody finds all the time limits of a payment spent at once.
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
