import { type Chain, chainNext } from './chain.js';
import { encodeFrame, frameSlotLimit, type StoreId, slotBytes, slotPayloadBytes, slotsFor } from './frame.js';
import type { NumberedOperation } from './link-history.js';
import type { SegmentCoverage } from './recover.js';

/** One write: whole slots at a multiple of the slot size. */
export interface PlannedWrite {
  readonly segment: 0 | 1;
  readonly offset: number;
  readonly bytes: Buffer;
  readonly sequence: number;
}

export interface PlannerStart {
  readonly storeId: StoreId;
  readonly epoch: number;
  readonly nonce: number;
  readonly segmentSlots: number;
  /** Sequence of the newest frame on the medium; 0 where there is none. */
  readonly sequence: number;
  readonly lastOperation: number;
  readonly chain: Chain;
  /** Known operations up to `lastOperation`, oldest first. May be empty. */
  readonly operations: readonly NumberedOperation[];
  readonly coverages: readonly [SegmentCoverage, SegmentCoverage];
  /** The segment to write first. */
  readonly next: 0 | 1;
}

export interface FramePlanner {
  /** Takes operations, each encoded with its length header, into the next frame. */
  take(operations: readonly Uint8Array[]): void;
  /**
   * The frame that makes everything taken durable; undefined where the whole state has to be written and does not fit.
   * `stateJson` is called only when the whole state is written.
   */
  plan(stateJson: () => string): PlannedWrite | undefined;
  /** The planned frame is durable: the next one goes to the other segment. */
  written(): void;
  /** First free slot of each segment: everything before it was written or verified. */
  readonly endSlots: readonly [number, number];
  /** Of each segment; 0 where this planner wrote none yet. */
  readonly newestSequences: readonly [number, number];
  /** Sequence of the newest durable frame. */
  readonly sequence: number;
  /** Bytes of the whole state when it was last written. */
  readonly stateBytes: number;
}

/**
 * Decides what the next frame holds and where it goes.
 *
 * Invariants
 * - Frames go to the two segments in turn, each at the first free slot.
 * - Each segment alone restores the state of its newest frame: a frame repeats every operation that its segment does not hold
 *   yet, and as many earlier ones as fit its slots.
 * - Where that does not fit the free slots, the segment is rewritten from its start with the whole state, in one write. Until
 *   that is durable the other segment restores everything acknowledged.
 * - A segment with unreadable remains is erased in the write that rewrites it.
 */
export function createFramePlanner(start: PlannerStart): FramePlanner {
  const segments: [SegmentCoverage, SegmentCoverage] = [...start.coverages];
  let next = start.next;
  let sequence = start.sequence;
  let lastOperation = start.lastOperation;
  let chain = start.chain;
  /* The newest operations, oldest first. Kept: what either segment still lacks, and what may fill a slot. */
  let recent = trimmed([...start.operations], Number.POSITIVE_INFINITY).map(detached);
  let stateBytes = 0;
  const newestSequences: [number, number] = [0, 0];
  let planned: { readonly endSlot: number } | undefined;

  const header = (kind: 'base' | 'operations', first: NumberedOperation | undefined, operationCount: number) => ({
    kind,
    segment: next,
    storeId: start.storeId,
    sequence: sequence + 1,
    epoch: start.epoch,
    nonce: start.nonce,
    operationCount,
    lastOperation,
    chain: first?.chainBefore ?? chain,
  });

  const planOperations = (segment: SegmentCoverage): PlannedWrite | undefined => {
    const oldest = recent[0];
    if (mustRewrite(segment) || oldest === undefined || oldest.number > segment.coveredUpTo + 1) return undefined;
    let from = recent.findIndex((operation) => operation.number > segment.coveredUpTo);
    if (from < 0) return undefined;
    let sizeBytes = 0;
    for (let at = from; at < recent.length; at += 1) sizeBytes += recent[at]?.bytes.length ?? 0;
    const slots = slotsFor(sizeBytes);
    if (slots > frameSlotLimit || segment.endSlot + slots > start.segmentSlots) return undefined;
    for (; from > 0; from -= 1) {
      const earlierBytes = recent[from - 1]?.bytes.length ?? 0;
      if (sizeBytes + earlierBytes > slots * slotPayloadBytes) break;
      sizeBytes += earlierBytes;
    }
    const operations = recent.slice(from);
    const bytes = encodeFrame(
      header('operations', operations[0], operations.length),
      segment.endSlot,
      operations.map((operation) => operation.bytes),
    );
    planned = { endSlot: segment.endSlot + slots };
    return { segment: next, offset: segment.endSlot * slotBytes, bytes, sequence: sequence + 1 };
  };

  const planBase = (segment: SegmentCoverage, stateJson: string): PlannedWrite | undefined => {
    const state = Buffer.from(stateJson);
    const slots = slotsFor(state.length);
    if (slots > start.segmentSlots || slots > frameSlotLimit) return undefined;
    stateBytes = state.length;
    const frame = encodeFrame(header('base', undefined, 0), 0, [state]);
    const erasing = segment.dirty ? Buffer.alloc((start.segmentSlots - slots) * slotBytes) : undefined;
    const bytes = erasing === undefined ? frame : Buffer.concat([frame, erasing]);
    planned = { endSlot: slots };
    return { segment: next, offset: 0, bytes, sequence: sequence + 1 };
  };

  return {
    take(operations) {
      for (const bytes of operations) {
        lastOperation += 1;
        recent.push({ number: lastOperation, bytes, chainBefore: chain });
        chain = chainNext(chain, bytes);
      }
    },
    plan(stateJson) {
      const segment = segments[next];
      return planOperations(segment) ?? planBase(segment, stateJson());
    },
    written() {
      if (planned === undefined) throw new Error('written without a plan');
      segments[next] = { endSlot: planned.endSlot, coveredUpTo: lastOperation, dirty: false };
      planned = undefined;
      sequence += 1;
      newestSequences[next] = sequence;
      next = next === 0 ? 1 : 0;
      recent = trimmed(recent, neededFrom(segments[next]));
    },
    get endSlots() {
      return [segments[0].endSlot, segments[1].endSlot] as const;
    },
    get newestSequences() {
      return [newestSequences[0], newestSequences[1]] as const;
    },
    get sequence() {
      return sequence;
    },
    get stateBytes() {
      return stateBytes;
    },
  };
}

function mustRewrite(segment: SegmentCoverage): boolean {
  return segment.coveredUpTo < 0 || segment.dirty;
}

function neededFrom(segment: SegmentCoverage): number {
  return mustRewrite(segment) ? Number.POSITIVE_INFINITY : segment.coveredUpTo + 1;
}

/** A copy of its own, or it would keep the whole segment in memory that it was read from. */
function detached(operation: NumberedOperation): NumberedOperation {
  return { ...operation, bytes: Uint8Array.from(operation.bytes) };
}

/** Drops the oldest operations, except those that are needed and those that can fill a slot. */
function trimmed(operations: NumberedOperation[], firstNeeded: number): NumberedOperation[] {
  let sizeBytes = 0;
  let from = operations.length;
  while (from > 0) {
    const operation = operations[from - 1];
    if (operation === undefined) break;
    sizeBytes += operation.bytes.length;
    if (operation.number < firstNeeded && sizeBytes > slotPayloadBytes) break;
    from -= 1;
  }
  return from === 0 ? operations : operations.slice(from);
}
