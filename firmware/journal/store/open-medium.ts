import type { FlashVolume, HostError } from '../../../drivers/host.js';
import { chainStart } from './chain.js';
import { deepFreeze } from './deep-freeze.js';
import { type StoreId, slotBytes, storeIdText } from './frame.js';
import { createFramePlanner, type FramePlanner, type PlannerStart } from './frame-planner.js';
import { asBuffer, createMediumIo } from './medium-io.js';
import { type Recovery, recover, swappedScans } from './recover.js';
import { replayHistory } from './replay-history.js';
import { type SegmentScan, scanSegment } from './scan-segment.js';
import { StoreError } from './store-error.js';
import type { StoreOptions } from './store-options.js';
import type { OpenReport } from './store-status.js';
import { openVolumePair, type VolumePair } from './volume-pair.js';

export interface Medium<State> {
  readonly volumes: VolumePair;
  readonly planner: FramePlanner;
  readonly state: State;
  readonly report: OpenReport;
}

/**
 * Opens the two volumes for writing: reads, recovers, flushes, reads back, writes the first frame. A failure closes both
 * volumes and is reported once; a step without an answer in time fails as `hung`.
 */
export function openMedium<State, Op>(
  options: StoreOptions<State, Op>,
  opened: (error: StoreError | undefined, medium?: Medium<State>) => void,
): void {
  const { flash, clock, random, volumes: names, segmentSizeBytes } = options;
  if (segmentSizeBytes % slotBytes !== 0 || segmentSizeBytes < 2 * slotBytes) {
    throw new TypeError(`segmentSizeBytes must be a multiple of ${slotBytes}, at least ${2 * slotBytes}`);
  }
  const segmentSlots = segmentSizeBytes / slotBytes;
  const create = options.provision === 'ifNew';

  openVolumePair({ flash, clock, names, segmentSizeBytes, create }, isBlank, (pairError, volumes) => {
    if (pairError !== undefined || volumes === undefined) {
      return opened(pairError ?? new StoreError('io', 'no volumes'));
    }
    const fail = (error: StoreError): void => {
      for (const volume of volumes) volume.close();
      opened(error);
    };
    const { readBoth, writeDurably, syncBoth, readBack } = createMediumIo(clock, volumes, names, fail);

    const writeFirstFrame = (found: Found<State>, keeperReadBack: OpenReport['readBack']): void => {
      const planner = createFramePlanner({
        ...found.start,
        coverages: coveragesOfBoot(found.start, keeperReadBack),
        epoch: found.start.epoch + 1,
        nonce: asBuffer(random.bytes(4)).readUInt32LE(0),
      });
      const write = planner.plan(() => JSON.stringify(found.state));
      if (write === undefined) {
        fail(new StoreError('tooLarge', `the state does not fit ${segmentSizeBytes} bytes`));
        return;
      }
      writeDurably(write, () =>
        readBack(write.segment, write.bytes, (readBackResult) => {
          planner.written();
          const report = reportOf(found, planner.sequence, readBackResult);
          opened(undefined, { volumes, planner, state: deepFreeze(found.state), report });
        }),
      );
    };

    const settle = (found: Found<State>, images: readonly [Buffer, Buffer]): void =>
      syncBoth(() => {
        const keeper = other(found.start.next);
        const written = images[keeper].subarray(0, found.start.coverages[keeper].endSlot * slotBytes);
        readBack(keeper, written, (result) => writeFirstFrame(found, result));
      });

    const provision = (scans: readonly [SegmentScan, SegmentScan], images: readonly [Buffer, Buffer]): void => {
      const start = startOfNew(asBuffer(random.bytes(8)).readBigUInt64BE(), segmentSlots, scans);
      const planner = createFramePlanner(start);
      const write = planner.plan(() => JSON.stringify(options.empty));
      if (write === undefined) {
        fail(new StoreError('tooLarge', `the empty state does not fit ${segmentSizeBytes} bytes`));
        return;
      }
      writeDurably(write, () => {
        planner.written();
        const first: Coverage = { endSlot: planner.endSlots[0], coveredUpTo: 0, dirty: false };
        write.bytes.copy(images[0]);
        settle(
          {
            start: { ...start, sequence: planner.sequence, coverages: [first, start.coverages[1]], next: 1 },
            state: options.empty,
            provisioned: true,
            cutTail: false,
            unreadableSlots: 0,
            lostSlots: false,
          },
          images,
        );
      });
    };

    readBoth((images) => {
      const scans = [scanSegment(images[0], 0), scanSegment(images[1], 1)] as const;
      const recovery = recover(scans);
      if (recovery.kind === 'blank' && create) return provision(scans, images);
      if (recovery.kind === 'damaged' && swappedScans(...images) !== undefined) {
        return fail(new StoreError('swapped', `${names[0]} and ${names[1]} are swapped`));
      }
      if (recovery.kind !== 'found') return fail(unusable(recovery, names));
      const state = replayHistory<State, Op>(recovery.history, options);
      if (state instanceof StoreError) return fail(state);
      settle(
        {
          start: startAfter(recovery, segmentSlots),
          state: state.value,
          provisioned: false,
          cutTail: recovery.cutTail,
          unreadableSlots: recovery.unreadableSlots,
          lostSlots: recovery.lostSlots,
        },
        images,
      );
    });
  });
}

type Coverage = PlannerStart['coverages'][0];
type FoundRecovery = Extract<Recovery, { kind: 'found' }>;

interface Found<State> {
  /** As of the boot before: its epoch and nonce. */
  readonly start: PlannerStart;
  readonly state: State;
  readonly provisioned: boolean;
  readonly cutTail: boolean;
  readonly unreadableSlots: number;
  readonly lostSlots: boolean;
}

function startOfNew(storeId: StoreId, segmentSlots: number, scans: readonly [SegmentScan, SegmentScan]): PlannerStart {
  return {
    storeId,
    epoch: 0,
    nonce: 0,
    segmentSlots,
    sequence: 0,
    lastOperation: 0,
    chain: chainStart,
    operations: [],
    coverages: [
      { endSlot: 0, coveredUpTo: -1, dirty: !scans[0].blank },
      { endSlot: 0, coveredUpTo: -1, dirty: !scans[1].blank },
    ],
    next: 0,
  };
}

function startAfter(recovery: FoundRecovery, segmentSlots: number): PlannerStart {
  const { header } = recovery.head;
  return {
    storeId: header.storeId,
    epoch: header.epoch,
    nonce: header.nonce,
    segmentSlots,
    sequence: header.sequence,
    lastOperation: header.lastOperation,
    chain: recovery.history.chain,
    operations: recovery.history.operations,
    coverages: recovery.coverages,
    next: recovery.spare,
  };
}

/** What the first frame of a boot may rely on: its own segment is rewritten. */
function coveragesOfBoot(start: PlannerStart, keeperReadBack: OpenReport['readBack']): [Coverage, Coverage] {
  const coverages: [Coverage, Coverage] = [...start.coverages];
  coverages[start.next] = { ...coverages[start.next], coveredUpTo: -1 };
  /* Unproven: after a failed flush it may be in memory only. Once it is rewritten that no longer matters. */
  const keeper = other(start.next);
  if (keeperReadBack === 'unsupported') coverages[keeper] = { ...coverages[keeper], coveredUpTo: -1 };
  return coverages;
}

function reportOf(found: Found<unknown>, sequence: number, readBack: OpenReport['readBack']): OpenReport {
  const { start, provisioned, cutTail, unreadableSlots, lostSlots } = found;
  return {
    provisioned,
    storeId: storeIdText(start.storeId),
    epoch: start.epoch + 1,
    sequence,
    replayedOperations: start.operations.length,
    cutTail,
    unreadableSlots,
    lostSlots,
    readBack,
  };
}

function other(segment: 0 | 1): 0 | 1 {
  return segment === 0 ? 1 : 0;
}

function unusable(recovery: Exclude<Recovery, FoundRecovery>, names: readonly [string, string]): StoreError {
  const both = `${names[0]} and ${names[1]}`;
  switch (recovery.kind) {
    case 'blank':
      return new StoreError('absent', `${both} hold no store, and none may be made`);
    case 'damaged':
      return new StoreError('damaged', `${both}: ${recovery.why}`);
    case 'newerFormat':
      return new StoreError('format', `${both}: written in format ${recovery.version}, by a newer version`);
  }
}

function isBlank(volume: FlashVolume, done: (error: HostError | undefined, blank?: boolean) => void): void {
  volume.read(0, volume.sizeBytes, (error, bytes) => {
    if (error !== undefined) return done(error);
    done(undefined, scanSegment(asBuffer(bytes), 0).blank);
  });
}
