import { createRequire } from 'node:module';
import { constants } from 'node:os';

/** Takes an exclusive lock of flock(2) without waiting: false where another open file has one. Throws `Error`. */
type Flock = (fd: number) => boolean;

const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Finds flock(2), which Node does not have, or the reason why it cannot be called. Loaded only where it is asked for: it takes some
 * 15 ms and 4 MB. A child process that runs flock(1) would take 2 MB and some milliseconds for each lock, and the sale would have
 * to wait for it.
 */
export function findFlock(): { readonly flock: Flock } | { readonly why: string } {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const call = koffi.load(null).func('int flock(int fd, int operation)') as (fd: number, operation: number) => number;
    return {
      flock(fd) {
        if (call(fd, LOCK_EX | LOCK_NB) === 0) return true;
        const errno = koffi.errno();
        if (errno === constants.errno.EWOULDBLOCK) return false;
        throw new Error(`flock(2) failed with errno ${errno}`);
      },
    };
  } catch (error) {
    return { why: `flock(2) cannot be called: ${error instanceof Error ? error.message : String(error)}` };
  }
}
