import type { GpioHost, Host } from '../host.js';
import { createLinuxBoard } from './board.js';
import { createLinuxClock } from './clock.js';
import { createLinuxFlash } from './flash.js';
import { createLinuxHttp } from './http.js';
import { createLinuxRandom } from './random.js';
import { createLinuxSerial } from './serial.js';

export interface LinuxHostOptions {
  readonly dataDir: string;
  readonly dataDirMounted: boolean;
  readonly partitions: Readonly<Record<string, string>>;
  readonly gpio: GpioHost;
}

/** The outside world of a real board. */
export function createLinuxHost({ dataDir, dataDirMounted, partitions, gpio }: LinuxHostOptions): Host {
  return {
    clock: createLinuxClock(),
    random: createLinuxRandom(),
    serial: createLinuxSerial(),
    gpio,
    flash: createLinuxFlash({ dataDir, dataDirMounted, partitions }),
    http: createLinuxHttp(),
    board: createLinuxBoard(),
  };
}
