import { createMatrixKeypad, type MatrixKeypad } from '../../drivers/keypad/matrix-keypad.js';
import type { KeypadConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';
import { SIMULATED_WIRING } from './simulated-wiring.js';

/** The keypad that the configuration names; undefined where there is none. */
export function openKeypad(config: KeypadConfig, { host, feed, report }: DeviceParts): MatrixKeypad | undefined {
  if (config.kind === 'none') return undefined;
  const options =
    config.kind === 'sim'
      ? { ...SIMULATED_WIRING.keypad, keys: config.keys }
      : { rowLines: config.rowPins, columnLines: config.columnPins, keys: config.keys };
  return createMatrixKeypad(host, options, {
    keyPressed: (key) => feed({ type: 'keyPressed', key }),
    statusChanged: report,
  });
}
