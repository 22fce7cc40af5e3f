import type { GpioHost } from '../../drivers/host.js';
import { createLinuxGpio } from '../../drivers/linux/gpio/linux-gpio.js';
import { createNoGpio } from '../../drivers/linux/gpio/no-gpio.js';
import { present } from '../../flows/present.js';
import type { DevicesConfig } from '../config/config.js';
import { outputLines } from '../devices/output-lines.js';
import { usesGpioLines } from '../devices/uses-gpio-lines.js';

/**
 * The lines of the board. They are looked for only where a device is on one.
 *
 * @param outputs `atRest`: outputs are at rest from now on, before any device is opened
 */
export function boardGpio(devices: DevicesConfig, outputs: 'atRest' | 'untouched' = 'untouched'): GpioHost {
  if (!usesGpioLines(devices)) return createNoGpio();
  const { backend, chip, pullUps } = devices.gpio;
  return createLinuxGpio({
    backend,
    pullUps,
    atRest: outputs === 'atRest' ? outputLines(devices) : [],
    ...present({ chipLabel: chip }),
  });
}
