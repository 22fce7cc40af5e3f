import type { Clock, FlashHost, FlashVolume, HostError } from '../../../drivers/host.js';
import { createOpeningWatch } from './opening-watch.js';
import { StoreError } from './store-error.js';

export type VolumePair = readonly [FlashVolume, FlashVolume];

export interface VolumePairOptions {
  readonly flash: FlashHost;
  readonly clock: Clock;
  readonly names: readonly [string, string];
  readonly segmentSizeBytes: number;
  /** Whether to make the volumes where neither is there. */
  readonly create: boolean;
}

/**
 * Opens the two volumes. One that is there without the other is an error, never a reason to make the other, unless the
 * one that is there is blank (`isBlank` decides): then making them was interrupted. After an error, which may be `hung`,
 * neither is open; one that is opened late is closed again.
 */
export function openVolumePair(
  options: VolumePairOptions,
  isBlank: (volume: FlashVolume, done: (error: HostError | undefined, blank?: boolean) => void) => void,
  opened: (error: StoreError | undefined, pair?: VolumePair) => void,
): void {
  const { flash, clock, names, segmentSizeBytes, create } = options;
  const held: FlashVolume[] = [];

  const fail = (error: StoreError): void => {
    watch.end();
    for (const volume of held) volume.close();
    opened(error);
  };
  const watch = createOpeningWatch(clock, fail);

  /* `absent` is called instead of `done` where the volume is not there and none is to be made. */
  const open = (index: 0 | 1, done: (volume: FlashVolume) => void, absent?: () => void): void => {
    const request = { name: names[index], sizeBytes: segmentSizeBytes, create: absent === undefined };
    const doing = `${request.create ? 'make' : 'open'} ${names[index]}`;
    const take = (error?: HostError, volume?: FlashVolume): void => {
      if (volume !== undefined) {
        held.push(volume);
        return done(volume);
      }
      if (error?.code === 'absent' && absent !== undefined) return absent();
      fail(asStoreError(error, doing));
    };
    flash.open(
      request,
      watch.expect(doing, take, (_error, volume) => volume?.close()),
    );
  };
  const find = (index: 0 | 1, found: (volume: FlashVolume | undefined) => void): void =>
    open(index, found, () => found(undefined));

  const completeBlank = (single: FlashVolume, missing: 0 | 1): void => {
    const doing = `read ${names[missing === 0 ? 1 : 0]}`;
    const judge = (error?: HostError, blank?: boolean): void => {
      if (error !== undefined) return fail(asStoreError(error, doing));
      if (blank !== true) {
        return fail(new StoreError('absent', `${names[missing]} is missing and the other volume holds records`));
      }
      open(missing, (made) => opened(undefined, missing === 0 ? [made, single] : [single, made]));
    };
    isBlank(single, watch.expect(doing, judge));
  };

  find(0, (first) =>
    find(1, (second) => {
      if (first !== undefined && second !== undefined) return opened(undefined, [first, second]);
      if (!create) {
        const missing = [first, second].flatMap((volume, index) => (volume === undefined ? [names[index]] : []));
        return fail(new StoreError('absent', `${missing.join(' and ')} missing: is the card in and mounted?`));
      }
      if (first !== undefined) return completeBlank(first, 1);
      if (second !== undefined) return completeBlank(second, 0);
      open(0, (madeFirst) => open(1, (madeSecond) => opened(undefined, [madeFirst, madeSecond])));
    }),
  );
}

/** A host's error as a store error. `doing` is what was tried. */
export function asStoreError(error: HostError | undefined, doing: string): StoreError {
  if (error === undefined) return new StoreError('io', `${doing}: no answer`);
  return new StoreError(error.code, `${doing}: ${error.message}`);
}
