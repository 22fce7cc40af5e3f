import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError } from '../host.js';

export interface GpioChip {
  readonly label: string;
  /** The kernel's number of the chip's first line. Not the same on two boards or two kernels. */
  readonly base: number;
  readonly lineCount: number;
}

/** The header pins of a Raspberry Pi: models 1–3 and Zero, model 4, model 5. */
const PI_LABELS = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1'];

/**
 * Finds the chip whose lines are the board's own numbers. Since kernel 6.6 the numbers of sysfs are dynamic (512 and up
 * on a Pi 4, 569 and up on a Pi 5), so BCM 17 is base + 17 of the chip with the right label, and never just 17.
 *
 * @param wantedLabel `GPIO_CHIP`; by default a Raspberry Pi's, or the only chip there is
 * @throws HostError `unsupported` where the kernel has no GPIO in sysfs, `absent` where no chip fits
 */
export function findGpioChip(sysfsDir: string, wantedLabel: string | undefined): GpioChip {
  const chips = readChips(sysfsDir);
  const found =
    wantedLabel === undefined
      ? (chips.find((chip) => PI_LABELS.includes(chip.label)) ?? (chips.length === 1 ? chips[0] : undefined))
      : chips.find((chip) => chip.label === wantedLabel);
  if (found !== undefined) return found;
  const there = chips.length === 0 ? 'there is none' : `there are: ${chips.map((chip) => chip.label).join(', ')}`;
  throw new HostError('absent', `no GPIO chip ${wantedLabel ?? 'of a Raspberry Pi'}; ${there} (set GPIO_CHIP)`);
}

function readChips(sysfsDir: string): readonly GpioChip[] {
  let names: string[];
  try {
    names = readdirSync(sysfsDir);
  } catch {
    throw new HostError(
      'unsupported',
      `${sysfsDir} is missing: this kernel has no GPIO in sysfs (CONFIG_GPIO_SYSFS), which the onoff backend needs`,
    );
  }
  if (!names.includes('export')) {
    throw new HostError(
      'unsupported',
      `${sysfsDir}/export is missing: this kernel was built without CONFIG_GPIO_SYSFS_LEGACY, which onoff needs`,
    );
  }
  return names
    .filter((name) => /^gpiochip\d+$/.test(name))
    .flatMap((name) => {
      const read = (file: string): string => readFileSync(join(sysfsDir, name, file), 'utf8').trim();
      try {
        return [{ label: read('label'), base: Number(read('base')), lineCount: Number(read('ngpio')) }];
      } catch {
        // A chip that goes away during the search (a USB expander) is no candidate.
        return [];
      }
    });
}
