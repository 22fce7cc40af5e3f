import { writeFileSync } from 'node:fs';

/** Also inherited by child processes. */
const COREDUMP_FILTER = '/proc/self/coredump_filter';

/**
 * Keeps keys and tokens out of files: from now on a core dump of this process has no memory in it, whatever its limit is, and
 * Node writes no report, which would list the environment. Snapshots by Node's own options are still possible.
 */
export function keepMemoryPrivate(): void {
  try {
    writeFileSync(COREDUMP_FILTER, '0');
  } catch {
    /* A kernel without it: only the supervisor's limit protects. */
  }
  process.report.reportOnSignal = false;
  process.report.reportOnFatalError = false;
  process.report.reportOnUncaughtException = false;
}
