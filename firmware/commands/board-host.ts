import type { GpioHost, Host } from '../../drivers/host.js';
import { createLinuxGpio } from '../../drivers/linux/gpio/linux-gpio.js';
import { createNoGpio } from '../../drivers/linux/gpio/no-gpio.js';
import { createLinuxHost } from '../../drivers/linux/host.js';
import { present } from '../../flows/present.js';
import type { Config, DevicesConfig } from '../config/config.js';
import { outputLines } from '../devices/output-lines.js';
import { usesGpioLines } from '../devices/uses-gpio-lines.js';
import { storageFlash } from './storage-flash.js';

/**
 * The board that the configuration describes.
 *
 * @param outputs `atRest`: outputs are at rest from now on, before any device is opened
 */
export function boardHost({ devices, storage }: Config, outputs: 'atRest' | 'untouched' = 'untouched'): Host {
  const gpio = boardGpio(devices, outputs);
  return createLinuxHost({ flash: storageFlash(storage, 'readWrite'), gpio });
}

/** The lines of the board. They are looked for only where a device is on one. */
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
