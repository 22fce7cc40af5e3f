import type { PrinterCondition } from './printer-condition.js';
import type { PrinterLine } from './printer-line.js';

/** The printer's line for those who may be interrupted: what `PrinterLine` can do, answered while the conversation lasts. */
export interface PrinterTalk extends Pick<PrinterLine, 'query' | 'online' | 'send' | 'fence' | 'wake'> {
  /** Asks for the whole condition and lets it be known, before `done`. */
  look(done: (condition: PrinterCondition | undefined) => void): void;
  /** A callback that counts only while this conversation lasts. */
  here<T>(callback: (value: T) => void): (value: T) => void;
  /** Whatever is under way is not listened to any more; the next conversation may begin. */
  breakOff(): void;
  /** Breaks off, throws away what has not left yet, and connects anew. */
  abandon(): void;
}

/**
 * Invariants
 * - What belongs to a conversation that was broken off is never called, although the line goes on to answer it.
 * - `tell` hears of every look before the one who asked.
 */
export function createPrinterTalk(
  line: PrinterLine,
  tell: (condition: PrinterCondition | undefined) => void,
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
      // Whoever is told may end the conversation.
      const answer = here(done);
      line.query(
        here((condition) => {
          tell(condition);
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
