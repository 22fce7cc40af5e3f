import { HostError } from '../../host.js';
import { chooseChip, type FoundChip } from './choose-chip.js';
import type { GpioKernel } from './gpio-kernel.js';
import { GPIO_IOCTL, gpioUapi } from './gpio-uapi.js';
import { lineError } from './line-error.js';

/**
 * Finds the chip among `/dev/gpiochip*` as it is now: an expander may come back under another number.
 *
 * @throws HostError where there is none that fits, or this process may not open it
 */
export function findChardevChip(kernel: GpioKernel, wantedLabel: string | undefined): FoundChip {
  const paths = kernel.chipPaths();
  if (paths.length === 0) {
    throw new HostError(
      'unsupported',
      '/dev has no gpiochip: this kernel has no GPIO character device, or a container was not given it',
    );
  }
  const refusals: HostError[] = [];
  const chips = paths.flatMap((path) => {
    try {
      return [{ path, ...withChip(kernel, path, (fd) => askChip(kernel, fd)) }];
    } catch (error) {
      const { code, message } = lineError(error);
      refusals.push(new HostError(code, `${path}: ${message}`));
      return [];
    }
  });
  try {
    return chooseChip(chips, wantedLabel);
  } catch (error) {
    const [refusal] = refusals;
    throw refusal === undefined || chips.length > 0 ? error : refusal;
  }
}

/** Opens a chip for as long as `act` takes. */
export function withChip<T>(kernel: GpioKernel, path: string, act: (fd: number) => T): T {
  const fd = kernel.open(path);
  try {
    return act(fd);
  } finally {
    kernel.close(fd);
  }
}

function askChip(kernel: GpioKernel, fd: number): { readonly label: string; readonly lineCount: number } {
  const answer = gpioUapi.chipInfo();
  kernel.ioctl(fd, GPIO_IOCTL.chipInfo, answer);
  const { label, lineCount } = gpioUapi.readChipInfo(answer);
  return { label, lineCount };
}
