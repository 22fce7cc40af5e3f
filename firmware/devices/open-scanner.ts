import { createScanEngine, type ScanEngine, type ScanEngineOptions } from '../../drivers/scanner/scan-engine.js';
import type { ScannerConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';
import { SIMULATED_WIRING } from './simulated-wiring.js';

/** The scan engine that the configuration names; undefined where there is none. */
export function openScanner(config: ScannerConfig, { host, feed, report }: DeviceParts): ScanEngine | undefined {
  if (config.kind === 'none') return undefined;
  return createScanEngine(host, optionsOf(config), {
    codeRead: (code) => feed({ type: 'codeScanned', code }),
    ambiguous: () => feed({ type: 'codeUnclear' }),
    statusChanged: report,
  });
}

function optionsOf(config: Exclude<ScannerConfig, { kind: 'none' }>): ScanEngineOptions {
  if (config.kind === 'sim') {
    return { kind: 'gm65', path: SIMULATED_WIRING.scannerPort, baud: 9600, trigger: { by: 'command' } };
  }
  const { kind, port: path, baud, triggerPin, goodReadPin } = config;
  const trigger: ScanEngineOptions['trigger'] =
    triggerPin === undefined ? { by: kind === 'gm65' ? 'command' : 'none' } : { by: 'line', line: triggerPin };
  return { kind, path, baud, trigger, ...(goodReadPin === undefined ? {} : { goodReadLine: goodReadPin }) };
}
