import type { Clock, Timer } from '../../drivers/host.js';

export interface VirtualClock extends Clock {
  /** Lets time pass, and runs what falls due on the way, in order. */
  advance(ms: number): void;
  /** Timers that wait. */
  timers(): number;
}

/** A clock that moves only when told to. `wallMs` starts at `startWallMs` and goes with it. */
export function createVirtualClock(startWallMs = Date.UTC(2026, 10, 23, 12, 0, 0)): VirtualClock {
  let nowMs = 0;
  let order = 0;
  const waiting = new Map<number, { dueMs: number; callback: () => void }>();

  function nextDue(untilMs: number): [number, { dueMs: number; callback: () => void }] | undefined {
    let next: [number, { dueMs: number; callback: () => void }] | undefined;
    for (const entry of waiting) {
      if (entry[1].dueMs <= untilMs && (next === undefined || entry[1].dueMs < next[1].dueMs)) next = entry;
    }
    return next;
  }

  return {
    monotonicMs: () => nowMs,
    wallMs: () => startWallMs + nowMs,
    after(delayMs, callback): Timer {
      order += 1;
      const id = order;
      waiting.set(id, { dueMs: nowMs + Math.max(0, delayMs), callback });
      return { cancel: () => waiting.delete(id) };
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let next = nextDue(untilMs); next !== undefined; next = nextDue(untilMs)) {
        waiting.delete(next[0]);
        nowMs = Math.max(nowMs, next[1].dueMs);
        next[1].callback();
      }
      nowMs = untilMs;
    },
    timers: () => waiting.size,
  };
}
