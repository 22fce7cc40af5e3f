import type { FlashHost, GpioHost, Host } from '../host.js';
import { createLinuxBoard } from './board.js';
import { createLinuxClock } from './clock.js';
import { createLinuxHttp } from './http.js';
import { createLinuxRandom } from './random.js';
import { createLinuxSerial } from './serial.js';

/** The outside world of a real board. */
export function createLinuxHost({ flash, gpio }: { readonly flash: FlashHost; readonly gpio: GpioHost }): Host {
  return {
    clock: createLinuxClock(),
    random: createLinuxRandom(),
    serial: createLinuxSerial(),
    gpio,
    flash,
    http: createLinuxHttp(),
    board: createLinuxBoard(),
  };
}
