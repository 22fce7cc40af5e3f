import { DEVICE_STARTING, type DeviceStatus, type PrinterFault, sameDeviceStatus } from '../device-status.js';
import type { Clock, SerialHost, SerialOptions, Timer } from '../host.js';
import { type ComposeOptions, composeReceipt } from './compose-receipt.js';
import { type PrinterCondition, printerFaults, printerWarnings } from './printer-condition.js';
import type { FenceResult } from './printer-fence.js';
import { createPrinterLine } from './printer-line.js';
import { lostPrinterStatus, printerPortFault } from './printer-port-fault.js';
import type { ReceiptDocument } from './receipt-document.js';

export interface ReceiptPrinterOptions extends SerialOptions, ComposeOptions {}

/**
 * `printed`: the printer confirmed that it is on paper. `failed`: nothing of it was sent. `unknown`: bytes left for the
 * printer and no confirmation came; it may be on paper whole, in part or not at all, or come out when the paper is
 * changed.
 */
export type PrintOutcome = 'printed' | 'failed' | 'unknown';

/** Why a receipt did not print, or `printerCutter` with one that was printed and not surely cut. */
export type PrintFault = PrinterFault | 'printerQueueFull' | 'printerDocument' | 'printerClosed';

export interface ReceiptPrinterEvents {
  statusChanged(status: DeviceStatus<PrinterFault>): void;
}

export interface ReceiptPrinter {
  /**
   * Prints one receipt, after those asked for earlier. `done` is called exactly once. Never prints twice by itself:
   * what to do about `unknown` is for a person, or for a copy marked as such.
   */
  print(document: ReceiptDocument, done: (outcome: PrintOutcome, why?: PrintFault) => void): void;
  status(): DeviceStatus<PrinterFault>;
  /** Lets go of the port; receipts under way end as `unknown`, those that wait as `failed`. */
  close(): void;
}

const QUEUE_LIMIT = 4;
const POLL_MS = 1_000;
/**
 * A printer that is well is asked only whether it is still on line (every fault takes it off line, Epson ESC/POS
 * reference, "DLE EOT"), and each so many times for its whole condition: the end of the paper that comes near does not
 * take it off line, and of some printers one cannot be sure.
 */
const WHOLE_EVERY_POLLS = 3;
/** Every so many polls without an answer the connection is made anew and the printer woken. */
const RECONNECT_EVERY_POLLS = 15;
/** A printer with a full buffer at 9600 baud needs about 5 s for it; a slow head twice that. */
const FENCE_TIMEOUT_MS = 15_000;

/** GS V 66 0: feeds the last line past the knife and cuts. */
const CUT = [0x1d, 0x56, 66, 0];
/** ESC @ and a line feed first: whatever text is still in the printer's line buffer. */
const CUT_OFF_REMAINS = [0x1b, 0x40, 0x0a, ...CUT];

/**
 * An ESC/POS receipt printer: preflight (DLE EOT) → receipt → fence → cut → fence.
 *
 * Invariants
 * - One receipt at a time. Every `print` is answered exactly once.
 * - *Written is not printed*: `printed` needs the printer's own word after the last line of the receipt.
 * - After anything but `printed`, what has not left yet is thrown away with the connection, so that it cannot come out
 *   later; half a receipt on the paper is cut off before the next one.
 * - *Sent is not cut* either: a cut that the printer did not confirm is made again; where the printer was well and just
 *   did not say, only with the next receipt, because some never say.
 */
export function createReceiptPrinter(
  parts: { readonly clock: Clock; readonly serial: SerialHost },
  options: ReceiptPrinterOptions,
  events: ReceiptPrinterEvents,
): ReceiptPrinter {
  interface Job {
    readonly document: ReceiptDocument;
    readonly done: (outcome: PrintOutcome, why?: PrintFault) => void;
    /** `waiting`: nothing sent. `sending`: up to the printer's word. `cutting`: it is on paper. */
    phase: 'waiting' | 'sending' | 'cutting';
  }
  const queue: Job[] = [];
  let job: Job | undefined;
  let current: DeviceStatus<PrinterFault> = DEVICE_STARTING;
  let poll: Timer | undefined;
  let silentPolls = 0;
  /** Since the whole condition was asked for. */
  let glances = 0;
  /** A conversation is under way, or there is nobody to talk to. */
  let busy = true;
  /** Whether a receipt, or a part of one, may hang from the paper; `unsure` after a cut that was not confirmed. */
  let remains: 'none' | 'some' | 'unsure' = 'none';
  let closed = false;
  /** Counts conversations; what belongs to one that was broken off is not listened to. */
  let conversation = 0;

  const line = createPrinterLine(parts, options, {
    opened: begin,
    lost(error) {
      breakOff();
      tell(lostPrinterStatus(error));
      endJob(printerPortFault(error));
      refuseQueue(printerPortFault(error));
    },
    condition: tellCondition,
  });

  /** A callback that counts only while this conversation lasts. */
  function here<T>(callback: (value: T) => void): (value: T) => void {
    const mine = conversation;
    return (value) => {
      if (mine === conversation && !closed) callback(value);
    };
  }

  function breakOff(): void {
    conversation += 1;
    busy = true;
    poll?.cancel();
  }

  /** A new connection: find the printer, and free it where it is stuck in the middle of a command. */
  function begin(): void {
    breakOff();
    line.query(
      here((condition) => {
        if (condition !== undefined) {
          heard(condition);
          return;
        }
        tellSilent();
        refuseQueue('printerSilent');
        line.wake(
          here((result) => {
            // It was in the middle of something, and nobody knows what is on the paper.
            if (result === 'woken') remains = 'some';
            line.query(here(heard));
          }),
        );
      }),
    );
  }

  function heard(condition: PrinterCondition | undefined): void {
    if (condition === undefined) tellSilent();
    else tellCondition(condition);
    if (remains !== 'some' || condition === undefined || printerFaults(condition).length > 0) next();
    else cut(CUT_OFF_REMAINS, next);
  }

  /** Cuts, and asks whether it happened: the knife may stick, and a cut that waits its turn goes with the power. */
  function cut(command: readonly number[], then: () => void): void {
    remains = 'some';
    line.send(
      Uint8Array.from(command),
      here((sent) => {
        if (!sent) {
          giveUp('printerCutter');
          return;
        }
        line.fence(
          FENCE_TIMEOUT_MS,
          here((result) =>
            line.query(
              here((condition) => {
                if (condition === undefined) tellSilent();
                else tellCondition(condition);
                if (condition !== undefined) remains = remainsAfterCut(result, condition);
                then();
              }),
            ),
          ),
        );
      }),
    );
  }

  function next(): void {
    busy = false;
    poll?.cancel();
    job = queue.shift();
    if (job === undefined) {
      poll = parts.clock.after(POLL_MS, pollStatus);
      return;
    }
    busy = true;
    line.query(here(preflight));
  }

  function pollStatus(): void {
    if (busy) return;
    busy = true;
    const wasWell = current.state === 'ok' && silentPolls === 0 && remains !== 'some';
    if (wasWell && glances + 1 < WHOLE_EVERY_POLLS) {
      glances += 1;
      line.online(
        here((online) => {
          if (online === false) pollCondition();
          else if (online === undefined) polled(undefined);
          else next();
        }),
      );
    } else pollCondition();
  }

  function pollCondition(): void {
    glances = 0;
    line.query(here(polled));
  }

  function polled(condition: PrinterCondition | undefined): void {
    silentPolls = condition === undefined ? silentPolls + 1 : 0;
    // A printer that is off line may have said XOFF, which the system obeys until the port is opened anew: no question
    // gets through to it, and an open cover would look like a lost cable.
    if (silentPolls % RECONNECT_EVERY_POLLS === 1) {
      breakOff();
      line.abandon();
    } else heard(condition);
  }

  function preflight(condition: PrinterCondition | undefined): void {
    if (job === undefined) return;
    if (condition === undefined) {
      tellSilent();
      finishJob('printerSilent');
      return;
    }
    tellCondition(condition);
    const [fault] = printerFaults(condition);
    if (fault !== undefined) {
      finishJob(fault);
      return;
    }
    const composed = composeReceipt(job.document, options);
    if (!composed.ok) {
      finishJob('printerDocument');
      return;
    }
    if (remains === 'some') cut(CUT_OFF_REMAINS, () => sendReceipt(composed.pieces));
    else sendReceipt(composed.pieces);
  }

  function sendReceipt(pieces: readonly Uint8Array[]): void {
    if (job === undefined) return;
    const [fault] = current.faults;
    if (fault !== undefined) {
      finishJob(fault);
      return;
    }
    job.phase = 'sending';
    sendPieces(remains === 'unsure' ? [Uint8Array.from(CUT_OFF_REMAINS), ...pieces] : pieces);
  }

  /**
   * After each piece the printer has to answer: one that lost its power for a moment has lost the beginning of the
   * receipt, and would still confirm the end of it.
   */
  function sendPieces([piece, ...rest]: readonly Uint8Array[]): void {
    if (piece === undefined) {
      awaitPaper();
      return;
    }
    line.send(
      piece,
      here((sent) => {
        if (!sent) giveUp('printerSilent');
        else
          line.online(
            here((online) => {
              if (online === true) sendPieces(rest);
              else if (online === undefined) giveUp('printerSilent');
              else line.query(here(stoppedBy));
            }),
          );
      }),
    );
  }

  function stoppedBy(condition: PrinterCondition | undefined): void {
    if (condition === undefined) tellSilent();
    else tellCondition(condition);
    giveUp((condition && printerFaults(condition)[0]) ?? 'printerOffline');
  }

  function awaitPaper(): void {
    line.fence(
      FENCE_TIMEOUT_MS,
      here((result) => {
        if (result === 'printed') {
          cutReceipt();
          return;
        }
        line.query(
          here((condition) => {
            if (condition === undefined) tellSilent();
            else tellCondition(condition);
            const fault = condition === undefined ? 'printerSilent' : printerFaults(condition)[0];
            // GS r says that the data were dealt with; without a fault afterwards they are on paper.
            if (result === 'processed' && fault === undefined) cutReceipt();
            else giveUp(fault ?? 'printerSilent');
          }),
        );
      }),
    );
  }

  function cutReceipt(): void {
    if (job !== undefined) job.phase = 'cutting';
    cut(CUT, () => finishJob(remains === 'none' ? undefined : 'printerCutter'));
  }

  /** Nothing more of this may leave the box. */
  function giveUp(why: PrintFault): void {
    breakOff();
    line.abandon();
    endJob(why);
  }

  function finishJob(why?: PrintFault): void {
    endJob(why);
    next();
  }

  function endJob(why?: PrintFault): void {
    const ended = job;
    job = undefined;
    if (ended === undefined) return;
    if (ended.phase === 'sending') remains = 'some';
    ended.done(OUTCOME_OF_PHASE[ended.phase], why);
  }

  function refuseQueue(why: PrintFault): void {
    for (const one of queue.splice(0)) one.done('failed', why);
  }

  /** Nobody to print: better said at once than after a wait. */
  function unreachable(): PrintFault | undefined {
    return current.faults.find((fault) => fault === 'printerAbsent' || fault === 'printerSilent');
  }

  function tellCondition(condition: PrinterCondition): void {
    silentPolls = 0;
    const faults = printerFaults(condition);
    tell({ state: faults.length === 0 ? 'ok' : 'fault', faults, warnings: printerWarnings(condition) });
  }

  function tellSilent(): void {
    tell({
      state: 'fault',
      faults: ['printerSilent'],
      warnings: [],
      detail: `${options.path} at ${options.baud} baud: no answer to DLE EOT`,
    });
  }

  function tell(status: DeviceStatus<PrinterFault>): void {
    if (closed || sameDeviceStatus(status, current)) return;
    current = status;
    events.statusChanged(status);
  }

  return {
    print(document, done) {
      const why = closed
        ? 'printerClosed'
        : unreachable() !== undefined
          ? unreachable()
          : queue.length >= QUEUE_LIMIT
            ? 'printerQueueFull'
            : undefined;
      if (why !== undefined) {
        parts.clock.after(0, () => done('failed', why));
        return;
      }
      queue.push({ document, done, phase: 'waiting' });
      if (!busy) {
        busy = true;
        parts.clock.after(0, here<void>(next));
      }
    },
    status: () => current,
    close() {
      if (closed) return;
      closed = true;
      poll?.cancel();
      line.close();
      endJob('printerClosed');
      refuseQueue('printerClosed');
    },
  };
}

const OUTCOME_OF_PHASE = { waiting: 'failed', sending: 'unknown', cutting: 'printed' } as const;

function remainsAfterCut(result: FenceResult, condition: PrinterCondition): 'none' | 'some' | 'unsure' {
  switch (result) {
    case 'printed':
    case 'processed':
      return condition.cutterStuck ? 'some' : 'none';
    case 'silent':
      return printerFaults(condition).length > 0 ? 'some' : 'unsure';
    case 'faulted':
      return 'some';
  }
}
