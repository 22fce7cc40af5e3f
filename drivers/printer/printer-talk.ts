import type { PrinterCondition } from './printer-condition.js';
import type { PrinterLine } from './printer-line.js';

/** `PrinterLine` for a conversation that may be broken off: callbacks come only while it lasts. */
export interface PrinterTalk extends Pick<PrinterLine, 'query' | 'online' | 'send' | 'fence' | 'wake'> {
  /** Asks for the whole condition and reports it, before `done`. */
  look(done: (condition: PrinterCondition | undefined) => void): void;
  /** Wraps a callback so that it runs only while this conversation lasts. */
  here<T>(callback: (value: T) => void): (value: T) => void;
  /** Ends the conversation: pending callbacks never come, and the next one may start. */
  breakOff(): void;
  /** Ends the conversation, drops unsent bytes, and reconnects. */
  abandon(): void;
}

/**
 * Invariants
 * - Callbacks of a conversation that was broken off never run, although the line still answers.
 * - `report` gets every condition before the caller that asked for it.
 */
export function createPrinterTalk(
  line: PrinterLine,
  report: (condition: PrinterCondition | undefined) => void,
): PrinterTalk {
  /** Counts conversations. */
  let conversation = 0;

  function here<T>(callback: (value: T) => void): (value: T) => void {
    const mine = conversation;
    return (value) => {
      if (mine === conversation) callback(value);
    };
  }

  function breakOff(): void {
    conversation += 1;
  }

  return {
    query: (done) => line.query(here(done)),
    look(done) {
      // `report` may end the conversation.
      const answer = here(done);
      line.query(
        here((condition) => {
          report(condition);
          answer(condition);
        }),
      );
    },
    online: (done) => line.online(here(done)),
    send: (bytes, done) => line.send(bytes, here(done)),
    fence: (done) => line.fence(here(done)),
    wake: (done) => line.wake(here(done)),
    here,
    breakOff,
    abandon() {
      breakOff();
      line.abandon();
    },
  };
}
