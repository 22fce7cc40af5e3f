import type { Clock, HostError, SerialHost, SerialOptions } from '../host.js';
import { createLineSilence } from '../line-silence.js';
import { createReconnectingPort } from '../reconnecting-port.js';
import { conditionOfAutomaticStatus, type PrinterCondition } from './printer-condition.js';
import { createPrinterFence, type FenceResult } from './printer-fence.js';
import { createPrinterQuestions } from './printer-questions.js';
import { createPrinterReplyParser } from './printer-replies.js';
import { createPrinterSender } from './printer-sender.js';

export interface PrinterLineEvents {
  /** The port is open; the printer has not answered yet. */
  opened(): void;
  lost(error: HostError): void;
  /** The printer reported a change by itself. */
  condition(condition: PrinterCondition): void;
}

/** Conversations with an ESC/POS printer, one at a time. When the port is lost, pending calls end as failed. */
export interface PrinterLine {
  /** Asks DLE EOT 1 to 4. Undefined: it does not answer. */
  query(done: (condition: PrinterCondition | undefined) => void): void;
  /** Asks DLE EOT 1 once. Undefined: no answer; true: online. */
  online(done: (online: boolean | undefined) => void): void;
  /** Sends at the speed of the line. False: the port was lost, or the printer accepted nothing for too long. */
  send(bytes: Uint8Array, done: (sent: boolean) => void): void;
  /** Waits until the printer confirms everything sent before, or reports why it cannot. */
  fence(done: (result: FenceResult) => void): void;
  /**
   * Frees a printer that may be stuck in the middle of a command. `answered`: it was not stuck. `woken`: it had been.
   * `silent`: nothing helps.
   */
  wake(done: (result: 'answered' | 'woken' | 'silent') => void): void;
  /** Drops unsent bytes and reconnects. */
  abandon(): void;
  close(): void;
}

/**
 * A printer with a full buffer answers late. Together with the time of one piece this is less than printers need to start,
 * so that a power cut between two answers is noticed.
 */
const ONLINE_TIMEOUT_MS = 800;
const RECONNECT_MS = 500;
const SILENCE_MS = 50;
/** NULs do nothing between commands, and complete the data of one. The longest in a receipt is a QR raster below 40 kB. */
const WAKE_LIMIT_BYTES = 40_960;
/** Enough for any command in use. More would fill the buffer of an offline printer, and with a full one it does not answer. */
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

  /** The connection is gone: nothing is answered any more. */
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
  // A failed write needs no handling: its missing answer is noticed by a timeout.
}
