import type { ScanEngineOptions } from '../../drivers/scanner/scan-engine.js';
import { codeContent } from '../../flows/code-content.js';
import { present } from '../../flows/present.js';
import type { ScannerConfig } from '../config/config.js';

/** The configured scan engine: its port, its kind and what makes it look. */
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
