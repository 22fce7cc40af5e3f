import { createReadStream, createWriteStream, type ReadStream, type WriteStream } from 'node:fs';
import { SerialPort as NodeSerialPort } from 'serialport';
import { HostError, type SerialEvents, type SerialHost, type SerialOptions, type SerialPort } from '../host.js';

/**
 * Serial ports of a real board, over `serialport` for ttys and over plain files for `/dev/usb/lp*` (which have no line
 * settings).
 *
 * Invariants
 * - One object a connection. serialport keeps what was written to a closed object and sends it when the *same object*
 *   is opened again: an old receipt would come out of a printer that was plugged in again. So an object is never
 *   reopened, and nothing is written before it is open or after it began to close.
 * - A data listener is attached from the start: without one serialport does not notice that a device went away.
 * - `closed` is called exactly once (serialport may emit `close` twice), and every `write` is answered exactly once.
 * - Closing discards what has not left yet. Nothing written is ever sent after `close`.
 */
export function createLinuxSerial(): SerialHost {
  return {
    open: (options, events) =>
      isLinePrinter(options.path) ? openLinePrinter(options, events) : openTty(options, events),
  };
}

function isLinePrinter(path: string): boolean {
  return /^\/dev\/(usb\/)?lp\d+$/.test(path);
}

function openTty(options: SerialOptions, events: SerialEvents): SerialPort {
  const connection = createConnection(events);
  // Options that the library refuses (e.g. a baud rate that is not a number) throw here; the caller hears of it later.
  let port: NodeSerialPort;
  try {
    port = new NodeSerialPort({
      path: options.path,
      baudRate: options.baud,
      autoOpen: false,
      lock: true,
      hupcl: false,
      rtscts: options.flowControl === 'rtsCts',
      xon: options.flowControl === 'xonXoff',
      xoff: options.flowControl === 'xonXoff',
    });
  } catch (error) {
    setImmediate(() => connection.end(asHostError(error, options.path)));
    return connection.face({ write: (_bytes, done) => done(), close: () => undefined });
  }
  port.on('data', (bytes: Buffer) => connection.data(bytes));
  port.on('error', (error) => {
    connection.end(asHostError(error, options.path));
    if (port.isOpen) port.close(ignore);
  });
  port.on('close', (error: Error | null) => {
    connection.end(error ? new HostError('disconnected', `${options.path} went away: ${error.message}`) : undefined);
  });
  port.open((error) => {
    if (error) {
      connection.end(asHostError(error, options.path));
      return;
    }
    if (connection.closing()) {
      port.close(ignore);
      return;
    }
    // What the line carried before we listened (power-up noise, the answer to somebody else) is not for us.
    port.flush(() => connection.opened());
  });
  return connection.face({
    write: (bytes, done) => {
      port.write(bytes, (error) =>
        done(error ? new HostError('disconnected', `${options.path}: ${error.message}`) : undefined),
      );
    },
    close: () => {
      // Still opening: the open callback sees that we are closing.
      if (!port.isOpen) return;
      port.flush(() => {
        if (port.isOpen) port.close(ignore);
      });
    },
  });
}

/** A USB printer of the kernel's usblp driver: bytes out, status bytes in, no line settings and no terminal. */
function openLinePrinter(options: SerialOptions, events: SerialEvents): SerialPort {
  const connection = createConnection(events);
  const path = options.path;
  let input: ReadStream | undefined;
  let outputOpen = false;
  const output: WriteStream = createWriteStream(path, { flags: 'r+' });
  const fail = (error: Error): void => {
    connection.end(asHostError(error, path));
    output.destroy();
    input?.destroy();
  };
  output.on('error', fail);
  output.on('open', () => {
    outputOpen = true;
    if (connection.closing()) {
      output.destroy();
      return;
    }
    input = createReadStream(path, { highWaterMark: 512 });
    input.on('data', (bytes) => connection.data(Buffer.from(bytes)));
    input.on('error', fail);
    // usblp answers a read with nothing when the printer was unplugged.
    input.on('end', () => fail(new HostError('disconnected', `${path} went away`)));
    connection.opened();
  });
  output.on('close', () => connection.end());
  return connection.face({
    write: (bytes, done) => {
      output.write(bytes, (error) =>
        done(error ? new HostError('disconnected', `${path}: ${error.message}`) : undefined),
      );
    },
    close: () => {
      input?.destroy();
      if (outputOpen) output.destroy();
    },
  });
}

interface Transport {
  write(bytes: Uint8Array, done: (error?: HostError) => void): void;
  close(): void;
}

/** The bookkeeping both kinds share: states, exactly-once answers, and nothing after the end. */
function createConnection(events: SerialEvents) {
  let state: 'opening' | 'open' | 'closing' | 'closed' = 'opening';
  const waiting = new Set<(error?: HostError) => void>();

  const answer = (done: (error?: HostError) => void, error?: HostError): void => {
    if (waiting.delete(done)) done(error);
  };

  return {
    closing: () => state === 'closing' || state === 'closed',
    opened(): void {
      if (state !== 'opening') return;
      state = 'open';
      events.opened();
    },
    data(bytes: Uint8Array): void {
      if (state === 'open') events.data(bytes);
    },
    end(error?: HostError): void {
      if (state === 'closed') return;
      const asked = state === 'closing';
      state = 'closed';
      for (const done of [...waiting]) answer(done, error ?? new HostError('disconnected', 'the port was closed'));
      events.closed(asked ? undefined : (error ?? new HostError('disconnected', 'the port closed by itself')));
    },
    face(transport: Transport): SerialPort {
      return {
        write(bytes, callerDone) {
          // A wrapper, so that the same callback may be passed twice.
          const done = (error?: HostError): void => callerDone(error);
          waiting.add(done);
          if (state !== 'open') {
            setImmediate(() => answer(done, new HostError('disconnected', 'the port is not open')));
            return;
          }
          transport.write(bytes, (error) => answer(done, error));
        },
        close() {
          if (state === 'closing' || state === 'closed') return;
          state = 'closing';
          transport.close();
        },
      };
    },
  };
}

function ignore(): void {
  // The end of a connection is told by the `close` event; the callback of `close` has nothing to add.
}

/** serialport and the kernel tell by text; callers decide by code. */
function asHostError(error: unknown, path: string): HostError {
  if (error instanceof HostError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/cannot lock|temporarily unavailable|busy/i.test(message) || code === 'EBUSY') {
    return new HostError('busy', `${path} is held by another process`);
  }
  if (/permission denied|operation not permitted/i.test(message) || code === 'EACCES' || code === 'EPERM') {
    return new HostError('denied', `${path}: no permission (is the user in group dialout or lp?)`);
  }
  if (/no such (file|device)/i.test(message) || ['ENOENT', 'ENODEV', 'ENXIO'].includes(code)) {
    return new HostError('absent', `${path} does not exist`);
  }
  if (/inappropriate ioctl|not a tty|baud/i.test(message)) {
    return new HostError('unsupported', `${path} is not a serial port, or not at this speed: ${message}`);
  }
  return new HostError('io', `${path}: ${message}`);
}
