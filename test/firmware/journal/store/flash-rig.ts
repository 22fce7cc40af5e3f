import type { Clock, FlashHost, FlashVolume } from '../../../../drivers/host.js';
import { openStore, type Store } from '../../../../firmware/journal/store/store.js';
import { StoreError } from '../../../../firmware/journal/store/store-error.js';
import type { StoreOptions } from '../../../../firmware/journal/store/store-options.js';
import type { OpenReport } from '../../../../firmware/journal/store/store-status.js';
import { createSimFlash, type SimFlash, type SimFlashOptions } from '../../../../hw-sim/sim-flash.js';
import { emptyLedger, foldLedger, type Ledger, type LedgerOp } from './ledger.js';

/** Virtual time for one store on one imagined card: callbacks run in the order of their times, when told to. */
export interface FlashRig {
  readonly clock: Clock;
  readonly card: SimFlash;
  /** Runs what is due until nothing is left, or `limit` callbacks have run. Answers how many ran. */
  run(limit?: number): number;
  random(): number;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** @param from a card to begin with a copy of; without it, an empty one */
export function createFlashRig(seed: number, from?: SimFlash): FlashRig {
  let nowMs = 0;
  let order = 0;
  let queue: Due[] = [];
  const random = createRandom(seed);
  const after = (delayMs: number, callback: () => void): Due => {
    const due = { atMs: nowMs + delayMs, order, callback, cancelled: false };
    order += 1;
    const at = queue.findLastIndex((other) => other.atMs <= due.atMs);
    queue.splice(at + 1, 0, due);
    return due;
  };
  const world: SimFlashOptions = { after: (delayMs, callback) => void after(delayMs, callback), random };
  return {
    clock: {
      monotonicMs: () => nowMs,
      wallMs: () => nowMs,
      after(delayMs, callback) {
        const due = after(delayMs, callback);
        return {
          cancel() {
            due.cancelled = true;
            queue = queue.filter((other) => other !== due);
          },
        };
      },
    },
    card: from?.copy(world) ?? createSimFlash(world),
    run(limit = Number.POSITIVE_INFINITY) {
      let ran = 0;
      while (ran < limit) {
        const due = queue.shift();
        if (due === undefined) break;
        if (due.cancelled) continue;
        nowMs = due.atMs;
        due.callback();
        ran += 1;
      }
      return ran;
    },
    random,
  };
}

/** mulberry32: small, fast, good enough to choose faults by. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type Opening =
  | { readonly kind: 'open'; readonly store: Store<Ledger, LedgerOp>; readonly report: OpenReport }
  | { readonly kind: 'failed'; readonly error: StoreError };

export const rigVolumes = ['journal.0', 'journal.1'] as const;
export const rigSegmentBytes = 65_536;

export function ledgerOptions(rig: FlashRig, card: SimFlash = rig.card): StoreOptions<Ledger, LedgerOp> {
  return {
    flash: card,
    clock: rig.clock,
    random: { bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(rig.random() * 256)) },
    volumes: rigVolumes,
    segmentSizeBytes: rigSegmentBytes,
    provision: 'ifNew',
    empty: emptyLedger,
    fold: foldLedger,
  };
}

/** Opens and runs the rig until the answer is there. */
export function openLedger(
  rig: FlashRig,
  card: SimFlash = rig.card,
  changes: Partial<StoreOptions<Ledger, LedgerOp>> = {},
): Opening {
  let opening: Opening | undefined;
  openStore<Ledger, LedgerOp>({ ...ledgerOptions(rig, card), ...changes }, (error, store, report) => {
    if (store !== undefined && report !== undefined) opening = { kind: 'open', store, report };
    else opening = { kind: 'failed', error: error ?? new StoreError('io', 'no answer') };
  });
  rig.run();
  if (opening === undefined) throw new Error('the store never answered');
  return opening;
}

/** An opening that has to succeed. */
export function mustOpen(...args: Parameters<typeof openLedger>): Extract<Opening, { kind: 'open' }> {
  const opening = openLedger(...args);
  if (opening.kind === 'failed') throw opening.error;
  return opening;
}

/** Commits operations one by one and runs the rig after each. */
export function commitAll(rig: FlashRig, store: Store<Ledger, LedgerOp>, ops: readonly LedgerOp[]): void {
  for (const op of ops) {
    store.commit([op], foldLedger(store.state, op), (error) => {
      if (error !== undefined) throw error;
    });
    rig.run();
  }
}

export interface HangingFlash {
  readonly flash: FlashHost;
  /** How many calls reached the card. */
  asked(): number;
  /** The call that hangs, in words; empty before it was made. */
  readonly step: string;
  /** Gives the answer that did not come, once the call was made and the card has done it. */
  readonly answerLate: (() => void) | undefined;
}

/** A card that does what it is asked, but keeps its answer to call number `hangsAt`, counted from 1. */
export function createHangingFlash(card: FlashHost, hangsAt: number): HangingFlash {
  let asked = 0;
  let step = '';
  let answerLate: (() => void) | undefined;
  const through = <T extends unknown[]>(doing: string, answer: (...values: T) => void): ((...values: T) => void) => {
    asked += 1;
    if (asked !== hangsAt) return answer;
    step = doing;
    return (...values) => {
      answerLate = () => answer(...values);
    };
  };
  const around = (volume: FlashVolume): FlashVolume => ({
    sizeBytes: volume.sizeBytes,
    read: (offset, lengthBytes, done) => volume.read(offset, lengthBytes, through('read', done)),
    write: (offset, bytes, done) => volume.write(offset, bytes, through('write', done)),
    writeDurably: (offset, bytes, done) => volume.writeDurably(offset, bytes, through('writeDurably', done)),
    sync: (done) => volume.sync(through('sync', done)),
    readBack: (offset, lengthBytes, done) => volume.readBack(offset, lengthBytes, through('readBack', done)),
    checkInPlace: (done) => volume.checkInPlace(through('checkInPlace', done)),
    close: () => volume.close(),
  });
  return {
    flash: {
      open(request, opened) {
        const answer = through(`open ${request.name}`, opened);
        card.open(request, (error, volume) => answer(error, volume && around(volume)));
      },
    },
    asked: () => asked,
    get step() {
      return step;
    },
    get answerLate() {
      return answerLate;
    },
  };
}
