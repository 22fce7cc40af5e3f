import type { Clock, Timer } from '../host.js';
import type { PrinterCondition } from './printer-condition.js';
import type { PrinterTalk } from './printer-talk.js';

/** Watches a printer that has nothing to print. */
export interface PrinterWatch {
  /**
   * Waits for three seconds, or one where something is wrong, and asks for the printer's condition; `done` gets the
   * condition, only that it is online, or undefined. Not called when the watch was stopped, or when it reconnects instead.
   */
  begin(done: (seen: PrinterCondition | 'onLine' | undefined) => void): void;
  /** Ends the wait by asking for the whole condition now; where it does not wait, it asks as soon as it would. */
  askNow(): void;
  /** Ends the wait. False: it was not waiting, and a conversation or a reconnection is under way. */
  stop(): boolean;
  /** The printer reported its condition: it is no longer silent. */
  heard(): void;
}

/** Nobody waits for a printer at rest; somebody stands before one with a fault. */
const POLL_MS = { well: 3_000, unwell: 1_000 } as const;
/**
 * A printer without faults is asked only whether it is online (every fault takes it offline, Epson ESC/POS reference,
 * "DLE EOT"), and every so many times for its whole condition: paper near its end does not take it offline, and some
 * printers may deviate.
 */
const WHOLE_EVERY_POLLS = 3;
/** Reconnects at the first poll without an answer, and then every so many polls. */
const RECONNECT_EVERY_POLLS = 15;

/**
 * Invariants
 * - It waits or asks, never both; while it waits no other conversation is under way.
 * - Only a printer for which `isWell` holds gets the short question; others are always asked for their condition.
 * - It reconnects before it reports the printer as silent.
 */
export function createPrinterWatch(clock: Clock, talk: PrinterTalk, isWell: () => boolean): PrinterWatch {
  type Done = Parameters<PrinterWatch['begin']>[0];
  let rest: { readonly timer: Timer; readonly done: Done } | undefined;
  /** The next wait is left out. */
  let wanted = false;
  /** Polls since the whole condition was asked for. */
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
    // An offline printer may have sent XOFF, which the system obeys until the port is opened again: no question reaches
    // the printer then, and an open cover would look like a lost cable.
    if (silentPolls % RECONNECT_EVERY_POLLS === 1) talk.abandon();
    else done(undefined);
  }

  function stop(): boolean {
    const rested = rest !== undefined;
    rest?.timer.cancel();
    rest = undefined;
    return rested;
  }

  return {
    begin(done) {
      stop();
      if (wanted) {
        wanted = false;
        pollCondition(done);
        return;
      }
      const timer = clock.after(isWell() ? POLL_MS.well : POLL_MS.unwell, () => {
        rest = undefined;
        poll(done);
      });
      rest = { timer, done };
    },
    askNow() {
      if (rest === undefined) {
        wanted = true;
        return;
      }
      const { done } = rest;
      stop();
      pollCondition(done);
    },
    stop,
    heard() {
      silentPolls = 0;
    },
  };
}
