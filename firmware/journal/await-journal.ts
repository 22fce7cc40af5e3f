import type { Clock, FlashHost, FlashVolume, Timer } from '../../drivers/host.js';
import { BOOK_VOLUMES } from './open-book.js';

const CHECK_INTERVAL_MS = 30_000;

/**
 * For a terminal that started without its journal: checks every half minute whether both halves are there, as on a volume that
 * was mounted late, and calls `found` once. It never makes them: an empty volume is for a person to judge. Returns the function
 * that stops it.
 */
export function awaitJournal(
  { flash, clock }: { readonly flash: FlashHost; readonly clock: Clock },
  sizeBytes: number,
  found: () => void,
): () => void {
  let timer: Timer;
  const open = (name: string, done: (volume: FlashVolume | undefined) => void): void =>
    flash.open({ name, sizeBytes, create: false }, (_error, volume) => done(volume));
  const check = (): void =>
    open(BOOK_VOLUMES[0], (first) => {
      if (first === undefined) return checkLater();
      open(BOOK_VOLUMES[1], (second) => {
        first.close();
        second?.close();
        if (second === undefined) checkLater();
        else found();
      });
    });
  const checkLater = (): void => {
    timer = clock.after(CHECK_INTERVAL_MS, check);
  };
  checkLater();
  return () => timer.cancel();
}
