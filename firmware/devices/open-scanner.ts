import { createScanEngine, type ScanEngine } from '../../drivers/scanner/scan-engine.js';
import type { ScannerConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';
import { scannerOptionsOf } from './scanner-options-of.js';

/** The scan engine that the configuration names; undefined where there is none. */
export function openScanner(config: ScannerConfig, { host, feed, report }: DeviceParts): ScanEngine | undefined {
  if (config.kind === 'none') return undefined;
  return createScanEngine(host, scannerOptionsOf(config), {
    codeRead: (code) => feed({ type: 'codeScanned', code }),
    ambiguous: () => feed({ type: 'codeUnclear' }),
    tooMany: (times) => feed({ type: 'inputRefused', refusal: { device: 'scanner', reason: 'tooMany', times } }),
    statusChanged: report,
  });
}
