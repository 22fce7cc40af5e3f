import type { Clock, HostError } from '../../../drivers/host.js';
import { slotBytes } from './frame.js';
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

/** Read back at once: a whole segment more in memory would be most of what a start takes. */
const READ_BACK_BYTES = 64 * slotBytes;

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

  const forgetful = (index: 0 | 1): void =>
    giveUp(new StoreError('forgetful', `${names[index]}: the medium does not hold what the system says it wrote`));

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
      const compareFrom = (at: number): void => {
        const part = expected.subarray(at, at + READ_BACK_BYTES);
        const compare = (error?: HostError, bytes?: Uint8Array): void => {
          if (error?.code === 'unsupported') return done('unsupported');
          if (error !== undefined) return giveUp(asStoreError(error, 'read back'));
          if (!asBuffer(bytes).equals(part)) return forgetful(index);
          if (at + part.length >= expected.length) return done('verified');
          compareFrom(at + part.length);
        };
        volumes[index].readBack(at, part.length, watch.expect('read back', compare));
      };
      compareFrom(0);
    },
  };
}

/** The same bytes as a Buffer. */
export function asBuffer(bytes: Uint8Array | undefined): Buffer {
  return bytes === undefined ? Buffer.alloc(0) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
