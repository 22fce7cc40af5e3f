import { DEVICE_STARTING, type DeviceStatus, type PrinterFault, sameDeviceStatus } from '../device-status.js';
import type { Clock, SerialHost, SerialOptions } from '../host.js';
import { lostPortStatus } from '../lost-port-status.js';
import { type ComposedReceipt, type ComposeOptions, composeReceipt } from './compose-receipt.js';
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
   * after `unknown` a person decides, or asks for a copy that is marked as such.
   */
  print(document: ReceiptDocument, done: (outcome: PrintOutcome, why?: PrintFault) => void): void;
  /** Asks a printer at rest for its condition now, as before a sale: paper may have run out since it was asked last. */
  look(): void;
  status(): DeviceStatus<PrinterFault>;
  /** Releases the port; a receipt under way ends as `unknown`, those that wait as `failed`. */
  close(): void;
}

const QUEUE_LIMIT = 4;
const PORT_FAULTS = { absent: 'printerAbsent', denied: 'printerPortDenied' } as const;

/**
 * An ESC/POS receipt printer. The driver finds it, cuts off what hangs from the paper, prints one receipt after the other,
 * and watches the printer while there is nothing to print.
 *
 * Invariants
 * - One receipt at a time. Every `print` is answered exactly once, and never inside the call.
 * - At any time it either waits between two polls, or has one conversation, or waits for its port.
 * - Half a receipt on the paper is cut off as soon as the printer has no fault, and before the next one.
 * - While the printer is absent or silent, every receipt fails at once.
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
      report(status);
      endAll(status.faults[0]);
    },
    condition: tellCondition,
  });
  const talk = createPrinterTalk(line, tellCondition);
  const cutter = createPrinterCutter(talk);
  const isWell = (): boolean => current.state === 'ok' && cutter.remains() !== 'some';
  const watch = createPrinterWatch(parts.clock, talk, isWell);

  /** On a new connection: finds the printer, and frees it where it is stuck in the middle of a command. */
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
    const compose = (): ComposedReceipt => composeReceipt(request.document, options);
    underWay = printReceipt(talk, cutter, isWell(), compose, (outcome, why) => {
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

  /** Why nothing can be printed now: better reported at once than after a wait. */
  function refusal(): PrintFault | undefined {
    if (closed) return 'printerClosed';
    const unreachable = current.faults.find((fault) => fault === 'printerAbsent' || fault === 'printerSilent');
    return unreachable ?? (queue.length >= QUEUE_LIMIT ? 'printerQueueFull' : undefined);
  }

  function tellCondition(condition: PrinterCondition | undefined): void {
    if (condition === undefined) {
      report({
        state: 'fault',
        faults: ['printerSilent'],
        warnings: [],
        detail: `${options.path} at ${options.baud} baud: no answer to DLE EOT`,
      });
      return;
    }
    watch.heard();
    const faults = printerFaults(condition);
    report({ state: faults.length === 0 ? 'ok' : 'fault', faults, warnings: printerWarnings(condition) });
  }

  function report(status: DeviceStatus<PrinterFault>): void {
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
    look: () => watch.askNow(),
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
