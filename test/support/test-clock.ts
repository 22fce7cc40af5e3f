import type { Clock } from '../../drivers/host.js';
import type { World } from '../../hw-sim/world.js';

/** A terminal's clock that goes with the world's. */
export function testClock(world: World): Clock {
  return {
    monotonicMs: () => world.nowMs(),
    wallMs: () => world.wallMs(),
    after: (delayMs, callback) => world.after(delayMs, callback),
  };
}

/** Lets that much time pass in the world. */
export function pass(world: World, durationMs: number): void {
  world.runUntil(world.nowMs() + durationMs);
}
