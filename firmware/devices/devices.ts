import { DEVICE_STARTING, type DeviceStatus } from '../../drivers/device-status.js';
import type { Host } from '../../drivers/host.js';
import type { PrintOutcome } from '../../drivers/printer/receipt-printer.js';
import type { ScanEngine } from '../../drivers/scanner/scan-engine.js';
import type { VendOutcome } from '../../drivers/vend/vend-outcome.js';
import type { DeviceName, FaultCode } from '../../flows/faults.js';
import type { Event } from '../../flows/input.js';
import { present } from '../../flows/present.js';
import type { Receipt } from '../../flows/receipt.js';
import type { View } from '../../flows/view.js';
import type { DevicesConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';
import { openKeypad } from './open-keypad.js';
import { openPanel } from './open-panel.js';
import { openPrinter } from './open-printer.js';
import { openScanner } from './open-scanner.js';
import { openVend, type VendOrder } from './open-vend.js';
import { type ReceiptHead, receiptLayout } from './receipt-layout.js';
import { createStatusGate, type StatusGate } from './status-gate.js';

/**
 * The devices of one terminal. What they read or detect becomes events; what the flow shows or asks for is passed on to them.
 */
export interface Devices {
  /** Brings lamps and scanner in line with what the flow shows. */
  show(view: View): void;
  print(receipt: Receipt, done: (outcome: PrintOutcome) => void): void;
  /** `done` is called once with the outcome, and again where a machine corrects it later. */
  vend(order: VendOrder, done: (outcome: VendOutcome) => void): void;
  /** Refuses a selection for which the machine still waits for an answer. */
  refuseSelection(selection: number): void;
  status(): Partial<Record<DeviceName, DeviceStatus>>;
  /** Releases everything at once, but for the last message to a vending machine; `done` is called later, when that is sent. */
  close(done?: () => void): void;
}

export interface DevicesParts {
  readonly host: Pick<Host, 'clock' | 'serial' | 'gpio'>;
  readonly config: DevicesConfig;
  readonly currency: string;
  readonly receiptHead: ReceiptHead;
  readonly feed: (event: Event) => void;
}

type Peripheral = Exclude<DeviceName, 'flash' | 'log' | 'update'>;

export function createDevices({ host, config, currency, receiptHead, feed }: DevicesParts): Devices {
  const statuses: Partial<Record<Peripheral, DeviceStatus>> = {};
  const gates: StatusGate[] = [];

  const partsFor = (device: Peripheral): DeviceParts => {
    const report = (status: DeviceStatus): void => {
      statuses[device] = status;
      feed({ type: 'deviceChanged', device, faults: faultsOf(device, status) });
    };
    if (config[device].kind !== 'none') report(DEVICE_STARTING);
    const gate = createStatusGate(host.clock, report);
    gates.push(gate);
    return { host, feed, report: gate.report };
  };

  const scanner = openScanner(config.scanner, partsFor('scanner'));
  const printer = openPrinter(config.printer, partsFor('printer'));
  const keypad = openKeypad(config.keypad, partsFor('keypad'));
  const panel = openPanel(config.panel, partsFor('panel'));
  const vend = openVend(config.vend, currency, partsFor('vend'));
  let awaitsCode = false;

  return {
    show(view) {
      if (view.scannerArmed) scanner?.arm();
      else scanner?.disarm();
      /* A sale begins: without paper no payment is sent, and a printer at rest is asked seldom. */
      if (view.scannerArmed && !awaitsCode) printer?.look();
      awaitsCode = view.scannerArmed;
      panel?.show(view);
    },
    print(receipt, done) {
      if (printer === undefined) throw new Error('a receipt was asked for without a printer');
      printer.print(receiptLayout(receipt, receiptHead), (outcome) => done(outcome));
    },
    vend(order, done) {
      if (vend === undefined) throw new Error('goods were asked for without a vend mechanism');
      vend.vend(order, done);
    },
    refuseSelection: (selection) => vend?.refuse(selection),
    status: () => ({
      ...statuses,
      ...present({ scanner: statuses.scanner && scanner && counted(statuses.scanner, scanner) }),
    }),
    close(done = () => undefined) {
      for (const device of [scanner, printer, keypad, panel, ...gates]) device?.close();
      if (vend === undefined) host.clock.after(0, done);
      else vend.close(done);
    },
  };
}

/** Adds the engine's counters: noise means a loose wire or a wrong speed, which nothing else shows. */
function counted(status: DeviceStatus, scanner: ScanEngine): DeviceStatus {
  const { noiseBytes, dropped, ambiguous, connections } = scanner.counters();
  const details = [
    ...(status.detail === undefined ? [] : [status.detail]),
    ...(noiseBytes === 0 ? [] : [`${noiseBytes} bytes of noise`]),
    ...(dropped === 0 ? [] : [`${dropped} codes dropped`]),
    ...(ambiguous === 0 ? [] : [`${ambiguous} times two codes at once`]),
    ...(connections <= 1 ? [] : [`connected ${connections} times`]),
  ];
  return details.length === 0 ? status : { ...status, detail: details.join('; ') };
}

/** A device that is still starting counts as broken: nothing is sold on a guess. */
function faultsOf(device: Peripheral, status: DeviceStatus): readonly FaultCode[] {
  return status.state === 'starting' ? [`${device}Starting`] : [...status.faults, ...status.warnings];
}
