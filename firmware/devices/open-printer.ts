import { createReceiptPrinter, type ReceiptPrinter } from '../../drivers/printer/receipt-printer.js';
import type { PrinterConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';

/** The receipt printer that the configuration names; undefined where there is none. */
export function openPrinter(config: PrinterConfig, { host, report }: DeviceParts): ReceiptPrinter | undefined {
  if (config.kind === 'none') return undefined;
  const { port: path, baud, columns, charset } = config;
  const options = { path, baud, flowControl: 'xonXoff', columns, charset } as const;
  return createReceiptPrinter(host, options, { statusChanged: report });
}
