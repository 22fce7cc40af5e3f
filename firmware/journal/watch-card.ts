import type { Clock, Timer } from '../../drivers/host.js';
import type { BookStore } from './open-book.js';

const CHECK_INTERVAL_MS = 30_000;
const VERIFY_INTERVAL_MS = 6 * 3_600_000;

/**
 * Checks the journal of a terminal that commits nothing for a while. Every half minute: whether it is still where it was
 * opened, and its directory still ours. Every six hours: whether the card still holds what it accepted. Cards at the end of
 * their life forget it, and only reading back shows that. Findings show in the store's health. Returns the function that stops
 * it.
 */
export function watchCard(clock: Clock, store: BookStore): () => void {
  const stops = [
    repeat(clock, CHECK_INTERVAL_MS, (done) => store.checkInPlace(done)),
    repeat(clock, VERIFY_INTERVAL_MS, (done) => store.verify(done)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Repeats `act` until it fails. */
function repeat(clock: Clock, intervalMs: number, act: (done: (error?: Error) => void) => void): () => void {
  let timer: Timer;
  const schedule = (): void => {
    timer = clock.after(intervalMs, () => act((error) => error === undefined && schedule()));
  };
  schedule();
  return () => timer.cancel();
}
