import { createReceiptPrinter, type ReceiptPrinter } from '../../drivers/printer/receipt-printer.js';
import type { PrinterConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';
import { SIMULATED_WIRING } from './simulated-wiring.js';

/** The receipt printer that the configuration names; undefined where there is none. */
export function openPrinter(config: PrinterConfig, { host, report }: DeviceParts): ReceiptPrinter | undefined {
  if (config.kind === 'none') return undefined;
  const line =
    config.kind === 'sim'
      ? { path: SIMULATED_WIRING.printerPort, baud: 19_200 }
      : { path: config.port, baud: config.baud };
  const { columns, charset } = config;
  const options = { ...line, flowControl: 'xonXoff', columns, charset } as const;
  return createReceiptPrinter(host, options, { statusChanged: report });
}
