import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../../host.js';
import { chooseChip, type FoundChip } from './choose-chip.js';

export interface SysfsChip extends FoundChip {
  /** The kernel's number of the chip's first line. Not the same on two boards or two kernels. */
  readonly base: number;
}

/**
 * Finds the chip whose lines are the board's own numbers. Since kernel 6.6 the numbers of sysfs are dynamic (512 and up
 * on a Pi 4, 569 and up on a Pi 5), so BCM 17 is base + 17 of the chip with the right label, and never just 17.
 *
 * @param wantedLabel `GPIO_CHIP`; by default a Raspberry Pi's, or the only chip there is
 * @throws HostError `unsupported` where the kernel has no GPIO in sysfs, `absent` where no chip fits
 */
export function findSysfsChip(sysfsDir: string, wantedLabel: string | undefined): SysfsChip {
  return chooseChip(readChips(sysfsDir), wantedLabel);
}

function readChips(sysfsDir: string): readonly SysfsChip[] {
  let names: string[];
  try {
    names = readdirSync(sysfsDir);
  } catch {
    throw new HostError('unsupported', `${sysfsDir} is missing: this kernel has no GPIO in sysfs (CONFIG_GPIO_SYSFS)`);
  }
  if (!names.includes('export')) {
    throw new HostError(
      'unsupported',
      `${sysfsDir}/export is missing: this kernel was built without CONFIG_GPIO_SYSFS_LEGACY`,
    );
  }
  return names
    .filter((name) => /^gpiochip\d+$/.test(name))
    .flatMap((name) => {
      const path = join(sysfsDir, name);
      const read = (file: string): string => readFileSync(join(path, file), 'utf8').trim();
      try {
        return [{ label: read('label'), base: Number(read('base')), lineCount: Number(read('ngpio')), path }];
      } catch {
        // A chip that goes away during the search (a USB expander) is no candidate.
        return [];
      }
    });
}
