import { createRequire } from 'node:module';
import { type GpioOutput, HostError, type Level } from '../../host.js';
import type { GpioBackend } from './gpio-backend.js';
import { lineError, onLine } from './line-error.js';
import { findSysfsChip } from './sysfs-chip.js';

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

export interface SysfsOptions {
  readonly sysfsDir: string;
  readonly chipLabel: string | undefined;
  readonly loadOnoff?: (() => OnoffClass) | undefined;
}

/**
 * Lines through `onoff` and the kernel's GPIO in sysfs: for kernels without the second version of the character device.
 *
 * onoff calls back after an edge, from the event loop, with the level that it reads then; further edges until then make no
 * call of their own. So a pulse that is shorter than the loop is busy shows as a call with the old level, a glimpse, and
 * nothing may depend on counting pulses. A new watch starts without a call: onoff reads the line first, which clears the
 * kernel's report. An edge between that clearing and the reading of a level is reported once more, with that level, so a
 * glimpse may also follow a change.
 *
 * Lines of a process that was killed stay exported, and driven.
 *
 * @throws HostError where it does not work here
 */
export function createSysfsGpio(options: SysfsOptions): GpioBackend {
  const chip = findSysfsChip(options.sysfsDir, options.chipLabel);
  const Gpio = (options.loadOnoff ?? loadOnoff)();

  function take(line: number, direction: 'in' | 'low' | 'high', edge: 'none' | 'both' = 'none'): OnoffGpio {
    if (!Number.isInteger(line) || line < 0 || line >= chip.lineCount) {
      throw new HostError('absent', `GPIO ${line}: chip ${chip.label} has lines 0 to ${chip.lineCount - 1}`);
    }
    return onLine(line, () => new Gpio(chip.base + line, direction, edge));
  }

  return {
    about: `onoff over sysfs: chip ${chip.label}, line 0 is the kernel's ${chip.base}`,
    keepsOthersOut: false,
    switchesPulls: false,
    letsGoWhenKilled: false,
    output(line, initial) {
      // `high` and `low` set direction and level in one step; `out` would drive low first.
      const gpio = take(line, initial === 1 ? 'high' : 'low');
      return outputOf(line, gpio, (level) => gpio.writeSync(level));
    },
    openDrain(line) {
      const gpio = take(line, 'in');
      return outputOf(line, gpio, (level) => gpio.setDirection(level === 0 ? 'low' : 'in'));
    },
    input(line, { changed, glimpsed, failed } = {}) {
      const watched = changed !== undefined || glimpsed !== undefined;
      const gpio = take(line, 'in', watched ? 'both' : 'none');
      const read = (): Level => onLine(line, () => (gpio.readSync() === 0 ? 0 : 1));
      if (watched) {
        try {
          let last = read();
          onLine(line, () =>
            gpio.watch((error, value) => {
              if (error) return failed?.(lineError(error));
              const level: Level = value === 0 ? 0 : 1;
              if (level === last) return glimpsed?.();
              last = level;
              changed?.(level);
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

function outputOf(line: number, gpio: OnoffGpio, write: (level: Level) => void): GpioOutput {
  return {
    write: (level) => onLine(line, () => write(level)),
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
