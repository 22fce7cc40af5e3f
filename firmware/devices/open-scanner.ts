import { createScanEngine, type ScanEngine, type ScanEngineOptions } from '../../drivers/scanner/scan-engine.js';
import { codeContent } from '../../flows/code-content.js';
import { present } from '../../flows/present.js';
import type { ScannerConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';

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

/** Port, kind and trigger of the configured scan engine. */
export function scannerOptionsOf(config: Exclude<ScannerConfig, { kind: 'none' }>): ScanEngineOptions {
  const { kind, port: path, baud, triggerPin, goodReadPin } = config;
  const trigger: ScanEngineOptions['trigger'] =
    triggerPin === undefined ? { by: kind === 'gm65' ? 'command' : 'none' } : { by: 'line', line: triggerPin };
  return {
    kind,
    path,
    baud,
    trigger,
    content: codeContent,
    ...present({ goodReadLine: goodReadPin }),
  };
}
