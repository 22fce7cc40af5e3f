import { type GpioOutput, HostError, type Level } from '../../host.js';
import { findChardevChip, withChip } from './chardev-chip.js';
import type { GpioBackend } from './gpio-backend.js';
import type { GpioKernel } from './gpio-kernel.js';
import { GPIO_IOCTL, gpioUapi, LINE_FLAG, type LineWish } from './gpio-uapi.js';
import { lineError, onLine } from './line-error.js';
import { watchLine } from './watch-line.js';

export interface ChardevOptions {
  readonly kernel: GpioKernel;
  readonly chipLabel: string | undefined;
  /** Whether pull-ups that devices ask for are asked of the kernel. */
  readonly pullUps: boolean;
  /** Takes a line back from sysfs, where a program that was killed has left it. May throw. */
  readonly takeFromSysfs: (line: number) => void;
  /** Whether the kernel lets outputs of this chip go when their process was killed. */
  readonly letsGo: (chipLabel: string) => boolean;
}

const CONSUMER = 'tillbox';
/** What a noisy line does while the loop is busy for a second; the kernel would keep 16. */
const EVENTS_KEPT = 1024;

/**
 * Lines through the kernel's GPIO character device: edges with the times at which the kernel saw them, pull-ups, and lines
 * that are free again when the process ends.
 *
 * The chip is looked for again with each line that is taken, so that lines come back with an expander that was unplugged.
 *
 * @throws HostError where it does not work here
 */
export function createChardevGpio(options: ChardevOptions): GpioBackend {
  const { kernel, chipLabel } = options;
  const found = findChardevChip(kernel, chipLabel);
  withChip(kernel, found.path, (fd) => askLine(kernel, fd, 0));

  function take(line: number, wish: Omit<LineWish, 'offset' | 'consumer'>): number {
    return onLine(line, () => {
      const { path, label, lineCount } = findChardevChip(kernel, chipLabel);
      if (!Number.isInteger(line) || line < 0 || line >= lineCount) {
        throw new HostError('absent', `chip ${label} has lines 0 to ${lineCount - 1}`);
      }
      return withChip(kernel, path, (chip) => {
        const ask = (): number => request(chip, { ...wish, offset: line, consumer: CONSUMER });
        try {
          return ask();
        } catch (error) {
          if (!hasCode(error, 'EBUSY')) throw error;
          const holder = askLine(kernel, chip, line).consumer;
          if (holder !== 'sysfs') throw busy(holder);
          try {
            options.takeFromSysfs(line);
            return ask();
          } catch {
            throw busy(holder);
          }
        }
      });
    });
  }

  function request(chip: number, wish: LineWish): number {
    const answer = gpioUapi.lineRequest(wish);
    try {
      kernel.ioctl(chip, GPIO_IOCTL.requestLine, answer);
    } catch (error) {
      if (!hasCode(error, 'EINVAL')) throw error;
      throw new HostError('unsupported', 'the kernel cannot do with this line what is asked of it (EINVAL)');
    }
    return gpioUapi.readLineRequest(answer);
  }

  function outputOf(line: number, flags: number, initial: Level): GpioOutput {
    let fd: number | undefined = take(line, { flags, level: initial });
    return {
      write(level) {
        const to = fd;
        if (to !== undefined) onLine(line, () => kernel.ioctl(to, GPIO_IOCTL.setValues, gpioUapi.lineValues(level)));
      },
      release() {
        if (fd === undefined) return;
        const released = fd;
        fd = undefined;
        // Some kernels keep driving a line after it was released.
        try {
          kernel.ioctl(released, GPIO_IOCTL.setConfig, gpioUapi.lineConfig(LINE_FLAG.input));
        } catch {
          // It is gone already.
        }
        kernel.close(released);
      },
    };
  }

  return {
    about: `character device: chip ${found.label} (${found.path})`,
    keepsOthersOut: true,
    switchesPulls: true,
    letsGoWhenKilled: options.letsGo(found.label),
    output: (line, initial) => outputOf(line, LINE_FLAG.output, initial),
    openDrain: (line) => outputOf(line, LINE_FLAG.output | LINE_FLAG.openDrain, 1),
    input(line, use = {}) {
      const watched = use.changed !== undefined || use.glimpsed !== undefined;
      const fd = take(line, {
        flags:
          LINE_FLAG.input |
          (watched ? LINE_FLAG.edgeRising | LINE_FLAG.edgeFalling : 0) |
          (use.pullUp === true && options.pullUps ? LINE_FLAG.biasPullUp : 0),
        eventsKept: watched ? EVENTS_KEPT : 0,
      });
      let released = false;
      const read = (): Level =>
        onLine(line, () => {
          if (released) throw new HostError('disconnected', 'was released');
          const values = gpioUapi.lineValues(0);
          kernel.ioctl(fd, GPIO_IOCTL.getValues, values);
          return gpioUapi.readLineValues(values);
        });
      try {
        const watch = watched ? onLine(line, () => watchLine(kernel, { line, fd, level: read }, use)) : undefined;
        return {
          read,
          release() {
            if (released) return;
            released = true;
            watch?.close();
            kernel.close(fd);
          },
        };
      } catch (error) {
        kernel.close(fd);
        throw error;
      }
    },
  };
}

/** @throws HostError `unsupported` where the kernel has only the first version of the interface */
function askLine(kernel: GpioKernel, chip: number, line: number): { readonly consumer: string } {
  const answer = gpioUapi.lineInfo(line);
  try {
    kernel.ioctl(chip, GPIO_IOCTL.lineInfo, answer);
  } catch (error) {
    if (!hasCode(error, 'EINVAL')) throw lineError(error);
    throw new HostError(
      'unsupported',
      'this kernel has only the first version of the GPIO interface (before Linux 5.10)',
    );
  }
  return gpioUapi.readLineInfo(answer);
}

const HOLDERS: ReadonlyMap<string, string> = new Map([
  ['', 'a kernel driver or another process'],
  [CONSUMER, 'another tillbox'],
  ['sysfs', 'a program that exported it in sysfs, from where it cannot be taken'],
]);

/** The name is somebody else's text. */
function busy(holder: string): HostError {
  const who = HOLDERS.get(holder) ?? `"${holder.replace(/[^\x20-\x7e]/g, '?')}"`;
  return new HostError('busy', `used by ${who}`);
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
