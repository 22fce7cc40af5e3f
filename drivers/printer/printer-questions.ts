import type { Clock } from '../host.js';
import { conditionOfRealTimeStatus, type PrinterCondition } from './printer-condition.js';
import type { PrinterReply } from './printer-replies.js';

/** DLE EOT, which a printer answers at once, also when it is out of paper. */
export interface PrinterQuestions {
  /** Asks 1 to 4. Undefined: it does not answer. */
  query(done: (condition: PrinterCondition | undefined) => void): void;
  /** Asks 1. Undefined: no answer; true: online. */
  online(done: (online: boolean | undefined) => void, timeoutMs?: number): void;
  reply(reply: PrinterReply): void;
  /** All bytes that came together have been handled. */
  settled(): void;
  /** The connection is gone: no answers come any more. */
  lost(): void;
  close(): void;
}

const REPLY_TIMEOUT_MS = 500;
const QUERY_TRIES = 2;

/**
 * Invariants
 * - At most one question is under way, because answers do not name their question.
 * - `done` is called exactly once, and never after `close`; it may ask the next question.
 */
export function createPrinterQuestions(parts: {
  readonly clock: Clock;
  readonly write: (bytes: Uint8Array) => void;
  readonly isOpen: () => boolean;
}): PrinterQuestions {
  type Answer = (byte: number | undefined) => void;
  let asked: Answer | undefined;
  /** To be called when all bytes that came together have been handled. */
  let answered: (() => void) | undefined;

  function ask(n: 1 | 2 | 3 | 4, done: Answer, timeoutMs = REPLY_TIMEOUT_MS): void {
    const timer = parts.clock.after(timeoutMs, () => answer === asked && answer(undefined));
    const answer: Answer = (byte) => {
      asked = undefined;
      timer.cancel();
      // Later, so that bytes that came together with this answer are not taken for the next one.
      if (byte !== undefined) answered = () => done(byte);
      else done(undefined);
    };
    asked = answer;
    parts.write(Uint8Array.of(0x10, 0x04, n));
  }

  function query(done: (condition: PrinterCondition | undefined) => void): void {
    let tries = 0;
    const askFrom = (bytes: readonly number[]): void => {
      const [printer, offlineCause, errorCause, paper] = bytes;
      const n = ([1, 2, 3, 4] as const)[bytes.length] ?? 1;
      if (printer === undefined || offlineCause === undefined || errorCause === undefined || paper === undefined) {
        ask(n, (byte) => (byte === undefined ? again() : askFrom([...bytes, byte])));
      } else done(conditionOfRealTimeStatus([printer, offlineCause, errorCause, paper]));
    };
    /* From the first question: a late answer of the first try must not count for another question. */
    const again = (): void => {
      tries += 1;
      if (tries < QUERY_TRIES && parts.isOpen()) askFrom([]);
      else done(undefined);
    };
    askFrom([]);
  }

  return {
    query,
    online: (done, timeoutMs) =>
      ask(1, (byte) => done(byte === undefined ? undefined : (byte & 0x08) === 0), timeoutMs),
    reply(reply) {
      if (reply.kind === 'status') asked?.(reply.byte);
    },
    settled() {
      const next = answered;
      answered = undefined;
      next?.();
    },
    lost: () => asked?.(undefined),
    close() {
      asked = undefined;
      answered = undefined;
    },
  };
}
