import type { Clock, HostError, SerialHost, SerialOptions } from '../host.js';
import { createLineSilence } from '../line-silence.js';
import { createReconnectingPort } from '../reconnecting-port.js';
import { conditionOfAutomaticStatus, type PrinterCondition } from './printer-condition.js';
import { createPrinterFence, type FenceResult } from './printer-fence.js';
import { createPrinterQuestions } from './printer-questions.js';
import { createPrinterReplyParser } from './printer-replies.js';
import { createPrinterSender } from './printer-sender.js';

export interface PrinterLineEvents {
  /** The port stands; the printer has not been heard yet. */
  opened(): void;
  lost(error: HostError): void;
  /** The printer told of a change by itself. */
  condition(condition: PrinterCondition): void;
}

/** Conversations with an ESC/POS printer; one at a time. When the port is lost, what is under way ends as failed. */
export interface PrinterLine {
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

/**
 * A printer with a full buffer answers late. Together with the time of one piece this stays below the time that printers
 * need to start, so that a lost power cannot hide between two answers.
 */
const ONLINE_TIMEOUT_MS = 800;
const RECONNECT_MS = 500;
const SILENCE_MS = 50;
/** NULs do nothing between commands, and complete the data of one. A receipt's longest is a QR raster below 40 kB. */
const WAKE_LIMIT_BYTES = 40_960;
/** Enough for any command of ours; more fills the buffer of a printer that is off line, and a full one does not answer. */
const WAKE_FIRST_BYTES = 512;
const WAKE_NEXT_BYTES = 4_096;

/** Invariant: every `done` is called exactly once, and never after `close`. */
export function createPrinterLine(
  parts: { readonly clock: Clock; readonly serial: SerialHost },
  options: SerialOptions,
  events: PrinterLineEvents,
): PrinterLine {
  const { clock } = parts;

  const parser = createPrinterReplyParser((reply) => {
    if (reply.kind === 'flow') sender.flow(reply.mayWrite);
    else if (reply.kind === 'automaticStatus') events.condition(conditionOfAutomaticStatus(reply.bytes));
    questions.reply(reply);
    fence.reply(reply);
  });

  const silence = createLineSilence(clock, SILENCE_MS, () => parser.silence());

  const port = createReconnectingPort(parts, options, {
    opened() {
      parser.silence();
      events.opened();
    },
    data(bytes) {
      parser.push(bytes);
      if (parser.isMidReply()) silence.heard();
      else silence.cancel();
      questions.settled();
    },
    lost(error) {
      endConversation();
      events.lost(error);
    },
  });

  const write = (bytes: Uint8Array): void => port.write(bytes, ignore);
  const sender = createPrinterSender(clock, port, options.baud);
  const questions = createPrinterQuestions({ clock, write, isOpen: port.isOpen });
  const fence = createPrinterFence({ clock, write, query: questions.query, condition: events.condition });

  /** Of what is not answered yet nothing will be: the connection is gone. */
  function endConversation(): void {
    parser.silence();
    sender.lost();
    questions.lost();
    fence.lost();
  }

  function wake(done: (result: 'answered' | 'woken' | 'silent') => void): void {
    let padded = 0;
    const tryOnce = (): void => {
      questions.online((online) => {
        if (online !== undefined) done(padded === 0 ? 'answered' : 'woken');
        else if (padded >= WAKE_LIMIT_BYTES || !port.isOpen()) done('silent');
        else {
          const size = padded === 0 ? WAKE_FIRST_BYTES : Math.min(WAKE_NEXT_BYTES, WAKE_LIMIT_BYTES - padded);
          padded += size;
          sender.send(new Uint8Array(size), (sent) => (sent ? tryOnce() : done('silent')));
        }
      });
    };
    tryOnce();
  }

  return {
    query: questions.query,
    online: (done) => questions.online(done, ONLINE_TIMEOUT_MS),
    send: sender.send,
    fence: fence.ask,
    wake,
    abandon() {
      endConversation();
      port.reopen(RECONNECT_MS);
    },
    close() {
      sender.close();
      questions.close();
      fence.close();
      silence.cancel();
      port.close();
    },
  };
}

function ignore(): void {
  // What does not go out gets no answer, and that is waited for.
}
