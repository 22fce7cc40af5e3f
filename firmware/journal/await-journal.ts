import type { Clock, FlashHost, FlashVolume, Timer } from '../../drivers/host.js';
import { BOOK_VOLUMES } from './open-book.js';

const LOOK_INTERVAL_MS = 30_000;

/**
 * For a terminal that started without its journal: looks now and then whether both halves are there, such as on a volume
 * that was mounted late, and tells once. Makes nothing: an empty volume is for a person to judge. Returns the way to stop.
 */
export function awaitJournal(
  { flash, clock }: { readonly flash: FlashHost; readonly clock: Clock },
  sizeBytes: number,
  found: () => void,
): () => void {
  let timer: Timer;
  const open = (name: string, done: (volume: FlashVolume | undefined) => void): void =>
    flash.open({ name, sizeBytes, create: false }, (_error, volume) => done(volume));
  const look = (): void =>
    open(BOOK_VOLUMES[0], (first) => {
      if (first === undefined) return rest();
      open(BOOK_VOLUMES[1], (second) => {
        first.close();
        second?.close();
        if (second === undefined) rest();
        else found();
      });
    });
  const rest = (): void => {
    timer = clock.after(LOOK_INTERVAL_MS, look);
  };
  rest();
  return () => timer.cancel();
}
