import type { Clock, Timer } from '../drivers/host.js';
import type { BookStore } from './open-book.js';

const VERIFY_INTERVAL_MS = 6 * 3_600_000;

/**
 * Asks the card now and then whether it still holds what it took: some at the end of their life accept what is written
 * and forget it, and only reading back tells. What it finds shows in the store's health. Returns the way to stop.
 */
export function watchCard(clock: Clock, store: BookStore): () => void {
  let timer: Timer;
  const rest = (): void => {
    timer = clock.after(VERIFY_INTERVAL_MS, () => store.verify((error) => error === undefined && rest()));
  };
  rest();
  return () => timer.cancel();
}
