import { performance } from 'node:perf_hooks';
import type { Clock } from '../host.js';

/** The system's clocks and timers. */
export function createLinuxClock(): Clock {
  return {
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
