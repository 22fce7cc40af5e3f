import { createRequire } from 'node:module';
import { type GpioHost, type GpioOutput, HostError, type HostErrorCode, type Level } from '../host.js';
import { findGpioChip, type GpioChip } from './gpio-chip.js';

/** The used part of the package onoff, which is optional: on a laptop without a compiler it is missing. */
export interface OnoffGpio {
  readSync(): number;
  writeSync(value: 0 | 1): void;
  setDirection(direction: 'in' | 'low' | 'high'): void;
  watch(callback: (error: Error | null | undefined, value: number) => void): void;
  unwatchAll(): void;
  unexport(): void;
}

export type OnoffClass = new (line: number, direction: 'in' | 'low' | 'high', edge?: 'none' | 'both') => OnoffGpio;

export interface LinuxGpioOptions {
  /** The label of the chip, where it is not a Raspberry Pi's. */
  readonly chipLabel?: string;
  readonly sysfsDir?: string;
  readonly loadOnoff?: () => OnoffClass;
  /** Registers `rest` to be called last before the process ends. */
  readonly atExit?: (rest: () => void) => void;
}

/**
 * The GPIO lines of a real board, through `onoff` and the kernel's sysfs. Lines are the board's own numbers; the kernel's
 * are looked up. Making it never throws: where there is no GPIO, `backend` has the reason and every line is refused with it.
 *
 * onoff calls back after an edge, from the event loop, with the level that it reads then; further edges until then make no
 * call of their own. So a pulse that is shorter than the loop is busy shows as a call with the old level, a glimpse, and
 * nothing may depend on counting pulses. A new watch starts without a call: onoff reads the line first, which clears the
 * kernel's report. An edge between that clearing and the reading of a level is reported once more, with that level, so a
 * glimpse may also follow a change.
 *
 * The kernel keeps driving the lines of a process that has ended. So every end of the process, except being killed, first
 * sets every output to its first level: a motor must not turn until the supervisor has restarted the process.
 *
 * There is no backend for the character device: no maintained package for Node delivers its edge events (node-libgpiod
 * cannot read them, and knows only the old interface that kernels have begun to leave out).
 */
export function createLinuxGpio(options: LinuxGpioOptions = {}): GpioHost {
  const found = probe(options);
  if (found instanceof HostError) {
    const refuse = (line: number): never => {
      throw new HostError(found.code, `GPIO ${line}: ${found.message}`);
    };
    return { backend: `none: ${found.message}`, output: refuse, openDrain: refuse, input: refuse };
  }
  const { chip, Gpio } = found;
  const toRest = new Set<() => void>();
  (options.atExit ?? atProcessExit)(() => {
    for (const rest of toRest) rest();
  });

  function take(line: number, direction: 'in' | 'low' | 'high', edge: 'none' | 'both' = 'none'): OnoffGpio {
    if (!Number.isInteger(line) || line < 0 || line >= chip.lineCount) {
      throw new HostError('absent', `GPIO ${line}: chip ${chip.label} has lines 0 to ${chip.lineCount - 1}`);
    }
    return guarded(line, () => new Gpio(chip.base + line, direction, edge));
  }

  function restsAtExit(level: Level, output: GpioOutput): GpioOutput {
    const rest = (): void => {
      try {
        output.write(level);
      } catch {
        // A line that is gone must not stop the others.
      }
    };
    toRest.add(rest);
    return {
      write: output.write,
      release() {
        toRest.delete(rest);
        output.release();
      },
    };
  }

  return {
    backend: `onoff over sysfs: chip ${chip.label}, line 0 is the kernel's ${chip.base}`,
    output(line, initial) {
      // `high` and `low` set direction and level in one step; `out` would drive low first.
      const gpio = take(line, initial === 1 ? 'high' : 'low');
      return restsAtExit(
        initial,
        outputOf(line, gpio, (level) => gpio.writeSync(level)),
      );
    },
    openDrain(line) {
      const gpio = take(line, 'in');
      return restsAtExit(
        1,
        outputOf(line, gpio, (level) => gpio.setDirection(level === 0 ? 'low' : 'in')),
      );
    },
    input(line, changed, glimpsed) {
      const gpio = take(line, 'in', changed === undefined ? 'none' : 'both');
      const read = (): Level => guarded(line, () => (gpio.readSync() === 0 ? 0 : 1));
      if (changed !== undefined) {
        try {
          let last = read();
          guarded(line, () =>
            gpio.watch((error, value) => {
              if (error) return;
              const level: Level = value === 0 ? 0 : 1;
              if (level === last) return glimpsed?.();
              last = level;
              changed(level);
            }),
          );
        } catch (error) {
          releaseLine(gpio);
          throw error;
        }
      }
      return { read, release: () => releaseLine(gpio) };
    },
  };
}

function atProcessExit(rest: () => void): void {
  process.once('exit', rest);
}

function outputOf(line: number, gpio: OnoffGpio, write: (level: Level) => void): GpioOutput {
  return {
    write: (level) => guarded(line, () => write(level)),
    release() {
      // Some kernels keep driving a line after it was released.
      try {
        gpio.setDirection('in');
      } catch {
        // It is gone already.
      }
      releaseLine(gpio);
    },
  };
}

function releaseLine(gpio: OnoffGpio): void {
  try {
    gpio.unwatchAll();
    gpio.unexport();
  } catch {
    // A line that is gone needs no release.
  }
}

function probe(options: LinuxGpioOptions): { readonly chip: GpioChip; readonly Gpio: OnoffClass } | HostError {
  try {
    const chip = findGpioChip(options.sysfsDir ?? '/sys/class/gpio', options.chipLabel);
    return { chip, Gpio: (options.loadOnoff ?? loadOnoff)() };
  } catch (error) {
    return error instanceof HostError ? error : asHostError(error);
  }
}

function loadOnoff(): OnoffClass {
  try {
    const module: { Gpio: OnoffClass } = createRequire(import.meta.url)('onoff');
    return module.Gpio;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new HostError(
      'unsupported',
      `the package onoff is not installed or not built (npm rebuild epoll needs python3, make and g++): ${why}`,
    );
  }
}

function guarded<T>(line: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const known = asHostError(error);
    throw new HostError(known.code, `GPIO ${line}: ${known.message}`);
  }
}

const CODES: Readonly<Record<string, readonly [HostErrorCode, string]>> = {
  EBUSY: ['busy', 'used by a kernel driver or another process'],
  EACCES: ['denied', 'no permission (is the user in group gpio?)'],
  EPERM: ['denied', 'no permission'],
  EROFS: ['denied', '/sys is read-only (a container needs privileged, or the gpio feature)'],
  EINVAL: ['absent', 'the kernel has no such line'],
  ENOENT: ['absent', 'the line went away'],
};

function asHostError(error: unknown): HostError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  const known = CODES[code];
  return known === undefined ? new HostError('io', message) : new HostError(known[0], `${known[1]} (${message})`);
}
