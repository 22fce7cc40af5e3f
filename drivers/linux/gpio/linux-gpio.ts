import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GpioHost, type GpioOutput, HostError, type Level } from '../../host.js';
import { createChardevGpio } from './chardev-gpio.js';
import type { GpioBackend } from './gpio-backend.js';
import { type GpioKernel, loadGpioKernel } from './gpio-kernel.js';
import { lineError } from './line-error.js';
import { findSysfsChip } from './sysfs-chip.js';
import { createSysfsGpio, type OnoffClass } from './sysfs-gpio.js';

export interface LinuxGpioOptions {
  /** Which of the kernel's interfaces; `auto`, the default: the character device where it works, else sysfs. */
  readonly backend?: 'auto' | 'chardev' | 'sysfs';
  /** The label of the chip, where it is not a Raspberry Pi's. */
  readonly chipLabel?: string;
  /** Whether the board's pull-ups are switched on where devices ask for them; true by default. */
  readonly pullUps?: boolean;
  /**
   * Outputs that get their level of rest at once, where that cannot disturb another process, and are handed over to who asks
   * for them.
   */
  readonly atRest?: readonly { readonly line: number; readonly rest: Level | 'released' }[];
  readonly sysfsDir?: string;
  /** Where the kernel tells of its drivers' settings. */
  readonly moduleDir?: string;
  readonly loadKernel?: () => GpioKernel;
  readonly loadOnoff?: () => OnoffClass;
  /** Registers `rest` to be called last before the process ends. */
  readonly atExit?: (rest: () => void) => void;
}

/** The driver of the chip's lines, and so where its settings are. */
const MODULES: Readonly<Record<string, string>> = {
  'pinctrl-bcm2835': 'pinctrl_bcm2835',
  'pinctrl-bcm2711': 'pinctrl_bcm2835',
  'pinctrl-rp1': 'pinctrl_rp1',
};

/**
 * The GPIO lines of a real board. Lines are the board's own numbers. Making it never throws: where there is no GPIO, `backend`
 * has the reasons, and every line is refused with them; each time one is asked for, it is looked for again.
 *
 * The kernel may keep driving the lines of a process that has ended. So every end of the process, except being killed, first
 * sets every output to its first level: a motor must not turn until the supervisor has restarted the process.
 */
export function createLinuxGpio(options: LinuxGpioOptions = {}): GpioHost {
  let found = findBackend(options);
  const toRest = new Set<() => void>();
  (options.atExit ?? atProcessExit)(() => {
    for (const rest of toRest) rest();
  });

  function lines(line: number): GpioBackend {
    if (found instanceof HostError) found = findBackend(options);
    if (found instanceof HostError) throw new HostError(found.code, `GPIO ${line}: ${found.message}`);
    return found;
  }

  /** Taken already, by line. */
  const early = new Map<number, GpioOutput>();
  if (!(found instanceof HostError) && found.keepsOthersOut) {
    for (const { line, rest } of options.atRest ?? []) {
      try {
        early.set(line, takeOutput(line, rest));
      } catch {
        // Its device reports that.
      }
    }
  }

  /** @param rest as in `atRest`; a line is taken early for the same device, so with the same level */
  function takeOutput(line: number, rest: Level | 'released'): GpioOutput {
    const taken = early.get(line);
    if (taken !== undefined && early.delete(line)) return taken;
    if (rest === 'released') return restsAtExit(1, lines(line).openDrain(line));
    return restsAtExit(rest, lines(line).output(line, rest));
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
    get backend() {
      return found instanceof HostError ? `none: ${found.message}` : found.about;
    },
    get switchesPulls() {
      return !(found instanceof HostError) && found.switchesPulls;
    },
    get letsGoWhenKilled() {
      return !(found instanceof HostError) && found.letsGoWhenKilled;
    },
    output: takeOutput,
    openDrain: (line) => takeOutput(line, 'released'),
    input: (line, use) => lines(line).input(line, use),
  };
}

/** The backend that works, or why none does. */
function findBackend(options: LinuxGpioOptions): GpioBackend | HostError {
  const { backend: wanted = 'auto', chipLabel, sysfsDir = '/sys/class/gpio' } = options;
  const sysfs = (): GpioBackend => createSysfsGpio({ sysfsDir, chipLabel, loadOnoff: options.loadOnoff });
  const chardev = (): GpioBackend =>
    createChardevGpio({
      kernel: (options.loadKernel ?? loadGpioKernel)(),
      chipLabel,
      pullUps: options.pullUps ?? true,
      takeFromSysfs: (line) =>
        writeFileSync(join(sysfsDir, 'unexport'), `${findSysfsChip(sysfsDir, chipLabel).base + line}`),
      letsGo: (label) => letsGo(options.moduleDir ?? '/sys/module', label),
    });
  if (wanted !== 'auto') return tried(wanted === 'chardev' ? chardev : sysfs);
  const first = tried(chardev);
  if (!(first instanceof HostError)) return first;
  const second = tried(sysfs);
  if (second instanceof HostError) {
    return new HostError(first.code, `not by the character device: ${first.message}; nor by sysfs: ${second.message}`);
  }
  return { ...second, about: `${second.about}; not the character device: ${first.message}` };
}

function tried(make: () => GpioBackend): GpioBackend | HostError {
  try {
    return make();
  } catch (error) {
    return lineError(error);
  }
}

/** A Raspberry Pi's kernel keeps driving the lines of a process that has gone, unless it is told not to. Of others nothing is known. */
function letsGo(moduleDir: string, chipLabel: string): boolean {
  const module = MODULES[chipLabel];
  if (module === undefined) return false;
  try {
    return readFileSync(join(moduleDir, module, 'parameters', 'persist_gpio_outputs'), 'utf8').trim() === 'N';
  } catch {
    return false;
  }
}

function atProcessExit(rest: () => void): void {
  process.once('exit', rest);
}
