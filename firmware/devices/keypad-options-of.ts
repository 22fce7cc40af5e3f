import type { MatrixKeypadOptions } from '../../drivers/keypad/matrix-keypad.js';
import type { KeypadConfig } from '../config/config.js';

/** On which lines the rows and columns of the configured keypad are, and what its keys are called. */
export function keypadOptionsOf(config: Exclude<KeypadConfig, { kind: 'none' }>): MatrixKeypadOptions {
  return { rowLines: config.rowPins, columnLines: config.columnPins, keys: config.keys };
}
