import { DEVICE_STARTING, type DeviceStatus } from '../drivers/device-status.js';
import type { Host } from '../drivers/host.js';
import { createReceiptPrinter, type PrintOutcome } from '../drivers/printer/receipt-printer.js';
import { createScanEngine, type ScanEngineOptions } from '../drivers/scanner/scan-engine.js';
import type { DeviceName, FaultCode } from '../flows/faults.js';
import type { Event } from '../flows/input.js';
import type { Money } from '../flows/money.js';
import type { Receipt } from '../flows/receipt.js';
import type { View } from '../flows/view.js';
import type { DevicesConfig, ScannerConfig } from './config/config.js';
import { type ReceiptHead, receiptLayout } from './receipt-layout.js';

/** The devices of one terminal: what they notice becomes events, what the flow shows or asks reaches them. */
export interface Devices {
  /** Brings lamps and scanner in line with what the flow shows. */
  show(view: View): void;
  print(receipt: Receipt, done: (outcome: PrintOutcome) => void): void;
  vend(order: VendOrder, done: (outcome: 'yes' | 'no' | 'unknown') => void): void;
  status(): Partial<Record<Peripheral, DeviceStatus>>;
  close(): void;
}

export interface VendOrder {
  readonly channel?: string;
  readonly amount: Money;
}

export interface DevicesParts {
  readonly host: Host;
  readonly config: DevicesConfig;
  readonly receiptHead: ReceiptHead;
  readonly feed: (event: Event) => void;
}

/** The serial line of a simulated device; only a simulated host knows it. */
const simulatedLine = (device: Peripheral): string => `sim:${device}`;

export function createDevices({ host, config, receiptHead, feed }: DevicesParts): Devices {
  const statuses: Partial<Record<Peripheral, DeviceStatus>> = {};

  const report =
    (device: Peripheral) =>
    (status: DeviceStatus): void => {
      statuses[device] = status;
      feed({ type: 'deviceChanged', device, faults: faultsOf(device, status) });
    };

  const scanner = openScanner();
  const printer = openPrinter();

  function openScanner() {
    const scan = config.scanner;
    if (scan.kind === 'none') return undefined;
    report('scanner')(DEVICE_STARTING);
    const options: ScanEngineOptions =
      scan.kind === 'sim'
        ? { kind: 'gm65', path: simulatedLine('scanner'), baud: 9600, trigger: { by: 'command' } }
        : { kind: scan.kind, path: scan.port, baud: scan.baud, trigger: triggerOf(scan) };
    return createScanEngine(host, options, {
      codeRead: (code) => feed({ type: 'codeScanned', code }),
      ambiguous: () => feed({ type: 'codeUnclear' }),
      statusChanged: report('scanner'),
    });
  }

  function openPrinter() {
    const print = config.printer;
    if (print.kind === 'none') return undefined;
    report('printer')(DEVICE_STARTING);
    const line =
      print.kind === 'sim' ? { path: simulatedLine('printer'), baud: 19_200 } : { path: print.port, baud: print.baud };
    return createReceiptPrinter(
      host,
      { ...line, flowControl: 'xonXoff', columns: print.columns, charset: 'gbk' },
      { statusChanged: report('printer') },
    );
  }

  return {
    show(view) {
      if (view.scannerArmed) scanner?.arm();
      else scanner?.disarm();
    },
    print(receipt, done) {
      if (printer === undefined) throw new Error('a receipt was asked for without a printer');
      printer.print(receiptLayout(receipt, receiptHead), (outcome) => done(outcome));
    },
    vend() {
      throw new Error('goods were asked for without a vend mechanism');
    },
    status: () => ({ ...statuses }),
    close() {
      scanner?.close();
      printer?.close();
    },
  };
}

function triggerOf(scan: Extract<ScannerConfig, { kind: 'gm65' | 'serial' }>): ScanEngineOptions['trigger'] {
  if (scan.triggerPin !== undefined) return { by: 'line', line: scan.triggerPin };
  return { by: scan.kind === 'gm65' ? 'command' : 'none' };
}

type Peripheral = Exclude<DeviceName, 'flash'>;

/** A device that is still starting is no better than a broken one: nothing is sold on a guess. */
function faultsOf(device: Peripheral, status: DeviceStatus): readonly FaultCode[] {
  return status.state === 'starting' ? [`${device}Starting`] : [...status.faults, ...status.warnings];
}
