import { writeFileSync } from 'node:fs';

/** Of this process, and of what it starts. */
const COREDUMP_FILTER = '/proc/self/coredump_filter';

/**
 * Keys and tokens stay in memory: a core dump of this process holds none of it from now on, whatever its limit is, and Node
 * writes no report, which would list the environment. A snapshot that Node's own options ask for is somebody's wish.
 */
export function keepMemoryPrivate(): void {
  try {
    writeFileSync(COREDUMP_FILTER, '0');
  } catch {
    /* A kernel without it; the supervisor's limit has to do. */
  }
  process.report.reportOnSignal = false;
  process.report.reportOnFatalError = false;
  process.report.reportOnUncaughtException = false;
}
