import { closeSync, constants, openSync, readdirSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type koffiModule from 'koffi';
import { HostError } from '../../host.js';
import { type DescriptorEvents, type DescriptorPoll, pollDescriptor } from './descriptor-poll.js';

/** The calls of the kernel that lines need. They fail with the system's own errors (`EBUSY`, …). */
export interface GpioKernel {
  /** Paths of the chips there are now, in the kernel's order. */
  chipPaths(): readonly string[];
  open(path: string): number;
  /** The answer is in `argument`. */
  ioctl(fd: number, request: number, argument: Buffer): void;
  /** How many bytes came; 0 where none wait. Never waits itself. */
  read(fd: number, into: Buffer): number;
  /** Makes `read` of it never wait, and tells when there is something to read. */
  watch(fd: number, events: DescriptorEvents): DescriptorPoll;
  close(fd: number): void;
  /** The time of an event by the host's monotonic clock, in milliseconds. */
  eventMs(atNs: bigint): number;
}

const CHIP = /^gpiochip\d+$/;
const F_SETFL = 4;

/**
 * This machine's kernel. It needs `koffi`, as Node has no `ioctl`; loaded here, because a box without lines does without.
 *
 * @throws HostError `unsupported` where koffi cannot be loaded
 */
export function loadGpioKernel(deviceDir = '/dev'): GpioKernel {
  const { koffi, ioctl, fcntl } = loadCalls();

  function checked(call: string, result: number): void {
    if (result >= 0) return;
    const code = codeOf(koffi.errno());
    throw Object.assign(new Error(`${call}: ${code}`), { code });
  }

  function codeOf(errno: number): string {
    const [code] = Object.entries(koffi.os.errno).find(([, number]) => number === errno) ?? [];
    return code ?? `errno ${errno}`;
  }

  return {
    chipPaths() {
      try {
        // Without links: udev rules give a chip of a Pi 5 a second name.
        return readdirSync(deviceDir, { withFileTypes: true })
          .filter((entry) => CHIP.test(entry.name) && !entry.isSymbolicLink())
          .map(({ name }) => name)
          .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
          .map((name) => path.join(deviceDir, name));
      } catch {
        return [];
      }
    },
    // To read is enough for all that the kernel lets us do, and a container may give no more.
    open: (chipPath) => openSync(chipPath, constants.O_RDONLY),
    ioctl: (fd, request, argument) => checked('ioctl', ioctl(fd, request, argument)),
    read(fd, into) {
      try {
        return readSync(fd, into);
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
        throw error;
      }
    },
    watch(fd, events) {
      checked('fcntl', fcntl(fd, F_SETFL, constants.O_NONBLOCK));
      return pollDescriptor(fd, events);
    },
    close: (fd) => closeSync(fd),
    // Node's high-resolution time is the clock of the kernel's events.
    eventMs: (atNs) => performance.now() - Number(process.hrtime.bigint() - atNs) / 1e6,
  };
}

function loadCalls() {
  try {
    const koffi: typeof koffiModule = createRequire(import.meta.url)('koffi');
    const libc = koffi.load(null);
    const ioctl: (fd: number, request: number, argument: Buffer) => number = libc.func(
      'int ioctl(int fd, unsigned long request, void *argument)',
    );
    const fcntl: (fd: number, command: number, value: number) => number = libc.func(
      'int fcntl(int fd, int command, long value)',
    );
    return { koffi, ioctl, fcntl };
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new HostError('unsupported', `the package koffi is not installed, or not for this machine: ${why}`);
  }
}
