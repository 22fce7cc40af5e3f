import { DEVICE_STARTING, type DeviceStatus, type PrinterFault, sameDeviceStatus } from '../device-status.js';
import type { Clock, SerialHost, SerialOptions } from '../host.js';
import { lostPortStatus } from '../lost-port-status.js';
import { type ComposeOptions, composeReceipt } from './compose-receipt.js';
import { type PrintFault, type PrintOutcome, printReceipt, type ReceiptUnderWay } from './print-receipt.js';
import { type PrinterCondition, printerFaults, printerWarnings } from './printer-condition.js';
import { createPrinterCutter } from './printer-cutter.js';
import { createPrinterLine } from './printer-line.js';
import { createPrinterTalk } from './printer-talk.js';
import { createPrinterWatch } from './printer-watch.js';
import type { ReceiptDocument } from './receipt-document.js';

export type { PrintFault, PrintOutcome } from './print-receipt.js';

export interface ReceiptPrinterOptions extends SerialOptions, ComposeOptions {}

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
const PORT_FAULTS = { absent: 'printerAbsent', denied: 'printerPortDenied' } as const;

/**
 * An ESC/POS receipt printer: it is found, what hangs from it is cut off, and then it prints what is asked for, one
 * receipt after the other, and is watched while there is nothing to print.
 *
 * Invariants
 * - One receipt at a time. Every `print` is answered exactly once, and never inside the call.
 * - At any time it either rests between two polls, or has one conversation, or waits for its port.
 * - Half a receipt on the paper is cut off as soon as the printer is well, and before the next one.
 * - Nobody waits for a printer that is not there: while it is absent or silent, every receipt fails at once.
 */
export function createReceiptPrinter(
  parts: { readonly clock: Clock; readonly serial: SerialHost },
  options: ReceiptPrinterOptions,
  events: ReceiptPrinterEvents,
): ReceiptPrinter {
  interface Request {
    readonly document: ReceiptDocument;
    readonly done: (outcome: PrintOutcome, why?: PrintFault) => void;
  }
  const queue: Request[] = [];
  let underWay: ReceiptUnderWay | undefined;
  let current: DeviceStatus<PrinterFault> = DEVICE_STARTING;
  let closed = false;

  const line = createPrinterLine(parts, options, {
    opened: find,
    lost(error) {
      breakOff();
      const status = lostPortStatus(error, PORT_FAULTS);
      tell(status);
      endAll(status.faults[0]);
    },
    condition: tellCondition,
  });
  const talk = createPrinterTalk(line, tellCondition);
  const cutter = createPrinterCutter(talk);
  const watch = createPrinterWatch(parts.clock, talk, () => current.state === 'ok' && cutter.remains() !== 'some');

  /** A new connection: find the printer, and free it where it is stuck in the middle of a command. */
  function find(): void {
    breakOff();
    talk.look((condition) => {
      if (condition !== undefined) {
        goOn();
        return;
      }
      refuseQueue('printerSilent');
      talk.wake((result) => {
        if (result === 'woken') cutter.somethingLeft();
        talk.look(goOn);
      });
    });
  }

  function goOn(): void {
    if (cutter.remains() === 'some' && current.state === 'ok') cutter.cutOff(talk.here(next));
    else next();
  }

  function next(): void {
    const request = queue.shift();
    if (request === undefined) {
      watch.begin((seen) => {
        if (seen !== 'onLine') tellCondition(seen);
        goOn();
      });
      return;
    }
    const nextUnlessAbandoned = talk.here<void>(next);
    underWay = printReceipt(talk, cutter, composeReceipt(request.document, options), (outcome, why) => {
      underWay = undefined;
      request.done(outcome, why);
      nextUnlessAbandoned();
    });
  }

  function breakOff(): void {
    talk.breakOff();
    watch.stop();
  }

  function endAll(why: PrintFault): void {
    underWay?.end(why);
    refuseQueue(why);
  }

  function refuseQueue(why: PrintFault): void {
    for (const one of queue.splice(0)) one.done('failed', why);
  }

  /** Why nothing can be asked of it now: better said at once than after a wait. */
  function refusal(): PrintFault | undefined {
    if (closed) return 'printerClosed';
    const unreachable = current.faults.find((fault) => fault === 'printerAbsent' || fault === 'printerSilent');
    return unreachable ?? (queue.length >= QUEUE_LIMIT ? 'printerQueueFull' : undefined);
  }

  function tellCondition(condition: PrinterCondition | undefined): void {
    if (condition === undefined) {
      tell({
        state: 'fault',
        faults: ['printerSilent'],
        warnings: [],
        detail: `${options.path} at ${options.baud} baud: no answer to DLE EOT`,
      });
      return;
    }
    watch.heard();
    const faults = printerFaults(condition);
    tell({ state: faults.length === 0 ? 'ok' : 'fault', faults, warnings: printerWarnings(condition) });
  }

  function tell(status: DeviceStatus<PrinterFault>): void {
    if (closed || sameDeviceStatus(status, current)) return;
    current = status;
    events.statusChanged(status);
  }

  return {
    print(document, done) {
      const why = refusal();
      if (why !== undefined) {
        parts.clock.after(0, () => done('failed', why));
        return;
      }
      queue.push({ document, done });
      if (watch.stop()) parts.clock.after(0, talk.here<void>(next));
    },
    status: () => current,
    close() {
      if (closed) return;
      closed = true;
      breakOff();
      line.close();
      endAll('printerClosed');
    },
  };
}
