import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import type { Level } from '../../../../drivers/host.js';
import type { DescriptorEvents } from '../../../../drivers/linux/gpio/descriptor-poll.js';
import type { GpioKernel } from '../../../../drivers/linux/gpio/gpio-kernel.js';

interface FakeChip {
  readonly path: string;
  readonly label: string;
  readonly lineCount: number;
  /** Only the first version of the interface. */
  readonly old?: boolean;
  /** Opening it fails with this code. */
  readonly refuses?: string;
}

interface FakeLine {
  readonly fd: number;
  readonly offset: number;
  level: Level;
  events: Buffer[];
  sequence: number;
  watcher: DescriptorEvents | undefined;
}

const little = endianness() === 'LE';
const get32 = (bytes: Buffer, at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
const put32 = (bytes: Buffer, at: number, value: number): unknown =>
  little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
const get64 = (bytes: Buffer, at: number): bigint => (little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
const put64 = (bytes: Buffer, at: number, value: bigint): unknown =>
  little ? bytes.writeBigUInt64LE(value, at) : bytes.writeBigUInt64BE(value, at);

function failure(code: string): Error {
  return Object.assign(new Error(`ioctl: ${code}`), { code });
}

/**
 * A kernel with GPIO chips that keeps a diary of what is asked of it, by bytes. Descriptors are counted, so that a spec sees one
 * that stays open.
 */
export function createFakeKernel(
  chips: FakeChip[] = [{ path: '/dev/gpiochip0', label: 'pinctrl-bcm2711', lineCount: 58 }],
) {
  const diary: string[] = [];
  const open = new Map<number, FakeChip | FakeLine>();
  /** By offset: who else has the line. */
  const holders = new Map<number, string>();
  const levels = new Map<number, Level>();
  const refusals = new Map<string, string>();
  let nextFd = 100;

  const lineAt = (offset: number): FakeLine | undefined =>
    [...open.values()].find((one): one is FakeLine => 'offset' in one && one.offset === offset);

  function lineOf(fd: number): FakeLine {
    const line = open.get(fd);
    assert.ok(line !== undefined && 'offset' in line, `descriptor ${fd} is of no line`);
    return line;
  }

  function requestLine(chip: FakeChip, bytes: Buffer): void {
    if (chip.old) throw failure('EINVAL');
    const offset = get32(bytes, 0);
    assert.equal(get32(bytes, 560), 1, 'one line');
    const refusal = refusals.get(`request ${offset}`);
    if (refusal !== undefined) throw failure(refusal);
    if (holders.has(offset) || lineAt(offset) !== undefined) throw failure('EBUSY');
    const flags = get64(bytes, 288);
    const level = get32(bytes, 296) === 1 ? ` = ${get64(bytes, 328)}` : '';
    const kept = get32(bytes, 564);
    diary.push(`${chip.path} ${offset} flags 0x${flags.toString(16)}${level}${kept === 0 ? '' : ` keeps ${kept}`}`);
    const line: FakeLine = {
      fd: nextFd++,
      offset,
      level: levels.get(offset) ?? 1,
      events: [],
      sequence: 0,
      watcher: undefined,
    };
    open.set(line.fd, line);
    put32(bytes, 588, line.fd);
  }

  const kernel: GpioKernel = {
    chipPaths: () => chips.map(({ path }) => path),
    open(path) {
      const chip = chips.find((one) => one.path === path);
      if (chip === undefined) throw failure('ENOENT');
      if (chip.refuses !== undefined) throw failure(chip.refuses);
      open.set(nextFd, chip);
      return nextFd++;
    },
    ioctl(fd, request, bytes) {
      const target = open.get(fd);
      assert.ok(target, `descriptor ${fd} is open`);
      if ('label' in target) {
        switch (request) {
          case 0x8044b401:
            bytes.write(target.label, 32);
            put32(bytes, 64, target.lineCount);
            return;
          case 0xc100b405: {
            if (target.old) throw failure('EINVAL');
            const offset = get32(bytes, 64);
            bytes.write(holders.get(offset) ?? (lineAt(offset) === undefined ? '' : 'tillbox'), 32);
            return;
          }
          case 0xc250b407:
            requestLine(target, bytes);
            return;
        }
      } else {
        const refusal = refusals.get(`line ${target.offset}`);
        if (refusal !== undefined) throw failure(refusal);
        switch (request) {
          case 0xc010b40e:
            assert.equal(get64(bytes, 8), 1n, 'the mask');
            put64(bytes, 0, BigInt(target.level));
            return;
          case 0xc010b40f:
            assert.equal(get64(bytes, 8), 1n, 'the mask');
            diary.push(`${target.offset} = ${get64(bytes, 0)}`);
            return;
          case 0xc110b40d:
            diary.push(`${target.offset} set to 0x${get64(bytes, 0).toString(16)}`);
            return;
        }
      }
      throw failure('ENOTTY');
    },
    read(fd, into) {
      const line = lineOf(fd);
      const refusal = refusals.get(`line ${line.offset}`);
      if (refusal !== undefined) throw failure(refusal);
      const events = line.events.splice(0, Math.floor(into.length / 48));
      for (const [at, event] of events.entries()) event.copy(into, at * 48);
      return events.length * 48;
    },
    watch(fd, events) {
      const line = lineOf(fd);
      line.watcher = events;
      return {
        close() {
          line.watcher = undefined;
        },
      };
    },
    close(fd) {
      assert.ok(open.delete(fd), `descriptor ${fd} is open`);
    },
    eventMs: (atNs) => Number(atNs) / 1e6,
  };

  return {
    kernel,
    diary,
    chips,
    holders,
    levels,
    /** `request N` or `line N` fail with a code from now on. */
    refusals,
    openCount: () => open.size,
    /** What the line does, as events that wait to be read: edges with their times in milliseconds; `lost` drops so many. */
    happen(offset: number, ...what: readonly (readonly [Level, number] | { readonly lost: number })[]): void {
      const line = lineAt(offset);
      assert.ok(line);
      for (const one of what) {
        if ('lost' in one) {
          line.sequence += one.lost;
          continue;
        }
        const [level, atMs] = one;
        const event = Buffer.alloc(48);
        line.sequence = (line.sequence + 1) >>> 0;
        put64(event, 0, BigInt(Math.round(atMs * 1e6)));
        put32(event, 8, level === 1 ? 1 : 2);
        put32(event, 12, offset);
        put32(event, 16, line.sequence);
        put32(event, 20, line.sequence);
        line.events.push(event);
        line.level = level;
      }
    },
    setLevel(offset: number, level: Level): void {
      const line = lineAt(offset);
      assert.ok(line);
      line.level = level;
    },
    /** The event loop finds the descriptor readable, as often as there is something to read. Returns how often. */
    turn(offset: number): number {
      const line = lineAt(offset);
      let turns = 0;
      while (line?.watcher !== undefined && line.events.length > 0) {
        turns += 1;
        line.watcher.readable();
      }
      return turns;
    },
    /** The poll of the descriptor fails. */
    unplug(offset: number): void {
      refusals.set(`line ${offset}`, 'ENODEV');
      lineAt(offset)?.watcher?.lost();
    },
  };
}
