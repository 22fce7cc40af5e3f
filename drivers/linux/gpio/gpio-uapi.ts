import { endianness } from 'node:os';
import type { Level } from '../../host.js';

/**
 * The kernel's GPIO interface (linux/gpio.h, version 2, since Linux 5.10): numbers, and the bytes of its structures. They are
 * the same on every 64-bit and 32-bit machine, by design; numbers in them have the machine's own byte order.
 */
export const GPIO_IOCTL = {
  chipInfo: 0x8044_b401,
  lineInfo: 0xc100_b405,
  requestLine: 0xc250_b407,
  setConfig: 0xc110_b40d,
  getValues: 0xc010_b40e,
  setValues: 0xc010_b40f,
} as const;

/** Bits of a line's flags. */
export const LINE_FLAG = {
  input: 0x4,
  output: 0x8,
  edgeRising: 0x10,
  edgeFalling: 0x20,
  openDrain: 0x40,
  biasPullUp: 0x100,
} as const;

const SIZES = {
  chipInfo: 68,
  lineInfo: 256,
  lineRequest: 592,
  lineConfig: 272,
  lineValues: 16,
  lineEvent: 48,
} as const;

const ATTRIBUTE_OUTPUT_VALUES = 2;
const NAME_BYTES = 32;
const CONFIG_OFFSET = 288;
const EVENT_RISING = 1;

const isLittle = endianness() === 'LE';
const putU32 = (buffer: Buffer, at: number, value: number): number =>
  isLittle ? buffer.writeUInt32LE(value, at) : buffer.writeUInt32BE(value, at);
const getU32 = (buffer: Buffer, at: number): number => (isLittle ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
const getS32 = (buffer: Buffer, at: number): number => (isLittle ? buffer.readInt32LE(at) : buffer.readInt32BE(at));
const putU64 = (buffer: Buffer, at: number, value: number): number =>
  isLittle ? buffer.writeBigUInt64LE(BigInt(value), at) : buffer.writeBigUInt64BE(BigInt(value), at);
const getU64 = (buffer: Buffer, at: number): bigint =>
  isLittle ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at);

function nameAt(buffer: Buffer, at: number): string {
  const bytes = buffer.subarray(at, at + NAME_BYTES);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? NAME_BYTES : end);
}

/** What is asked of one line. */
export interface LineWish {
  readonly offset: number;
  /** Of `LINE_FLAG`. */
  readonly flags: number;
  /** The first level of an output. */
  readonly level?: Level;
  /** How many events the kernel keeps while nobody reads them; 0: its own choice (16). */
  readonly eventsKept?: number;
  /** Who holds it, for others who look; at most 31 bytes. */
  readonly consumer: string;
}

/** Questions as bytes to hand to the kernel, which writes its answer into them, and how to read those answers. */
export const gpioUapi = {
  chipInfo: (): Buffer => Buffer.alloc(SIZES.chipInfo),
  readChipInfo: (answer: Buffer) => ({
    name: nameAt(answer, 0),
    label: nameAt(answer, 32),
    lineCount: getU32(answer, 64),
  }),

  lineInfo(offset: number): Buffer {
    const question = Buffer.alloc(SIZES.lineInfo);
    putU32(question, 64, offset);
    return question;
  },
  readLineInfo: (answer: Buffer) => ({ consumer: nameAt(answer, 32) }),

  lineRequest({ offset, flags, level, eventsKept = 0, consumer }: LineWish): Buffer {
    const request = Buffer.alloc(SIZES.lineRequest);
    putU32(request, 0, offset);
    request.write(consumer, 256, NAME_BYTES - 1, 'utf8');
    putU64(request, CONFIG_OFFSET, flags);
    if (level !== undefined) {
      const attribute = CONFIG_OFFSET + 32;
      putU32(request, CONFIG_OFFSET + 8, 1);
      putU32(request, attribute, ATTRIBUTE_OUTPUT_VALUES);
      putU64(request, attribute + 8, level);
      putU64(request, attribute + 16, 1);
    }
    putU32(request, 560, 1);
    putU32(request, 564, eventsKept);
    return request;
  },
  /** The descriptor of the line that was had. */
  readLineRequest: (answer: Buffer): number => getS32(answer, 588),

  lineConfig(flags: number): Buffer {
    const config = Buffer.alloc(SIZES.lineConfig);
    putU64(config, 0, flags);
    return config;
  },

  lineValues(level: Level): Buffer {
    const values = Buffer.alloc(SIZES.lineValues);
    putU64(values, 0, level);
    putU64(values, 8, 1);
    return values;
  },
  readLineValues: (answer: Buffer): Level => ((getU64(answer, 0) & 1n) === 0n ? 0 : 1),

  /** Room for so many events. */
  lineEvents: (count: number): Buffer => Buffer.alloc(count * SIZES.lineEvent),
  eventBytes: SIZES.lineEvent,
  readLineEvent(events: Buffer, at: number): LineEvent {
    const from = at * SIZES.lineEvent;
    return {
      atNs: getU64(events, from),
      level: getU32(events, from + 8) === EVENT_RISING ? 1 : 0,
      sequence: getU32(events, from + 20),
    };
  },
} as const;

export interface LineEvent {
  /** By the kernel's monotonic clock. */
  readonly atNs: bigint;
  /** After the edge. */
  readonly level: Level;
  /** Counted from 1 for each line, with those that were dropped; starts again after 2^32. */
  readonly sequence: number;
}
