import { close, constants, open, read, write } from 'node:fs';
import { HostError, type SerialEvents, type SerialOptions, type SerialPort } from '../host.js';
import { createSerialConnection } from './serial-connection.js';
import { serialError } from './serial-error.js';

const READ_BYTES = 512;
/** Poll intervals while an answer may come, and otherwise. */
const LOOK_SOON_MS = 10;
const LOOK_LATER_MS = 100;
const ANSWER_WITHIN_MS = 2_000;
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
      if (!error && count > 0) connection.data(Uint8Array.from(buffer.subarray(0, count)));
      const soon = performance.now() - wroteAtMs < ANSWER_WITHIN_MS;
      lookTimer = setTimeout(look, soon ? LOOK_SOON_MS : LOOK_LATER_MS);
    });
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
