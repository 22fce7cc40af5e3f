import { writeSync } from 'node:fs';
import { unblockedDescriptor } from './unblocked-descriptor.js';

/**
 * Writes lines to a standard output whose reader may be slow, gone or out of room.
 *
 * Invariants
 * - A write never waits, never throws and takes bounded memory. A line is accepted as a whole or lost.
 * - Where only the first part of a line was written, a line end follows it, so that two lines never become one.
 */
export interface LineOutput {
  write(line: string): void;
  /** How many lines were lost. */
  readonly lost: number;
  /** Calls back when all lines were read, or the time is over. */
  drained(limitMs: number, done: () => void): void;
}

/** Buffer for a slow reader: a minute of the busiest log. */
const WAITING_LIMIT_BYTES = 256 * 1024;
const TRY_AGAIN_MS = 20;

export function createLineOutput(descriptor: 1 | 2): LineOutput {
  let target: number | undefined;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  /* A part of the first one was written. */
  let inLine = false;
  let trying = false;

  let lost = 0;

  function flush(): void {
    target ??= unblockedDescriptor(descriptor);
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      let count: number;
      try {
        count = writeSync(target, next);
      } catch (error) {
        if (codeOf(error) === 'EAGAIN') return tryAgainLater();
        lost += waiting.length;
        waiting = [];
        waitingBytes = 0;
        return;
      }
      waitingBytes -= count;
      inLine = count < next.length;
      if (inLine) waiting[0] = next.subarray(count);
      else waiting.shift();
    }
  }

  function tryAgainLater(): void {
    if (trying) return;
    trying = true;
    setTimeout(() => {
      trying = false;
      flush();
    }, TRY_AGAIN_MS).unref();
  }

  return {
    write(line) {
      const begin = inLine && waiting.length === 0 ? '\n' : '';
      const bytes = Buffer.from(`${begin}${line}\n`, 'utf8');
      if (waitingBytes + bytes.length > WAITING_LIMIT_BYTES) {
        lost += 1;
        return;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      flush();
    },
    get lost() {
      return lost;
    },
    drained(limitMs, done) {
      const endMs = performance.now() + limitMs;
      const look = (): void => {
        if (waiting.length === 0 || performance.now() >= endMs) return done();
        setTimeout(look, TRY_AGAIN_MS);
      };
      look();
    },
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
