import type { Clock, Timer } from '../host.js';
import type { PrinterCondition } from './printer-condition.js';
import type { PrinterTalk } from './printer-talk.js';

/** Looks after a printer that has nothing to print. */
export interface PrinterWatch {
  /**
   * Rests for a second and asks how the printer is; `done` gets what it said: its condition, only that it is on line, or
   * nothing. Not called when the watch was stopped, or when it connects anew instead.
   */
  begin(done: (seen: PrinterCondition | 'onLine' | undefined) => void): void;
  /** Ends the rest. False: there was none, and somebody is talking with the printer or waits for a connection. */
  stop(): boolean;
  /** The printer told its condition, to whomever: its silence is over. */
  heard(): void;
}

const POLL_MS = 1_000;
/**
 * A printer that is well is asked only whether it is still on line (every fault takes it off line, Epson ESC/POS
 * reference, "DLE EOT"), and each so many times for its whole condition: the end of the paper that comes near does not
 * take it off line, and of some printers one cannot be sure.
 */
const WHOLE_EVERY_POLLS = 3;
/** At the first poll without an answer and every so many more, the connection is made anew. */
const RECONNECT_EVERY_POLLS = 15;

/**
 * Invariants
 * - It rests or asks, never both; while it rests nobody else talks with the printer.
 * - Only a printer for which `isWell` holds is asked by a glance; one that is not is always asked for its condition.
 * - A connection is made anew before anybody is told that the printer is silent.
 */
export function createPrinterWatch(clock: Clock, talk: PrinterTalk, isWell: () => boolean): PrinterWatch {
  type Done = Parameters<PrinterWatch['begin']>[0];
  let rest: Timer | undefined;
  /** Since the whole condition was asked for. */
  let glances = 0;
  let silentPolls = 0;

  function poll(done: Done): void {
    if (!isWell() || glances + 1 >= WHOLE_EVERY_POLLS) {
      pollCondition(done);
      return;
    }
    glances += 1;
    talk.online((online) => {
      if (online === true) done('onLine');
      else if (online === false) pollCondition(done);
      else silent(done);
    });
  }

  function pollCondition(done: Done): void {
    glances = 0;
    talk.query((condition) => {
      if (condition === undefined) silent(done);
      else done(condition);
    });
  }

  function silent(done: Done): void {
    silentPolls += 1;
    // A printer that is off line may have said XOFF, which the system obeys until the port is opened anew: no question
    // gets through to it, and an open cover would look like a lost cable.
    if (silentPolls % RECONNECT_EVERY_POLLS === 1) talk.abandon();
    else done(undefined);
  }

  function stop(): boolean {
    const rested = rest !== undefined;
    rest?.cancel();
    rest = undefined;
    return rested;
  }

  return {
    begin(done) {
      stop();
      rest = clock.after(POLL_MS, () => {
        rest = undefined;
        poll(done);
      });
    },
    stop,
    heard() {
      silentPolls = 0;
    },
  };
}
