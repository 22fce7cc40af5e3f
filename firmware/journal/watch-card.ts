import type { Clock, Timer } from '../../drivers/host.js';
import type { BookStore } from './open-book.js';

const LOOK_INTERVAL_MS = 30_000;
const VERIFY_INTERVAL_MS = 6 * 3_600_000;

/**
 * Asks now and then what no commit asks while the terminal rests. Every half minute: whether the journal is still where it was
 * opened, and its directory still ours. Every six hours: whether the card still holds what it took, for some at the end of their
 * life accept what is written and forget it, and only reading back tells. What is found shows in the store's health. Returns the
 * way to stop.
 */
export function watchCard(clock: Clock, store: BookStore): () => void {
  const stops = [
    repeat(clock, LOOK_INTERVAL_MS, (done) => store.checkInPlace(done)),
    repeat(clock, VERIFY_INTERVAL_MS, (done) => store.verify(done)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Again and again until it fails. */
function repeat(clock: Clock, intervalMs: number, act: (done: (error?: Error) => void) => void): () => void {
  let timer: Timer;
  const rest = (): void => {
    timer = clock.after(intervalMs, () => act((error) => error === undefined && rest()));
  };
  rest();
  return () => timer.cancel();
}
