import { type FlashHost, type FlashVolume, HostError } from '../../../drivers/host.js';
import { slotBytes, storeIdText } from './frame.js';
import { linkHistory } from './link-history.js';
import { newerFirst, type Recovery, recover, swappedScans } from './recover.js';
import { type Replay, replayHistory } from './replay-history.js';
import { type FoundFrame, scanSegment } from './scan-segment.js';
import { StoreError } from './store-error.js';
import type { OpenReport } from './store-status.js';

export interface ReadStoreOptions<State, Op> extends Replay<State, Op> {
  /** May be read-only. */
  readonly flash: FlashHost;
  readonly volumes: readonly [string, string];
  readonly segmentSizeBytes: number;
}

/** What can be read of a store. */
export interface StoreReading<State> {
  /** Why a box would not start with this, for a technician; empty where it would. */
  readonly troubles: readonly string[];
  /** Of the volumes, those that are not there. */
  readonly missing: readonly string[];
  /** The volumes are swapped; what they hold could be read. */
  readonly swapped: boolean;
  /** Nothing was ever stored on the volumes that are there, and they can be read. */
  readonly blank: boolean;
  /** Damage that does not keep a box from starting, as in `OpenReport`. */
  readonly found: Pick<OpenReport, 'cutTail' | 'unreadableSlots' | 'lostSlots'>;
  /** The newest that could be restored. Frozen. Undefined where nothing can be read. */
  readonly state: State | undefined;
  /** Of the newest record in `state`; zeros and empty where there is none. */
  readonly sequence: number;
  readonly epoch: number;
  readonly storeId: string;
}

/**
 * Reads a store without changing it, for a technician with a dead box's card: also a single volume, a truncated one, and one
 * with unreadable slots. Takes no lock, so on a box that runs it may be a little behind.
 */
export function readStore<State, Op>(
  options: ReadStoreOptions<State, Op>,
  done: (reading: StoreReading<State>) => void,
): void {
  readVolume(options, 0, (firstError, first) =>
    readVolume(options, 1, (secondError, second) => {
      const inPlace = [scanSegment(first, 0), scanSegment(second, 1)] as const;
      const recovery = recover(inPlace);
      const swapped = recovery.kind === 'damaged' ? swappedScans(first, second) : undefined;
      const scans = swapped ?? inPlace;
      const errors = [firstError, secondError];
      const troubles = errors.flatMap((error) => (error === undefined ? [] : [error.message]));
      const missing = options.volumes.filter((_name, index) => errors[index]?.code === 'absent');
      /* What could not be read may hold anything. */
      if (recovery.kind === 'blank' && troubles.length === 0) troubles.push('nothing was ever stored here');
      if (swapped !== undefined) troubles.push(SWAPPED);
      else if (recovery.kind === 'damaged') troubles.push(recovery.why);
      if (recovery.kind === 'newerFormat') troubles.push(`written in format ${recovery.version}, by a newer version`);
      const salvaged = salvage(options, [...scans[0].frames, ...scans[1].frames].sort(newerFirst), troubles);
      const readable = errors.every((error) => error === undefined || error.code === 'absent');
      done({
        ...salvaged,
        troubles,
        missing,
        found: remainsIn(recovery),
        swapped: swapped !== undefined,
        blank: readable && recovery.kind === 'blank',
      });
    }),
  );
}

function remainsIn(recovery: Recovery): StoreReading<unknown>['found'] {
  if (recovery.kind !== 'found') return { cutTail: false, unreadableSlots: 0, lostSlots: false };
  const { cutTail, unreadableSlots, lostSlots } = recovery;
  return { cutTail, unreadableSlots, lostSlots };
}

const SWAPPED =
  'the two halves of the journal are swapped: swap the names in JOURNAL_PARTITIONS, or the two files, back; the card is sound';

/** Tries the newest record, then older ones, until a state can be restored. Failures are added to `troubles`. */
function salvage<State, Op>(
  options: ReadStoreOptions<State, Op>,
  newestFirst: readonly FoundFrame[],
  troubles: string[],
): Pick<StoreReading<State>, 'state' | 'sequence' | 'epoch' | 'storeId'> {
  for (let from = 0; from < newestFirst.length; from += 1) {
    const history = linkHistory(newestFirst.slice(from));
    const head = newestFirst[from];
    if (history === undefined || head === undefined) continue;
    const state = replayHistory<State, Op>(history, options);
    if (state instanceof StoreError) {
      troubles.push(state.message);
      continue;
    }
    const { sequence, epoch, storeId } = head.header;
    return { state: state.value, sequence, epoch, storeId: storeIdText(storeId) };
  }
  return { state: undefined, sequence: 0, epoch: 0, storeId: '' };
}

const chunkBytes = 64 * slotBytes;
/* More than any store: a wrong name must not fill the memory. */
const volumeLimitBytes = 256 * 1024 * 1024;

function readVolume<State, Op>(
  options: ReadStoreOptions<State, Op>,
  index: 0 | 1,
  done: (error: HostError | undefined, bytes: Buffer) => void,
): void {
  const name = options.volumes[index];
  options.flash.open({ name, sizeBytes: options.segmentSizeBytes, create: false }, (error, volume) => {
    if (volume === undefined) return done(error, Buffer.alloc(0));
    /* What cannot be read stays this filler, which is neither a record nor blank. */
    const bytes = Buffer.alloc(Math.min(volume.sizeBytes, volumeLimitBytes), 0x55);
    readPieces(volume, bytes, 0, chunkBytes, (readError) => {
      volume.close();
      done(readError ?? wrongSize(name, volume.sizeBytes, options.segmentSizeBytes), bytes);
    });
  });
}

/** A box accepts no other size, even where everything can be read. */
function wrongSize(name: string, thereBytes: number, wantedBytes: number): HostError | undefined {
  if (thereBytes === wantedBytes) return undefined;
  return new HostError('io', `${name} holds ${thereBytes} bytes instead of ${wantedBytes}`);
}

/** Reads in large pieces, and in single slots where a large one fails. Goes on after an error, and reports the last one. */
function readPieces(
  volume: FlashVolume,
  into: Buffer,
  offset: number,
  pieceBytes: number,
  done: (error?: HostError) => void,
): void {
  let lastError: HostError | undefined;
  const next = (at: number): void => {
    if (at >= into.length) {
      done(lastError);
      return;
    }
    const lengthBytes = Math.min(pieceBytes, into.length - at);
    volume.read(offset + at, lengthBytes, (error, piece) => {
      if (piece !== undefined) {
        into.set(piece, at);
        return next(at + lengthBytes);
      }
      if (pieceBytes === slotBytes) {
        lastError = error;
        return next(at + lengthBytes);
      }
      readPieces(volume, into.subarray(at, at + lengthBytes), offset + at, slotBytes, (slotError) => {
        lastError = slotError ?? lastError;
        next(at + lengthBytes);
      });
    });
  };
  next(0);
}
