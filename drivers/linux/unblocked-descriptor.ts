import { constants, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * A descriptor for what a standard output leads to, on which no write waits for a reader: one that nobody reads answers EAGAIN.
 * Opened anew where it can be, because how the original waits is shared with whoever started this process.
 */
export function unblockedDescriptor(descriptor: 1 | 2): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    const stats = fstatSync(descriptor);
    /* A file never waits for a reader, and opened anew it would be written from its start. */
    if (stats.isFile()) return descriptor;
    if (stats.isFIFO() || stats.isCharacterDevice()) {
      return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    }
  } catch {
    /* Somebody else's pipe may not be opened again. */
  }
  /* A socket cannot be: Node sets what it makes a stream of so that it does not wait. A terminal it sets to wait. */
  if (!isatty(descriptor)) void (descriptor === 1 ? process.stdout : process.stderr);
  return descriptor;
}
