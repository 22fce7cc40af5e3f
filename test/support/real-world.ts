import type { World } from '../../hw-sim/world.js';

/** A world that goes with the wall: device models behind real ttys live in it. Call `end` to stop everything planned. */
export function createRealWorld(): World & { end(): void } {
  const timers = new Set<NodeJS.Timeout>();
  const startMs = performance.now();
  const nowMs = (): number => performance.now() - startMs;
  const cannot = (): never => {
    throw new Error('real time cannot be moved');
  };
  return {
    nowMs,
    wallMs: () => nowMs(),
    random: () => Math.random(),
    after(delayMs, happen) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        happen();
      }, delayMs);
      timers.add(timer);
      return { cancel: () => clearTimeout(timer) };
    },
    advance: cannot,
    runUntil: cannot,
    nextAtMs: cannot,
    eventCount: 0,
    end() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
