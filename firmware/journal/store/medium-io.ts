import type { Clock, HostError } from '../../../drivers/host.js';
import type { PlannedWrite } from './frame-planner.js';
import { createOpeningWatch } from './opening-watch.js';
import { StoreError } from './store-error.js';
import type { OpenReport } from './store-status.js';
import { asStoreError, type VolumePair } from './volume-pair.js';

/** The I/O of opening. Callbacks are called on success; any error of the host ends the opening. */
export interface MediumIo {
  readBoth(done: (images: readonly [Buffer, Buffer]) => void): void;
  writeDurably(write: PlannedWrite, done: () => void): void;
  syncBoth(done: () => void): void;
  /** Compares the start of a volume with `expected`, read past every cache. A difference ends the opening. */
  readBack(index: 0 | 1, expected: Buffer, done: (result: OpenReport['readBack']) => void): void;
}

/** `fail` gets the first error, which may be `hung`; what is answered later is ignored. */
export function createMediumIo(
  clock: Clock,
  volumes: VolumePair,
  names: readonly [string, string],
  fail: (error: StoreError) => void,
): MediumIo {
  const watch = createOpeningWatch(clock, fail);

  const giveUp = (error: StoreError): void => {
    watch.end();
    fail(error);
  };

  const or = <T extends unknown[]>(doing: string, next: (...values: T) => void) =>
    watch.expect(doing, (error?: HostError, ...values: T) =>
      error === undefined ? next(...values) : giveUp(asStoreError(error, doing)),
    );

  /* In parallel: half of a cold start is waiting for the card. */
  const both = (act: (index: 0 | 1, done: () => void) => void, done: () => void): void => {
    let left = 2;
    for (const index of [0, 1] as const) {
      act(index, () => {
        left -= 1;
        if (left === 0) done();
      });
    }
  };

  return {
    readBoth(done) {
      const images: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
      both(
        (index, arrived) => {
          const volume = volumes[index];
          const take = (bytes?: Uint8Array): void => {
            images[index] = asBuffer(bytes);
            arrived();
          };
          volume.read(0, volume.sizeBytes, or('read', take));
        },
        () => done(images),
      );
    },
    writeDurably: (write, done) => volumes[write.segment].writeDurably(write.offset, write.bytes, or('write', done)),
    syncBoth: (done) => both((index, flushed) => volumes[index].sync(or('flush', flushed)), done),
    readBack(index, expected, done) {
      const compare = (error?: HostError, bytes?: Uint8Array): void => {
        if (error?.code === 'unsupported') return done('unsupported');
        if (error !== undefined) return giveUp(asStoreError(error, 'read back'));
        if (asBuffer(bytes).equals(expected)) return done('verified');
        giveUp(new StoreError('forgetful', `${names[index]}: the medium does not hold what the system says it wrote`));
      };
      volumes[index].readBack(0, expected.length, watch.expect('read back', compare));
    },
  };
}

/** The same bytes as a Buffer. */
export function asBuffer(bytes: Uint8Array | undefined): Buffer {
  return bytes === undefined ? Buffer.alloc(0) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
