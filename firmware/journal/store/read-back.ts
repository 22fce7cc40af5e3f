import type { Clock, Timer } from '../../../drivers/host.js';
import type { PlannedWrite } from './frame-planner.js';
import { asBuffer } from './medium-io.js';
import { StoreError } from './store-error.js';
import { asStoreError, type VolumePair } from './volume-pair.js';

/** Reads frames back from the medium, past every cache, soon after they were written. */
export interface ReadBack {
  /** This frame is written from now on. */
  writing(frame: PlannedWrite): void;
  /** The medium has accepted it. Its bytes are kept until they were read back. */
  written(frame: PlannedWrite): void;
  stop(): void;
}

export interface ReadBackParts {
  readonly clock: Clock;
  readonly volumes: VolumePair;
  /** A read over this is `hung`, in milliseconds. */
  readonly hungAfterMs: number;
  /** The medium does not hold what it accepted, or cannot be read. Called once at most. */
  readonly failed: (error: StoreError) => void;
}

/** From a commit to its read: those of one sale share it. */
const READ_AFTER_MS = 250;
/** Of one segment. What comes faster is left to `verify`. */
const KEPT_BYTES = 262_144;

interface Reading {
  readonly segment: 0 | 1;
  readonly frames: readonly PlannedWrite[];
  /** Something is written in its place. */
  overtaken: boolean;
}

/**
 * Cards at the end of their life accept writes and forget them. Before the next start only this shows it, and then what was
 * written is lost.
 *
 * Invariants
 * - No commit waits for a read: they go side by side. One read at a time.
 * - What is compared was accepted before its read began, and nothing was written in its place before that ended.
 * - Where the platform cannot read past its caches, nothing is read and nothing kept.
 */
export function createReadBack({ clock, volumes, hungAfterMs, failed }: ReadBackParts): ReadBack {
  /** Frames to read, each behind the one before it in its segment. */
  const kept: [PlannedWrite[], PlannedWrite[]] = [[], []];
  let reading: Reading | undefined;
  let timer: Timer | undefined;
  let over = false;

  function readSoon(): void {
    if (over || timer !== undefined || reading !== undefined) return;
    if (kept[0].length > 0 || kept[1].length > 0) timer = clock.after(READ_AFTER_MS, readOldest);
  }

  function readOldest(): void {
    timer = undefined;
    const segment = (kept[0][0]?.sequence ?? Infinity) < (kept[1][0]?.sequence ?? Infinity) ? 0 : 1;
    const frames = kept[segment];
    kept[segment] = [];
    read({ segment, frames, overtaken: false });
  }

  function read(mine: Reading): void {
    const expected = Buffer.concat(mine.frames.map(({ bytes }) => bytes));
    reading = mine;
    timer = clock.after(hungAfterMs, () => end(new StoreError('hung', `read back: no answer in ${hungAfterMs} ms`)));
    volumes[mine.segment].readBack(mine.frames[0]?.offset ?? 0, expected.length, (error, bytes) => {
      if (over) return;
      reading = undefined;
      timer?.cancel();
      timer = undefined;
      if (error?.code === 'unsupported') return stop();
      if (error !== undefined) return end(asStoreError(error, 'read back'));
      if (!mine.overtaken && !asBuffer(bytes).equals(expected)) {
        const which = mine.frames.map(({ sequence }) => sequence).join(', ');
        return end(new StoreError('forgetful', `the medium does not hold what it accepted: record ${which}`));
      }
      readSoon();
    });
  }

  function end(error: StoreError): void {
    stop();
    failed(error);
  }

  function stop(): void {
    over = true;
    timer?.cancel();
    kept[0] = [];
    kept[1] = [];
  }

  return {
    writing({ segment, offset }) {
      const isAfter = (frame: PlannedWrite | undefined): boolean =>
        frame === undefined || offset >= frame.offset + frame.bytes.length;
      /* The segment is begun anew. */
      if (!isAfter(kept[segment].at(-1))) kept[segment] = [];
      if (reading?.segment === segment && !isAfter(reading.frames.at(-1))) reading.overtaken = true;
    },
    written(frame) {
      if (over) return;
      const frames = kept[frame.segment];
      frames.push(frame);
      let bytes = frames.reduce((sum, each) => sum + each.bytes.length, 0);
      while (bytes > KEPT_BYTES && frames.length > 1) bytes -= frames.shift()?.bytes.length ?? 0;
      readSoon();
    },
    stop,
  };
}
