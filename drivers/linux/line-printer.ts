import { close, constants, open, read, write } from 'node:fs';
import { HostError, type SerialEvents, type SerialOptions, type SerialPort } from '../host.js';
import { createSerialConnection } from './serial-connection.js';
import { serialError } from './serial-error.js';

const READ_BYTES = 512;
/** Poll intervals: while an answer is awaited, shortly after one, as the next may follow, and of a printer at rest. */
const LOOK_SOON_MS = 10;
const LOOK_AFTERWARDS_MS = 100;
const LOOK_AT_REST_MS = 1_000;
const ANSWER_WITHIN_MS = 2_000;
const AFTERWARDS_MS = 300;
/** The printer accepts no bytes at the moment. */
const TRY_AGAIN_MS = 10;

/**
 * A USB printer behind the kernel's usblp driver: bytes out, status bytes in, no line settings and no terminal.
 *
 * Invariants, all from how usblp works (drivers/usb/class/usblp.c)
 * - One descriptor for both directions: a second one is refused as busy, also when it is our own.
 * - Nothing blocks: a blocking read or write could wait for the printer for ever, and would keep a thread of the pool and the
 *   descriptor, which then could not be closed and opened again. So the printer is polled, as Node cannot wait for such a
 *   file.
 * - An empty read is no end: some printers send empty packets. Unplugging is an error.
 */
export function openLinePrinter(options: SerialOptions, events: SerialEvents): SerialPort {
  const { path } = options;
  const connection = createSerialConnection(events);
  const buffer = Buffer.alloc(READ_BYTES);
  const queue: { rest: Uint8Array; readonly done: (error?: HostError) => void }[] = [];
  let file: number | undefined;
  let reading = false;
  let writing = false;
  let over: { readonly error?: HostError } | undefined;
  let wroteAtMs = Number.NEGATIVE_INFINITY;
  let heardAtMs = Number.NEGATIVE_INFINITY;
  let lookTimer: NodeJS.Timeout | undefined;
  let writeTimer: NodeJS.Timeout | undefined;

  open(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY, (error, descriptor) => {
    if (error) {
      connection.end(serialError(error, path));
      return;
    }
    file = descriptor;
    if (connection.closing()) {
      finish();
      return;
    }
    connection.opened(0);
    look();
  });

  /** Whether this was the file's last operation: the connection was closed in the meantime, or the printer is gone. */
  function endsWith(error: NodeJS.ErrnoException | null): boolean {
    if (over !== undefined) {
      release();
      return true;
    }
    if (!error || error.code === 'EAGAIN') return false;
    finish(new HostError('disconnected', `${path} went away: ${error.message}`));
    return true;
  }

  function look(): void {
    if (file === undefined || over !== undefined) return;
    reading = true;
    read(file, buffer, 0, READ_BYTES, null, (error, count) => {
      reading = false;
      if (endsWith(error)) return;
      const heard = !error && count > 0;
      if (heard) {
        heardAtMs = performance.now();
        connection.data(Uint8Array.from(buffer.subarray(0, count)));
      }
      lookTimer = setTimeout(look, heard ? LOOK_SOON_MS : lookAgainMs());
    });
  }

  /** After a look that found nothing. */
  function lookAgainMs(): number {
    const nowMs = performance.now();
    if (wroteAtMs > heardAtMs && nowMs - wroteAtMs < ANSWER_WITHIN_MS) return LOOK_SOON_MS;
    return nowMs - Math.max(wroteAtMs, heardAtMs) < AFTERWARDS_MS ? LOOK_AFTERWARDS_MS : LOOK_AT_REST_MS;
  }

  function lookNow(): void {
    if (reading) return;
    clearTimeout(lookTimer);
    lookTimer = setTimeout(look, LOOK_SOON_MS);
  }

  function writeNext(): void {
    const [next] = queue;
    if (file === undefined || over !== undefined || writing || next === undefined) return;
    writing = true;
    write(file, next.rest, (error, count) => {
      writing = false;
      if (endsWith(error)) return;
      if (error || count === 0) {
        writeTimer = setTimeout(writeNext, TRY_AGAIN_MS);
        return;
      }
      wroteAtMs = performance.now();
      lookNow();
      next.rest = next.rest.subarray(count);
      if (next.rest.length === 0) {
        queue.shift();
        next.done();
      }
      writeNext();
    });
  }

  function finish(error?: HostError): void {
    over ??= error === undefined ? {} : { error };
    clearTimeout(lookTimer);
    clearTimeout(writeTimer);
    queue.length = 0;
    release();
  }

  /** The connection ends only when the descriptor is closed: earlier the next one would be refused as busy. */
  function release(): void {
    if (file === undefined || reading || writing) return;
    const descriptor = file;
    file = undefined;
    close(descriptor, () => connection.end(over?.error));
  }

  return connection.face({
    write(bytes, done) {
      queue.push({ rest: bytes, done });
      writeNext();
    },
    close: () => finish(),
  });
}
