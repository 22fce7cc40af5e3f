import { crc32 } from 'node:zlib';
import type { Chain } from './chain.js';

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
  readonly storeId: StoreId;
  readonly sequence: number;
  readonly epoch: number;
  readonly nonce: number;
  readonly operationCount: number;
  readonly lastOperation: number;
  readonly chain: Chain;
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

/** Eight bytes as a number, the first one most significant. */
export type StoreId = bigint;

/** As people see it: 16 hexadecimal digits. */
export function storeIdText(storeId: StoreId): string {
  return storeId.toString(16).padStart(16, '0');
}

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
    bytes.writeBigUInt64BE(header.storeId, 8);
    bytes.writeUIntLE(header.sequence, 16, 6);
    bytes.writeUInt32LE(header.epoch, 24);
    bytes.writeUInt32LE(header.nonce, 28);
    bytes.writeUInt16LE(part, 32);
    bytes.writeUInt16LE(parts, 34);
    bytes.writeUInt32LE(slot + part, 36);
    bytes.writeUInt32LE(payloadBytes, 40);
    bytes.writeUInt32LE(header.operationCount, 44);
    bytes.writeUIntLE(header.lastOperation, 48, 6);
    bytes.writeBigUInt64BE(header.chain, 56);
    bytes.writeUInt32LE(slotCrc(viewOf(bytes), 0), crcOffset);
  }
  return frame;
}

/**
 * What the slot at `offset` of a segment, or of a part of one, holds. A start reads thousands: a `DataView` of them all costs
 * a fraction of a `Buffer` for each.
 */
export function readSlot(image: DataView, offset: number): SlotReading {
  if (image.getUint32(offset, true) !== magic) return isBlank(image, offset) ? { kind: 'blank' } : { kind: 'garbage' };
  if (image.getUint32(offset + crcOffset, true) !== slotCrc(image, offset)) return { kind: 'garbage' };
  const version = image.getUint16(offset + 4, true);
  if (version !== formatVersion) return { kind: 'newerFormat', version };
  const kindCode = image.getUint8(offset + 6);
  const segment = image.getUint8(offset + 7);
  if ((kindCode !== 1 && kindCode !== 2) || (segment !== 0 && segment !== 1)) return { kind: 'garbage' };
  const part = image.getUint16(offset + 32, true);
  const parts = image.getUint16(offset + 34, true);
  const payloadBytes = image.getUint32(offset + 40, true);
  if (part >= parts || parts !== slotsFor(payloadBytes)) return { kind: 'garbage' };
  return {
    kind: 'valid',
    header: {
      kind: kindCode === kindCodes.base ? 'base' : 'operations',
      segment,
      storeId: image.getBigUint64(offset + 8),
      sequence: uint48(image, offset + 16),
      epoch: image.getUint32(offset + 24, true),
      nonce: image.getUint32(offset + 28, true),
      part,
      parts,
      slot: image.getUint32(offset + 36, true),
      payloadBytes,
      operationCount: image.getUint32(offset + 44, true),
      lastOperation: uint48(image, offset + 48),
      chain: image.getBigUint64(offset + 56),
    },
  };
}

function uint48(image: DataView, offset: number): number {
  return image.getUint32(offset, true) + image.getUint16(offset + 4, true) * 2 ** 32;
}

/** The payload of the whole frame that begins at `slot`, joined. `payloadBytes` as its header says. */
export function framePayload(segment: Uint8Array, slot: number, payloadBytes: number): Uint8Array {
  const from = slot * slotBytes + headerBytes;
  if (payloadBytes <= slotPayloadBytes) return piece(segment, from, payloadBytes);
  const payload = new Uint8Array(payloadBytes);
  for (let at = from, done = 0; done < payloadBytes; at += slotBytes, done += slotPayloadBytes) {
    payload.set(piece(segment, at, Math.min(payloadBytes - done, slotPayloadBytes)), done);
  }
  return payload;
}

/** An operation as it lies in a payload. */
export function encodeOperation(json: string): Buffer {
  const lengthBytes = Buffer.byteLength(json);
  const bytes = Buffer.allocUnsafe(operationHeaderBytes + lengthBytes);
  bytes.writeUInt32LE(lengthBytes, 0);
  bytes.write(json, operationHeaderBytes);
  return bytes;
}

/** The operation at a place of a payload, with its length header; undefined where there is no whole one. */
export function operationAt(payload: DataView, at: number): Uint8Array | undefined {
  if (at + operationHeaderBytes > payload.byteLength) return undefined;
  const lengthBytes = operationHeaderBytes + payload.getUint32(at, true);
  if (at + lengthBytes > payload.byteLength) return undefined;
  return new Uint8Array(payload.buffer, payload.byteOffset + at, lengthBytes);
}

/** The JSON text of a list of operations, each of which has its length header. */
export function operationsJson(operations: readonly Uint8Array[]): string {
  if (operations.length === 0) return '[]';
  const lengthBytes = operations.reduce((sum, operation) => sum + operation.length, 0);
  const json = Buffer.allocUnsafe(lengthBytes + 1);
  const view = viewOf(json);
  let at = 0;
  for (const operation of operations) {
    json.set(operation, at);
    /* In place of its length: white space means nothing in JSON. */
    view.setUint32(at, at === 0 ? opening : separating);
    at += operation.length;
  }
  json[at] = closing;
  return json.toString();
}

const [opening, separating] = [Buffer.from('[   ').readUInt32BE(), Buffer.from(',   ').readUInt32BE()];
const closing = Buffer.from(']').readUInt8();

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

function slotCrc(image: DataView, offset: number): number {
  const from = image.byteOffset + offset;
  const rest = crcOffset + 4;
  return crc32(
    new Uint8Array(image.buffer, from + rest, slotBytes - rest),
    crc32(new Uint8Array(image.buffer, from, crcOffset)),
  );
}

const zeros = Buffer.alloc(slotBytes);
const ones = Buffer.alloc(slotBytes, 0xff);

function isBlank(image: DataView, offset: number): boolean {
  const bytes = new Uint8Array(image.buffer, image.byteOffset + offset, slotBytes);
  return zeros.equals(bytes) || ones.equals(bytes);
}

/** For `readSlot`. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/* `subarray` of a Buffer takes many times as long before it is compiled, and a start makes thousands. */
function piece(bytes: Uint8Array, from: number, lengthBytes: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, lengthBytes);
}
