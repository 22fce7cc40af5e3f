import { createMatrixKeypad, type MatrixKeypad } from '../../drivers/keypad/matrix-keypad.js';
import type { KeypadConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';
import { keypadOptionsOf } from './keypad-options-of.js';

/** The keypad that the configuration names; undefined where there is none. */
export function openKeypad(config: KeypadConfig, { host, feed, report }: DeviceParts): MatrixKeypad | undefined {
  if (config.kind === 'none') return undefined;
  return createMatrixKeypad(host, keypadOptionsOf(config), {
    keyPressed: (key) => feed({ type: 'keyPressed', key }),
    keysUnclear: () => feed({ type: 'keysUnclear' }),
    statusChanged: report,
  });
}
