import type { MatrixKeypadOptions } from '../../drivers/keypad/matrix-keypad.js';
import type { KeypadConfig } from '../config/config.js';
import { SIMULATED_WIRING } from './simulated-wiring.js';

/** On which lines the rows and columns of the configured keypad are, and what its keys are called. */
export function keypadOptionsOf(config: Exclude<KeypadConfig, { kind: 'none' }>): MatrixKeypadOptions {
  return config.kind === 'sim'
    ? { ...SIMULATED_WIRING.keypad, keys: config.keys }
    : { rowLines: config.rowPins, columnLines: config.columnPins, keys: config.keys };
}
