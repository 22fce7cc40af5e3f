import { existsSync } from 'node:fs';
import type { BoardHost } from '../host.js';
import { exitProcess } from './exit-process.js';

/** Where systemd-timesyncd leaves word that the kernel's clock is synchronised. */
const SYNCHRONISED_FILE = '/run/systemd/timesync/synchronized';
const TIMESYNC_DIRECTORY = '/run/systemd/timesync';

/** The process and its supervisor: log lines go to stdout, one a line. */
export function createLinuxBoard(): BoardHost {
  return {
    log: (line) => process.stdout.write(`${line}\n`),
    clockSynchronised() {
      if (existsSync(SYNCHRONISED_FILE)) return 'yes';
      return existsSync(TIMESYNC_DIRECTORY) ? 'no' : 'unknown';
    },
    exit(code) {
      process.exitCode = code;
      /* Pipes are written asynchronously: an empty write calls back after what is before it. */
      process.stdout.write('', () => exitProcess(code));
    },
  };
}
