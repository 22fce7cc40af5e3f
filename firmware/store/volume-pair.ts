import type { FlashHost, FlashVolume, HostError } from '../../drivers/host.js';
import { StoreError } from './store-error.js';

export type VolumePair = readonly [FlashVolume, FlashVolume];

export interface VolumePairOptions {
  readonly flash: FlashHost;
  readonly names: readonly [string, string];
  readonly segmentSizeBytes: number;
  /** Whether volumes may be made where none of the two is there. */
  readonly create: boolean;
}

/**
 * Opens the two volumes. One that is there without the other is an error, never a reason to make the other, unless the
 * one that is there is blank (`isBlank` decides): then making them was interrupted.
 * @param opened `created` tells whether any volume was made.
 */
export function openVolumePair(
  options: VolumePairOptions,
  isBlank: (volume: FlashVolume, done: (error: HostError | undefined, blank?: boolean) => void) => void,
  opened: (error: StoreError | undefined, pair?: VolumePair, created?: boolean) => void,
): void {
  const { flash, names, segmentSizeBytes } = options;
  const open = (index: 0 | 1, create: boolean, done: (error: HostError | undefined, volume?: FlashVolume) => void) =>
    flash.open({ name: names[index], sizeBytes: segmentSizeBytes, create }, done);
  const make = (index: 0 | 1, done: (volume: FlashVolume) => void) =>
    open(index, true, (error, volume) => {
      if (error !== undefined || volume === undefined) return opened(asStoreError(error, `make ${names[index]}`));
      done(volume);
    });

  open(0, false, (firstError, first) => {
    if (firstError !== undefined && firstError.code !== 'absent') {
      return opened(asStoreError(firstError, `open ${names[0]}`));
    }
    open(1, false, (secondError, second) => {
      if (secondError !== undefined && secondError.code !== 'absent') {
        first?.close();
        return opened(asStoreError(secondError, `open ${names[1]}`));
      }
      if (first !== undefined && second !== undefined) return opened(undefined, [first, second], false);
      const single = first ?? second;
      if (!options.create) {
        single?.close();
        const missing =
          single === undefined ? `${names[0]} and ${names[1]}` : first === undefined ? names[0] : names[1];
        return opened(new StoreError('absent', `${missing} missing: is the card in and mounted?`));
      }
      if (single === undefined) {
        return make(0, (madeFirst) => make(1, (madeSecond) => opened(undefined, [madeFirst, madeSecond], true)));
      }
      const missingIndex = first === undefined ? 0 : 1;
      isBlank(single, (error, blank) => {
        if (error !== undefined || blank !== true) {
          single.close();
          if (error !== undefined) return opened(asStoreError(error, `read ${names[missingIndex === 0 ? 1 : 0]}`));
          return opened(
            new StoreError('absent', `${names[missingIndex]} is missing and the other volume holds records`),
          );
        }
        make(missingIndex, (made) => opened(undefined, first === undefined ? [made, single] : [single, made], true));
      });
    });
  });
}

/** A host's error in the words of the store. `doing` is what was tried. */
export function asStoreError(error: HostError | undefined, doing: string): StoreError {
  if (error === undefined) return new StoreError('io', `${doing}: no answer`);
  return new StoreError(error.code, `${doing}: ${error.message}`);
}
