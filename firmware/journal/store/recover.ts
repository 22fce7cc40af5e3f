import { type History, linkHistory } from './link-history.js';
import { type FoundFrame, type SegmentScan, scanSegment } from './scan-segment.js';

/** How far a segment can be relied on without the other one. */
export interface SegmentCoverage {
  /** First slot after its newest frame. */
  readonly endSlot: number;
  /** Last operation that this segment alone restores; -1 where it restores nothing and has to be rewritten. */
  readonly coveredUpTo: number;
  /** Holds remains that have to be erased, or they would look like damage later. */
  readonly dirty: boolean;
}

export type Recovery =
  /** Nothing was ever acknowledged here. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'newerFormat'; readonly version: number }
  | {
      readonly kind: 'found';
      readonly head: FoundFrame;
      readonly history: History;
      readonly coverages: readonly [SegmentCoverage, SegmentCoverage];
      /** The segment that the state does not depend on: the one to write next. */
      readonly spare: 0 | 1;
      /** Remains of one unfinished write were left out. */
      readonly cutTail: boolean;
      /** Slots that are neither readable nor blank; what they held was not needed or was found elsewhere. */
      readonly unreadableSlots: number;
      /** More slots than one unfinished write leaves: the medium lost data. */
      readonly lostSlots: boolean;
    };

/**
 * What the two segments hold together.
 *
 * A power cut may destroy the frame that was being written and anything else in its segment, never the other segment,
 * because a write is made durable before the next one starts there. So unreadable remains where a newest frame would
 * be are an unfinished write if they are in one segment, and damage if they are in both. While a store is being made
 * there is no other segment to rely on and nothing to lose: with remains it is made again from the start.
 */
export function recover(scans: readonly [SegmentScan, SegmentScan]): Recovery {
  const newerVersion = scans[0].newerVersion ?? scans[1].newerVersion;
  if (newerVersion !== undefined) return { kind: 'newerFormat', version: newerVersion };

  const misplaced = scans[0].misplaced ?? scans[1].misplaced;
  const newestFirst = [...scans[0].frames, ...scans[1].frames].sort(newerFirst);
  const head = newestFirst[0];
  if (head === undefined) {
    if (misplaced !== undefined) return damaged('the contents of the two volumes were moved');
    if (scans[0].blank || scans[1].blank) return { kind: 'blank' };
    return damaged('neither volume holds a readable record');
  }
  if (unfinishedMaking(scans, head)) return { kind: 'blank' };
  const foreign = newestFirst.find((frame) => frame.header.storeId !== head.header.storeId);
  if (foreign !== undefined) return damaged('the two volumes belong to different stores');

  const history = linkHistory(newestFirst);
  const tails = [unreadableTail(scans[0], head), unreadableTail(scans[1], head)] as const;
  const where = `the newest readable record is ${head.header.sequence} of boot ${head.header.epoch}`;
  if (history === undefined) return damaged(`records before it are missing: ${where}`);
  if (tails[0] && tails[1]) return damaged(`the ends of both volumes cannot be read: ${where}`);

  const coverages = [coverageOf(scans[0], tails[0]), coverageOf(scans[1], tails[1])] as const;
  const unreadableSlots = scans[0].garbageSlots.length + scans[1].garbageSlots.length;
  return {
    kind: 'found',
    head,
    history,
    coverages,
    spare: chooseSpare(coverages, head.header.segment),
    cutTail: tails[0] || tails[1],
    unreadableSlots,
    lostSlots: unreadableSlots > 0 && unreadableSlots > longestFrame(scans),
  };
}

/**
 * The segment with remains was being written when the power went, so the other one holds everything acknowledged, even
 * if the newest frame is among the remains. Without remains the segment that leads further is kept, which is the one
 * of the newest frame unless it has a hole.
 */
function chooseSpare(coverages: readonly [SegmentCoverage, SegmentCoverage], headSegment: 0 | 1): 0 | 1 {
  const [first, second] = coverages;
  if (first.dirty && !second.dirty && second.coveredUpTo >= 0) return 0;
  if (second.dirty && !first.dirty && first.coveredUpTo >= 0) return 1;
  const other = headSegment === 0 ? 1 : 0;
  return coverages[other].coveredUpTo > coverages[headSegment].coveredUpTo ? headSegment : other;
}

function damaged(why: string): Recovery {
  return { kind: 'damaged', why };
}

/** In slots, also of frames that are not whole. An unfinished write was hardly longer, because the state grows slowly. */
function longestFrame(scans: readonly [SegmentScan, SegmentScan]): number {
  const headers = scans.flatMap(({ frames, strays }) => [...frames.map(({ header }) => header), ...strays]);
  return headers.reduce((longest, { parts }) => Math.max(longest, parts), 0);
}

/** Sorts the newest frame to the front: a later boot is newer whatever its sequence says. */
export function newerFirst(a: FoundFrame, b: FoundFrame): number {
  return b.header.epoch - a.header.epoch || b.header.sequence - a.header.sequence;
}

/**
 * Whether there is only the frame that makes a store, beside remains. Such a store was never used: that takes a frame in the
 * other segment.
 */
function unfinishedMaking([first, second]: readonly [SegmentScan, SegmentScan], head: FoundFrame): boolean {
  return head.header.sequence === 1 && second.blank && first.garbageSlots.length > 0 && first.strays.length === 0;
}

function newestOf(scan: SegmentScan): FoundFrame | undefined {
  let newest = scan.frames[0];
  for (const frame of scan.frames) if (newest !== undefined && newerFirst(frame, newest) < 0) newest = frame;
  return newest;
}

/** Whether there are remains where a frame newer than all readable ones of this segment could have been. */
function unreadableTail(scan: SegmentScan, head: FoundFrame): boolean {
  const newest = newestOf(scan);
  /* Frame 1 makes the store; the other segment was not written before it. */
  if (newest === undefined) return !scan.blank || head.header.sequence > 1;
  const begun = scan.frames[0];
  const startsWhole = begun !== undefined && begun.endSlot === begun.header.parts;
  return (
    !startsWhole ||
    scan.garbageSlots.some((slot) => slot >= newest.endSlot) ||
    scan.strays.some(
      (stray) =>
        stray.epoch > head.header.epoch || (stray.epoch === head.header.epoch && stray.sequence > head.header.sequence),
    )
  );
}

function coverageOf(scan: SegmentScan, unreadable: boolean): SegmentCoverage {
  let endSlot = 0;
  let coveredUpTo = -1;
  let before: FoundFrame | undefined;
  for (const frame of scan.frames) {
    const { header } = frame;
    const startSlot = frame.endSlot - header.parts;
    const follows =
      startSlot === endSlot &&
      (before === undefined
        ? header.kind === 'base'
        : header.kind === 'operations' &&
          newerFirst(frame, before) < 0 &&
          header.lastOperation - header.operationCount <= coveredUpTo);
    if (!follows) break;
    before = frame;
    endSlot = frame.endSlot;
    coveredUpTo = header.lastOperation;
  }
  const newest = newestOf(scan);
  /* A newer frame lies behind a hole, so what is before the hole does not lead to the end. */
  const whole = before !== undefined && before === newest;
  return { endSlot, coveredUpTo: whole ? coveredUpTo : -1, dirty: unreadable || scan.garbageSlots.length > 0 };
}

/** The scans of two swapped volumes, in their right order; undefined where swapping does not make them readable. */
export function swappedScans(first: Buffer, second: Buffer): readonly [SegmentScan, SegmentScan] | undefined {
  const scans = [scanSegment(second, 0), scanSegment(first, 1)] as const;
  return recover(scans).kind === 'found' ? scans : undefined;
}
