import { readSlot, slotBytes, storeIdText, viewOf } from './frame.js';
import type { FramePlanner } from './frame-planner.js';
import { StoreError } from './store-error.js';
import { asStoreError, type VolumePair } from './volume-pair.js';

export interface VerifyOptions {
  readonly volumes: VolumePair;
  readonly planner: FramePlanner;
  readonly storeId: string;
  /** Runs a job while nothing is written; the job calls `release` when it is over. */
  readonly exclusively: (job: (release: () => void) => void) => void;
}

/** Slots read at once; commits may go between two steps. */
const stepSlots = 64;

/**
 * Reads the used slots of both segments from the medium, past every cache: each must be readable and of this store, and each
 * segment's newest frame must be the one that was written last. Commits may go on meanwhile.
 */
export function verifyMedium(
  options: VerifyOptions,
  done: (error: StoreError | undefined, result?: 'verified' | 'unsupported') => void,
): void {
  const { volumes, planner, storeId, exclusively } = options;

  const step = (segment: 0 | 1, fromSlot: number): void => {
    exclusively((release) => {
      const endSlot = planner.endSlots[segment];
      /* The segment may have been rewritten since the last step; then no old slots are left. */
      const count = Math.min(stepSlots, endSlot - fromSlot);
      if (count <= 0) {
        release();
        if (segment === 1) return done(undefined, 'verified');
        return step(1, 0);
      }
      const newestSequence = planner.newestSequences[segment];
      volumes[segment].readBack(fromSlot * slotBytes, count * slotBytes, (error, bytes) => {
        release();
        if (error?.code === 'unsupported') return done(undefined, 'unsupported');
        if (error !== undefined || bytes === undefined) return done(asStoreError(error, 'read back'));
        const image = viewOf(bytes);
        for (let index = 0; index < count; index += 1) {
          const slot = fromSlot + index;
          const reading = readSlot(image, index * slotBytes);
          const holds =
            reading.kind === 'valid' &&
            reading.header.slot === slot &&
            storeIdText(reading.header.storeId) === storeId &&
            (slot !== endSlot - 1 || newestSequence === 0 || reading.header.sequence === newestSequence);
          if (!holds) {
            const where = `segment ${segment}, slot ${slot}`;
            return done(new StoreError('forgetful', `the medium does not hold what it accepted: ${where}`));
          }
        }
        step(segment, fromSlot + count);
      });
    });
  };
  step(0, 0);
}
