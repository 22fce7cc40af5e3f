import type { Host } from '../../drivers/host.js';
import { createLinuxHost } from '../../drivers/linux/host.js';
import type { Config } from '../config/config.js';
import { boardGpio } from './board-gpio.js';
import { storageFlash } from './storage-flash.js';

/**
 * The board that the configuration describes.
 *
 * @param outputs as of `boardGpio`
 */
export function boardHost({ devices, storage }: Config, outputs?: Parameters<typeof boardGpio>[1]): Host {
  const gpio = boardGpio(devices, outputs);
  return createLinuxHost({ flash: storageFlash(storage, 'readWrite'), gpio });
}
