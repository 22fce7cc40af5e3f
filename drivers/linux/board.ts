import { existsSync } from 'node:fs';
import type { BoardHost } from '../host.js';
import { exitProcess } from './exit-process.js';
import { createLineOutput } from './line-output.js';

/** systemd-timesyncd makes this file when the kernel's clock is synchronised. */
const SYNCHRONISED_FILE = '/run/systemd/timesync/synchronized';
const TIMESYNC_DIRECTORY = '/run/systemd/timesync';

/** Time for the reader of the log to catch up before the process ends. */
const LAST_LINES_MS = 250;

/** The process and its supervisor: log lines go to the standard output, one a line. */
export function createLinuxBoard(): BoardHost {
  const output = createLineOutput(1);
  return {
    log: output.write,
    get lostLogLines() {
      return output.lost;
    },
    clockSynchronised() {
      if (existsSync(SYNCHRONISED_FILE)) return 'yes';
      return existsSync(TIMESYNC_DIRECTORY) ? 'no' : 'unknown';
    },
    exit(code) {
      process.exitCode = code;
      output.drained(LAST_LINES_MS, () => exitProcess(code));
    },
  };
}
