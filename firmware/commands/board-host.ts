import type { Host } from '../../drivers/host.js';
import { createLinuxGpio } from '../../drivers/linux/gpio.js';
import { createLinuxHost } from '../../drivers/linux/host.js';
import { createNoGpio } from '../../drivers/linux/no-gpio.js';
import { present } from '../../flows/present.js';
import type { Config } from '../config/config.js';
import { usesGpioLines } from '../devices/uses-gpio-lines.js';
import { storageFlash } from './storage-flash.js';

/** The board that the configuration describes. GPIO is looked for only where a device is on a line. */
export function boardHost({ devices, storage }: Config): Host {
  const chip = present({ chipLabel: devices.gpioChip });
  const gpio = usesGpioLines(devices) ? createLinuxGpio(chip) : createNoGpio();
  return createLinuxHost({ flash: storageFlash(storage, 'readWrite'), gpio });
}
