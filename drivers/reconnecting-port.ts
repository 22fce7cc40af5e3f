import { type Clock, HostError, type SerialHost, type SerialOptions, type SerialPort, type Timer } from './host.js';

export interface ReconnectingPortEvents {
  /** The port is open, with nothing left of an earlier connection. `heldBackMs`: see `SerialEvents`. */
  opened(heldBackMs: number): void;
  data(bytes: Uint8Array): void;
  /** The port could not be opened or went away; the next try follows by itself. */
  lost(error: HostError): void;
}

export interface ReconnectingPort {
  isOpen(): boolean;
  /** Fails while not connected: nothing is kept for the next connection. */
  write(bytes: Uint8Array, done: (error?: HostError) => void): void;
  /** Drops the connection and its unsent bytes, and makes a new one after `pauseMs`. */
  reopen(pauseMs: number): void;
  /** No event follows. */
  close(): void;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/**
 * A serial port that is opened again by itself after it was lost, as by a loose cable or a USB hub that restarts. Waits
 * 1 s, 2 s … 30 s between tries.
 *
 * Invariants: at most one connection at a time; events of a connection that was given up never arrive; after `close`
 * nothing is called.
 */
export function createReconnectingPort(
  parts: { readonly clock: Clock; readonly serial: SerialHost },
  options: SerialOptions,
  events: ReconnectingPortEvents,
): ReconnectingPort {
  let port: SerialPort | undefined;
  let open = false;
  let closed = false;
  let generation = 0;
  let retryMs = FIRST_RETRY_MS;
  let retry: Timer | undefined;

  function connectAfter(delayMs: number): void {
    retry?.cancel();
    retry = parts.clock.after(delayMs, () => {
      retry = undefined;
      connect();
    });
  }

  function connect(): void {
    const mine = ++generation;
    port = parts.serial.open(options, {
      opened(heldBackMs) {
        if (mine !== generation) return;
        open = true;
        retryMs = FIRST_RETRY_MS;
        events.opened(heldBackMs);
      },
      data(bytes) {
        if (mine === generation) events.data(bytes);
      },
      closed(error) {
        if (mine !== generation) return;
        drop();
        connectAfter(retryMs);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
        if (error) events.lost(error);
      },
    });
  }

  function drop(): void {
    generation += 1;
    open = false;
    const old = port;
    port = undefined;
    old?.close();
  }

  connectAfter(0);

  return {
    isOpen: () => open,
    write(bytes, done) {
      if (port === undefined) {
        parts.clock.after(0, () => done(new HostError('disconnected', `${options.path} is not connected`)));
        return;
      }
      port.write(bytes, done);
    },
    reopen(pauseMs) {
      if (closed) return;
      drop();
      connectAfter(pauseMs);
    },
    close() {
      if (closed) return;
      closed = true;
      retry?.cancel();
      drop();
    },
  };
}
