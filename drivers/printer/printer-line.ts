import type { Clock, HostError, SerialHost, SerialOptions } from '../host.js';
import { createLineSilence } from '../line-silence.js';
import { createReconnectingPort } from '../reconnecting-port.js';
import { conditionOfAutomaticStatus, conditionOfRealTimeStatus, type PrinterCondition } from './printer-condition.js';
import { createPrinterFence, type FenceResult } from './printer-fence.js';
import { createPrinterReplyParser, type PrinterReply } from './printer-replies.js';

export interface PrinterLineEvents {
  /** The port stands; the printer has not been heard yet. */
  opened(): void;
  lost(error: HostError): void;
  /** The printer told of a change by itself. */
  condition(condition: PrinterCondition): void;
}

/** Conversations with an ESC/POS printer; one at a time. When the port is lost, what is under way ends as failed. */
export interface PrinterLine {
  isOpen(): boolean;
  /** Asks DLE EOT 1 to 4. Undefined: it does not answer. */
  query(done: (condition: PrinterCondition | undefined) => void): void;
  /** Asks DLE EOT 1 once. Undefined: no answer; true: on line. */
  online(done: (online: boolean | undefined) => void): void;
  /** Sends at the speed of the line. False: the port was lost or the printer took nothing for too long. */
  send(bytes: Uint8Array, done: (sent: boolean) => void): void;
  /** Waits until the printer says that it has dealt with everything before, or why it cannot. */
  fence(done: (result: FenceResult) => void): void;
  /**
   * Gets a printer that may be stuck in the middle of a command to listen again. `answered`: it listened at once.
   * `woken`: it had been stuck. `silent`: nothing helps.
   */
  wake(done: (result: 'answered' | 'woken' | 'silent') => void): void;
  /** Throws away what has not left yet and connects anew. */
  abandon(): void;
  close(): void;
}

const REPLY_TIMEOUT_MS = 500;
/**
 * A printer with a full buffer answers late. Together with the time of one piece this stays below the time that printers
 * need to start, so that a lost power cannot hide between two answers.
 */
const ONLINE_TIMEOUT_MS = 800;
const QUERY_TRIES = 2;
const CHUNK_BYTES = 256;
const CHUNK_STALL_MS = 5_000;
const RECONNECT_MS = 500;
const SILENCE_MS = 50;
/** NULs do nothing between commands, and complete the data of one. A receipt's longest is a QR raster below 40 kB. */
const WAKE_LIMIT_BYTES = 40_960;
/** Enough for any command of ours; more fills the buffer of a printer that is off line, and a full one does not answer. */
const WAKE_FIRST_BYTES = 512;

/**
 * Invariants
 * - At most one question is under way, because the answers to DLE EOT do not say to which they belong.
 * - Every `done` is called exactly once, and never after `close`.
 */
export function createPrinterLine(
  parts: { readonly clock: Clock; readonly serial: SerialHost },
  options: SerialOptions,
  events: PrinterLineEvents,
): PrinterLine {
  type Waiter = (reply: PrinterReply | 'timeout' | 'lost') => void;
  let waiter: Waiter | undefined;
  /** To be called when the bytes that came together are all taken. */
  let answered: (() => void) | undefined;
  let mayWrite = true;
  let closed = false;

  const parser = createPrinterReplyParser((reply) => {
    if (reply.kind === 'flow') mayWrite = reply.mayWrite;
    else if (reply.kind === 'automaticStatus') events.condition(conditionOfAutomaticStatus(reply.bytes));
    waiter?.(reply);
    fence.reply(reply);
  });

  const silence = createLineSilence(parts.clock, SILENCE_MS, () => parser.silence());

  const port = createReconnectingPort(parts, options, {
    opened() {
      resetInput();
      events.opened();
    },
    data(bytes) {
      parser.push(bytes);
      if (parser.isMidReply()) silence.heard();
      else silence.cancel();
      const next = answered;
      answered = undefined;
      if (!closed) next?.();
    },
    lost(error) {
      resetInput();
      waiter?.('lost');
      fence.lost();
      events.lost(error);
    },
  });

  const fence = createPrinterFence({
    clock: parts.clock,
    write: (bytes) => port.write(bytes, ignore),
    query,
    condition: events.condition,
  });

  function resetInput(): void {
    mayWrite = true;
    parser.silence();
  }

  /** Waits for a reply that is `wanted`; `done` may begin the next wait. */
  function wait(timeoutMs: number, wanted: (reply: PrinterReply) => boolean, done: Waiter): void {
    const timer = parts.clock.after(timeoutMs, () => mine('timeout'));
    const mine: Waiter = (reply) => {
      if (waiter !== mine || closed) return;
      if (typeof reply !== 'string' && !wanted(reply)) return;
      waiter = undefined;
      timer.cancel();
      done(reply);
    };
    waiter = mine;
  }

  function ask(n: 1 | 2 | 3 | 4, done: (byte: number | undefined) => void, timeoutMs = REPLY_TIMEOUT_MS): void {
    wait(timeoutMs, isStatus, (reply) => {
      if (typeof reply === 'string') done(undefined);
      // Later, so that what came together with this answer is not taken for the answer to the next question.
      else if (reply.kind === 'status') answered = () => done(reply.byte);
    });
    port.write(Uint8Array.of(0x10, 0x04, n), ignore);
  }

  function query(done: (condition: PrinterCondition | undefined) => void): void {
    const bytes: number[] = [];
    let tries = 0;
    const next = (): void => {
      const n = ([1, 2, 3, 4] as const)[bytes.length];
      const [printer, offlineCause, errorCause, paper] = bytes;
      if (
        n === undefined &&
        printer !== undefined &&
        offlineCause !== undefined &&
        errorCause !== undefined &&
        paper !== undefined
      ) {
        done(conditionOfRealTimeStatus([printer, offlineCause, errorCause, paper]));
        return;
      }
      ask(n ?? 1, (byte) => {
        if (byte !== undefined) {
          bytes.push(byte);
          next();
          return;
        }
        // A late answer to the first try must not stand for the second question: start from the beginning.
        bytes.length = 0;
        tries += 1;
        if (tries < QUERY_TRIES && port.isOpen()) next();
        else done(undefined);
      });
    };
    next();
  }

  function send(bytes: Uint8Array, done: (sent: boolean) => void): void {
    let at = 0;
    const chunk = (): void => {
      if (closed) return;
      const part = bytes.subarray(at, at + CHUNK_BYTES);
      if (part.length === 0) {
        done(true);
        return;
      }
      whenWritable((writable) => {
        if (!writable) {
          done(false);
          return;
        }
        const lineMs = Math.ceil((part.length * 10_000) / options.baud);
        const sentAtMs = parts.clock.monotonicMs();
        let over = false;
        const stalled = parts.clock.after(CHUNK_STALL_MS + lineMs, () => finish(false));
        const finish = (taken: boolean): void => {
          if (over || closed) return;
          over = true;
          stalled.cancel();
          if (!taken) {
            done(false);
            return;
          }
          at += part.length;
          parts.clock.after(Math.max(0, lineMs - (parts.clock.monotonicMs() - sentAtMs)), chunk);
        };
        port.write(part, (error) => finish(error === undefined));
      });
    };
    chunk();
  }

  /** XOFF as bytes reaches us where the port does not handle it itself. */
  function whenWritable(then: (writable: boolean) => void): void {
    if (!port.isOpen()) {
      parts.clock.after(0, () => !closed && then(false));
      return;
    }
    if (mayWrite) {
      then(true);
      return;
    }
    wait(CHUNK_STALL_MS, isGoAhead, (reply) => then(typeof reply !== 'string'));
  }

  function wake(done: (result: 'answered' | 'woken' | 'silent') => void): void {
    let padded = 0;
    const tryOnce = (): void => {
      ask(1, (byte) => {
        if (byte !== undefined) done(padded === 0 ? 'answered' : 'woken');
        else if (padded >= WAKE_LIMIT_BYTES || !port.isOpen()) done('silent');
        else {
          const size = padded === 0 ? WAKE_FIRST_BYTES : Math.min(4_096, WAKE_LIMIT_BYTES - padded);
          padded += size;
          send(new Uint8Array(size), (sent) => (sent ? tryOnce() : done('silent')));
        }
      });
    };
    tryOnce();
  }

  return {
    isOpen: () => port.isOpen(),
    query,
    online: (done) => ask(1, (byte) => done(byte === undefined ? undefined : (byte & 0x08) === 0), ONLINE_TIMEOUT_MS),
    send,
    fence: fence.ask,
    wake,
    abandon() {
      waiter?.('lost');
      fence.lost();
      port.reopen(RECONNECT_MS);
    },
    close() {
      closed = true;
      waiter = undefined;
      fence.close();
      silence.cancel();
      port.close();
    },
  };
}

function isStatus(reply: PrinterReply): boolean {
  return reply.kind === 'status';
}

function isGoAhead(reply: PrinterReply): boolean {
  return reply.kind === 'flow' && reply.mayWrite;
}

function ignore(): void {
  // What does not go out gets no answer, and that is waited for.
}
