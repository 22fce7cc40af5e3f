import type { Clock } from '../host.js';
import type { ReconnectingPort } from '../reconnecting-port.js';

/** Sends bytes to a printer at the speed of its line. */
export interface PrinterSender {
  /** One call at a time. False: the port was lost, or the printer accepted nothing for too long. */
  send(bytes: Uint8Array, done: (sent: boolean) => void): void;
  /** An XON or XOFF byte, where the port does not handle them itself. */
  flow(mayWrite: boolean): void;
  /** The connection was lost or replaced. */
  lost(): void;
  close(): void;
}

const CHUNK_BYTES = 256;
const STALL_MS = 5_000;

/**
 * Invariants
 * - A chunk is sent when the one before it has had its time on the line, so that the rest can still be held back.
 * - What was started on one connection is not continued on the next.
 * - `done` is called exactly once, and never after `close`.
 */
export function createPrinterSender(
  clock: Clock,
  port: Pick<ReconnectingPort, 'isOpen' | 'write'>,
  baud: number,
): PrinterSender {
  let mayWrite = true;
  let goAhead: ((writable: boolean) => void) | undefined;
  let connections = 0;
  let closed = false;

  function send(bytes: Uint8Array, done: (sent: boolean) => void): void {
    const mine = connections;
    const next = (at: number): void => {
      if (mine !== connections) done(false);
      else if (at >= bytes.length) done(true);
      else {
        const chunk = bytes.subarray(at, at + CHUNK_BYTES);
        whenWritable((writable) => {
          if (writable) write(chunk, (taken) => (taken ? next(at + chunk.length) : done(false)));
          else done(false);
        });
      }
    };
    next(0);
  }

  function whenWritable(then: (writable: boolean) => void): void {
    if (!port.isOpen()) {
      later(0, () => then(false));
      return;
    }
    if (mayWrite) {
      then(true);
      return;
    }
    const timer = clock.after(STALL_MS, () => goAhead?.(false));
    goAhead = (writable) => {
      goAhead = undefined;
      timer.cancel();
      then(writable);
    };
  }

  /** Done when the system has accepted it and the line has had the time for it. */
  function write(chunk: Uint8Array, done: (taken: boolean) => void): void {
    const lineMs = Math.ceil((chunk.length * 10_000) / baud);
    const sentAtMs = clock.monotonicMs();
    let over = false;
    const finish = (taken: boolean): void => {
      if (over || closed) return;
      over = true;
      stalled.cancel();
      if (taken) later(Math.max(0, lineMs - (clock.monotonicMs() - sentAtMs)), () => done(true));
      else done(false);
    };
    const stalled = clock.after(STALL_MS + lineMs, () => finish(false));
    port.write(chunk, (error) => finish(error === undefined));
  }

  function later(delayMs: number, callback: () => void): void {
    clock.after(delayMs, () => !closed && callback());
  }

  return {
    send,
    flow(may) {
      mayWrite = may;
      if (may) goAhead?.(true);
    },
    lost() {
      mayWrite = true;
      connections += 1;
      goAhead?.(false);
    },
    close() {
      closed = true;
      goAhead = undefined;
    },
  };
}
