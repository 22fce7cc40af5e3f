import { framePayload, readSlot, type SlotHeader, slotBytes, viewOf } from './frame.js';

/** A whole frame found on the medium. */
export interface FoundFrame {
  readonly header: SlotHeader;
  /** The whole segment. */
  readonly segmentBytes: Buffer;
  /** First slot after it. */
  readonly endSlot: number;
}

/** What one segment holds. */
export interface SegmentScan {
  /** Whole frames in the order of their slots. */
  readonly frames: readonly FoundFrame[];
  /** Slots that are neither valid nor blank. */
  readonly garbageSlots: readonly number[];
  /** Headers of valid slots whose frame is not whole: partly overwritten, or torn. */
  readonly strays: readonly SlotHeader[];
  readonly blank: boolean;
  /** Set where a slot was written by a later version of this program. */
  readonly newerVersion: number | undefined;
  /** A valid slot of the other segment or of another position. */
  readonly misplaced: SlotHeader | undefined;
}

/** The payload of a frame, joined. */
export function payloadOf({ header, segmentBytes, endSlot }: FoundFrame): Uint8Array {
  return framePayload(segmentBytes, endSlot - header.parts, header.payloadBytes);
}

/** Reads a whole segment slot by slot. Accepts any bytes and any length; a last piece shorter than a slot is garbage. */
export function scanSegment(bytes: Buffer, segment: 0 | 1): SegmentScan {
  const frames: FoundFrame[] = [];
  const garbageSlots: number[] = [];
  const strays: SlotHeader[] = [];
  let blank = true;
  let newerVersion: number | undefined;
  let misplaced: SlotHeader | undefined;
  let run: SlotHeader[] = [];

  const endRun = (): void => {
    strays.push(...run);
    run = [];
  };
  const image = viewOf(bytes);
  const slotCount = Math.ceil(bytes.length / slotBytes);
  const wholeSlots = Math.floor(bytes.length / slotBytes);
  for (let slot = 0; slot < slotCount; slot += 1) {
    if (slot % emptySlots === 0 && isEmptyRange(bytes, slot * slotBytes)) {
      endRun();
      slot += emptySlots - 1;
      continue;
    }
    const reading = slot < wholeSlots ? readSlot(image, slot * slotBytes) : ({ kind: 'garbage' } as const);
    if (reading.kind !== 'blank') blank = false;
    if (reading.kind !== 'valid') {
      endRun();
      if (reading.kind === 'garbage') garbageSlots.push(slot);
      if (reading.kind === 'newerFormat') newerVersion = reading.version;
      continue;
    }
    const { header } = reading;
    if (header.segment !== segment || header.slot !== slot) {
      endRun();
      misplaced = header;
      garbageSlots.push(slot);
      continue;
    }
    const first = run[0];
    if (first === undefined || header.part !== run.length || !sameFrame(first, header)) endRun();
    if (header.part !== run.length) {
      strays.push(header);
      continue;
    }
    run.push(header);
    if (run.length === header.parts) {
      frames.push({ header, segmentBytes: bytes, endSlot: slot + 1 });
      run = [];
    }
  }
  endRun();
  return { frames, garbageSlots, strays, blank, newerVersion, misplaced };
}

/* Most of a young segment is empty, and one comparison of a large piece is cheaper than many of small ones. */
const emptySlots = 64;
const emptyRange = Buffer.alloc(emptySlots * slotBytes);

function isEmptyRange(bytes: Buffer, from: number): boolean {
  const end = from + emptyRange.length;
  return end <= bytes.length && bytes.compare(emptyRange, 0, emptyRange.length, from, end) === 0;
}

function sameFrame(a: SlotHeader, b: SlotHeader): boolean {
  return a.epoch === b.epoch && a.nonce === b.nonce && a.sequence === b.sequence && a.payloadBytes === b.payloadBytes;
}
