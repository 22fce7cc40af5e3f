import { createMatrixKeypad, type MatrixKeypad, type MatrixKeypadOptions } from '../../drivers/keypad/matrix-keypad.js';
import type { KeypadConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';

/** The keypad that the configuration names; undefined where there is none. */
export function openKeypad(config: KeypadConfig, { host, feed, report }: DeviceParts): MatrixKeypad | undefined {
  if (config.kind === 'none') return undefined;
  return createMatrixKeypad(host, keypadOptionsOf(config), {
    keyPressed: (key) => feed({ type: 'keyPressed', key }),
    keysUnclear: () => feed({ type: 'keysUnclear' }),
    statusChanged: report,
  });
}

/** Lines and keys of the configured keypad. */
export function keypadOptionsOf(config: Exclude<KeypadConfig, { kind: 'none' }>): MatrixKeypadOptions {
  return { rowLines: config.rowPins, columnLines: config.columnPins, keys: config.keys, settleMs: config.settleMs };
}
