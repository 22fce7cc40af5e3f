import { SerialPort as NodeSerialPort } from 'serialport';
import { HostError, type SerialEvents, type SerialOptions, type SerialPort } from '../host.js';
import { heldBackMs } from './held-back.js';
import { createSerialConnection } from './serial-connection.js';
import { serialError } from './serial-error.js';
import { unpooledSerial } from './unpooled-serial.js';

/**
 * A tty, over `serialport`.
 *
 * Invariants
 * - One object a connection. serialport keeps what was written to a closed object and sends it when the *same object*
 *   is opened again: an old receipt would come out of a printer that was plugged in again. So an object is never
 *   reopened, and nothing is written before it is open or after it began to close.
 * - A data listener is attached from the start: without one serialport does not detect that a device is gone.
 * - `closed` is called exactly once (serialport may emit `close` twice), and every `write` is answered exactly once.
 * - Closing discards unsent bytes. Nothing written is ever sent after `close`.
 */
export function openTty(options: SerialOptions, events: SerialEvents): SerialPort {
  const connection = createSerialConnection(events);
  // Options that the library refuses (e.g. a baud rate that is not a number) throw here; the caller gets the error later.
  let port: NodeSerialPort;
  try {
    const how = {
      binding: unpooledSerial,
      path: options.path,
      baudRate: options.baud,
      autoOpen: false,
      lock: true,
      hupcl: false,
      rtscts: options.flowControl === 'rtsCts',
      xon: options.flowControl === 'xonXoff',
      xoff: options.flowControl === 'xonXoff',
    };
    port = new NodeSerialPort(how);
  } catch (error) {
    setImmediate(() => connection.end(serialError(error, options.path)));
    return connection.face({ write: (_bytes, done) => done(), close: () => undefined });
  }
  port.on('data', (bytes: Buffer) => connection.data(bytes));
  port.on('error', (error) => {
    connection.end(serialError(error, options.path));
    if (port.isOpen) port.close(ignore);
  });
  port.on('close', (error: Error | null) => {
    connection.end(error ? new HostError('disconnected', `${options.path} went away: ${error.message}`) : undefined);
  });
  port.open((error) => {
    if (error) {
      connection.end(serialError(error, options.path));
      return;
    }
    if (connection.closing()) {
      port.close(ignore);
      return;
    }
    // Drops what came on the line before (power-up noise, the answer to another process).
    port.flush(() => connection.opened(heldBackMs(options.path)));
  });
  return connection.face({
    write: (bytes, done) => {
      port.write(bytes, (error) =>
        done(error ? new HostError('disconnected', `${options.path}: ${error.message}`) : undefined),
      );
    },
    close: () => {
      // Still opening: the open callback checks `closing`.
      if (!port.isOpen) return;
      port.flush(() => {
        if (port.isOpen) port.close(ignore);
      });
    },
  });
}

function ignore(): void {
  // The `close` event reports the end of a connection; the callback of `close` adds nothing.
}
