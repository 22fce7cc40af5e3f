import { constants, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * A non-blocking descriptor for a standard output: a write that nobody reads fails with EAGAIN. Opened again where possible,
 * because the blocking mode of the original is shared with the process that started this one.
 */
export function unblockedDescriptor(descriptor: 1 | 2): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    const stats = fstatSync(descriptor);
    /* A file never blocks, and opened again it would be written from its start. */
    if (stats.isFile()) return descriptor;
    if (stats.isFIFO() || stats.isCharacterDevice()) {
      return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    }
  } catch {
    /* A pipe of another user cannot be opened again. */
  }
  /* A socket cannot be opened again, but Node makes it non-blocking with its stream. A terminal would become blocking. */
  if (!isatty(descriptor)) void (descriptor === 1 ? process.stdout : process.stderr);
  return descriptor;
}
