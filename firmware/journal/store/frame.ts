import { crc32 } from 'node:zlib';
import { chainBytes } from './chain.js';

/**
 * The format on the medium. A segment is a row of 4 KiB slots; a frame is one or more whole slots in a row, written at
 * once. Every slot describes and checks itself, so that the rest of an overwritten frame can be distinguished from damage.
 *
 * | at | bytes | field                                                                                   |
 * |----|-------|-----------------------------------------------------------------------------------------|
 * | 0  | 4     | magic: never part of JSON text                                                          |
 * | 4  | 2     | format version                                                                          |
 * | 6  | 1     | kind: 1 the whole state, 2 operations                                                   |
 * | 7  | 1     | segment, 0 or 1                                                                         |
 * | 8  | 8     | store id, made when the store was provisioned                                           |
 * | 16 | 8     | sequence of the frame                                                                   |
 * | 24 | 4     | boot epoch                                                                              |
 * | 28 | 4     | nonce of the boot: frames of two boots that reuse an epoch are never mixed              |
 * | 32 | 2     | part, from 0                                                                            |
 * | 34 | 2     | parts of the frame                                                                      |
 * | 36 | 4     | slot of this part in the segment                                                        |
 * | 40 | 4     | payload bytes of the whole frame                                                        |
 * | 44 | 4     | operations in the payload                                                               |
 * | 48 | 8     | number of the last operation that the frame covers                                      |
 * | 56 | 8     | chain value: of the state, or before the first operation                                |
 * | 64 | 4     | CRC-32 over the other 4,092 bytes                                                       |
 * | 68 | 4028  | payload: the state as JSON, or operations, each a length (4 bytes) and JSON             |
 *
 * All numbers are little-endian. Magic, version and CRC keep their places in every later version.
 */
export const slotBytes = 4096;
const formatVersion = 1;
export const slotPayloadBytes = 4028;
/** What an operation takes in a payload beside its JSON. */
const operationHeaderBytes = 4;
/** The most parts a frame can have. */
export const frameSlotLimit = 0xffff;

const headerBytes = slotBytes - slotPayloadBytes;
const crcOffset = 64;
/* 0x89 and 0xff never start a character of UTF-8 text. */
const magic = 0xff4c5489;
const kindCodes = { base: 1, operations: 2 } as const;

export interface FrameHeader {
  readonly kind: keyof typeof kindCodes;
  readonly segment: 0 | 1;
  readonly storeId: Uint8Array;
  readonly sequence: number;
  readonly epoch: number;
  readonly nonce: number;
  readonly operationCount: number;
  readonly lastOperation: number;
  readonly chain: Uint8Array;
}

export interface SlotHeader extends FrameHeader {
  readonly part: number;
  readonly parts: number;
  readonly slot: number;
  readonly payloadBytes: number;
}

export type SlotReading =
  | { readonly kind: 'valid'; readonly header: SlotHeader }
  /** Never written, or erased: all bits alike. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'newerFormat'; readonly version: number };

/** How many slots a payload of that many bytes takes. */
export function slotsFor(payloadBytes: number): number {
  return Math.max(1, Math.ceil(payloadBytes / slotPayloadBytes));
}

/** A frame as it is written at `slot`: a whole number of slots. `payload` is a list of pieces that are joined. */
export function encodeFrame(header: FrameHeader, slot: number, payload: readonly Uint8Array[]): Buffer {
  const payloadBytes = payload.reduce((sum, piece) => sum + piece.length, 0);
  const parts = slotsFor(payloadBytes);
  const frame = Buffer.alloc(parts * slotBytes);
  spread(payload, frame);
  for (let part = 0; part < parts; part += 1) {
    const bytes = frame.subarray(part * slotBytes, (part + 1) * slotBytes);
    bytes.writeUInt32LE(magic, 0);
    bytes.writeUInt16LE(formatVersion, 4);
    bytes.writeUInt8(kindCodes[header.kind], 6);
    bytes.writeUInt8(header.segment, 7);
    bytes.set(header.storeId, 8);
    bytes.writeUIntLE(header.sequence, 16, 6);
    bytes.writeUInt32LE(header.epoch, 24);
    bytes.writeUInt32LE(header.nonce, 28);
    bytes.writeUInt16LE(part, 32);
    bytes.writeUInt16LE(parts, 34);
    bytes.writeUInt32LE(slot + part, 36);
    bytes.writeUInt32LE(payloadBytes, 40);
    bytes.writeUInt32LE(header.operationCount, 44);
    bytes.writeUIntLE(header.lastOperation, 48, 6);
    bytes.set(header.chain, 56);
    bytes.writeUInt32LE(slotCrc(bytes), crcOffset);
  }
  return frame;
}

/** What a slot of the medium holds. */
export function readSlot(bytes: Buffer): SlotReading {
  if (bytes.readUInt32LE(0) !== magic) return isBlank(bytes) ? { kind: 'blank' } : { kind: 'garbage' };
  if (bytes.readUInt32LE(crcOffset) !== slotCrc(bytes)) return { kind: 'garbage' };
  const version = bytes.readUInt16LE(4);
  if (version !== formatVersion) return { kind: 'newerFormat', version };
  const kindCode = bytes.readUInt8(6);
  const segment = bytes.readUInt8(7);
  if ((kindCode !== 1 && kindCode !== 2) || (segment !== 0 && segment !== 1)) return { kind: 'garbage' };
  const part = bytes.readUInt16LE(32);
  const parts = bytes.readUInt16LE(34);
  const payloadBytes = bytes.readUInt32LE(40);
  if (part >= parts || parts !== slotsFor(payloadBytes)) return { kind: 'garbage' };
  return {
    kind: 'valid',
    header: {
      kind: kindCode === kindCodes.base ? 'base' : 'operations',
      segment,
      storeId: bytes.subarray(8, 16),
      sequence: bytes.readUIntLE(16, 6),
      epoch: bytes.readUInt32LE(24),
      nonce: bytes.readUInt32LE(28),
      part,
      parts,
      slot: bytes.readUInt32LE(36),
      payloadBytes,
      operationCount: bytes.readUInt32LE(44),
      lastOperation: bytes.readUIntLE(48, 6),
      chain: bytes.subarray(56, 56 + chainBytes),
    },
  };
}

/** The payload of a whole frame, joined. `frame` is its slots, `payloadBytes` as its header says. */
export function framePayload(frame: Buffer, payloadBytes: number): Buffer {
  if (payloadBytes <= slotPayloadBytes) return frame.subarray(headerBytes, headerBytes + payloadBytes);
  const pieces: Buffer[] = [];
  for (let at = 0, left = payloadBytes; left > 0; at += slotBytes, left -= slotPayloadBytes) {
    pieces.push(frame.subarray(at + headerBytes, at + headerBytes + Math.min(left, slotPayloadBytes)));
  }
  return Buffer.concat(pieces);
}

/** An operation as it lies in a payload. */
export function encodeOperation(json: string): Buffer {
  const lengthBytes = Buffer.byteLength(json);
  const bytes = Buffer.allocUnsafe(operationHeaderBytes + lengthBytes);
  bytes.writeUInt32LE(lengthBytes, 0);
  bytes.write(json, operationHeaderBytes);
  return bytes;
}

/** The first operations of a payload, each with its length header; undefined where they are not there. */
export function firstOperations(payload: Buffer, count: number): readonly Buffer[] | undefined {
  const operations: Buffer[] = [];
  let at = 0;
  while (operations.length < count) {
    if (at + operationHeaderBytes > payload.length) return undefined;
    const end = at + operationHeaderBytes + payload.readUInt32LE(at);
    if (end > payload.length) return undefined;
    operations.push(payload.subarray(at, end));
    at = end;
  }
  return operations;
}

/** The JSON text of an operation with its length header. */
export function operationJson(operation: Uint8Array): string {
  return Buffer.from(operation.buffer, operation.byteOffset, operation.length).toString('utf8', operationHeaderBytes);
}

function spread(payload: readonly Uint8Array[], frame: Buffer): void {
  let at = headerBytes;
  let room = slotPayloadBytes;
  for (const piece of payload) {
    let from = 0;
    while (from < piece.length) {
      if (room === 0) {
        at += headerBytes;
        room = slotPayloadBytes;
      }
      const length = Math.min(room, piece.length - from);
      frame.set(piece.subarray(from, from + length), at);
      at += length;
      room -= length;
      from += length;
    }
  }
}

function slotCrc(slot: Buffer): number {
  return crc32(slot.subarray(crcOffset + 4), crc32(slot.subarray(0, crcOffset)));
}

const zeros = Buffer.alloc(slotBytes);
const ones = Buffer.alloc(slotBytes, 0xff);

function isBlank(bytes: Buffer): boolean {
  return bytes.equals(zeros) || bytes.equals(ones);
}
