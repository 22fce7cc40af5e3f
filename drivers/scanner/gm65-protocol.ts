/**
 * The command frames of the Grow GM65 family (GM65, GM861, GM812 and their rebadges), as in its user manual.
 *
 * Command: `7E 00`, type, length, address (two bytes), data, CRC. Reply: `02 00` (or `03 00` for a heartbeat), status,
 * length, data, CRC. The CRC is CRC-CCITT (0x1021, start 0) over everything after the two header bytes.
 */
export type Gm65Reply =
  | { readonly kind: 'answer'; readonly ok: boolean; readonly data: Uint8Array }
  | { readonly kind: 'heartbeat' };

const READ = 0x07;
const WRITE = 0x08;
const SAVE = 0x09;
const HEARTBEAT = 0x0a;

/** Zone bits of the GM65 manual. */
export const GM65_REGISTER = {
  mode: 0x0000,
  trigger: 0x0002,
  setupCodes: 0x0003,
  readTimeout: 0x0006,
  output: 0x000d,
  tail: 0x0060,
} as const;

export function gm65Read(address: number): Uint8Array {
  return frame(READ, address, [1]);
}

export function gm65Write(address: number, value: number): Uint8Array {
  return frame(WRITE, address, [value]);
}

/** Makes the registers survive a power cut of the engine. */
export function gm65Save(): Uint8Array {
  return frame(SAVE, 0, [0]);
}

export function gm65Heartbeat(): Uint8Array {
  return frame(HEARTBEAT, 0, [0]);
}

export function gm65Trigger(on: boolean): Uint8Array {
  return gm65Write(GM65_REGISTER.trigger, on ? 1 : 0);
}

/** CRC-CCITT, polynomial 0x1021, start value 0. */
function crcCcitt(bytes: ArrayLike<number>, from = 0, to = bytes.length): number {
  let crc = 0;
  for (let at = from; at < to; at += 1) {
    crc ^= (bytes[at] ?? 0) << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/**
 * Recognises the start of a reply. Replies arrive in the same stream as the codes and without a terminator, so only their
 * form and CRC distinguish them.
 */
export function gm65ParseReply(bytes: readonly number[]): Gm65Reply | 'incomplete' | 'no' {
  const [head, zero, status, length] = bytes;
  if (head !== 0x02 && head !== 0x03) return 'no';
  if (zero === undefined) return 'incomplete';
  if (zero !== 0) return 'no';
  if (status === undefined || length === undefined) return 'incomplete';
  const crcAt = 4 + length;
  const high = bytes[crcAt];
  const low = bytes[crcAt + 1];
  if (high === undefined || low === undefined) return 'incomplete';
  if (crcCcitt(bytes, 2, crcAt) !== ((high << 8) | low)) return 'no';
  if (head === 0x03) return { kind: 'heartbeat' };
  return { kind: 'answer', ok: status === 0, data: Uint8Array.from(bytes.slice(4, crcAt)) };
}

function frame(type: number, address: number, data: readonly number[]): Uint8Array {
  const body = [type, data.length, address >> 8, address & 0xff, ...data];
  const crc = crcCcitt(body);
  return Uint8Array.from([0x7e, 0x00, ...body, crc >> 8, crc & 0xff]);
}
