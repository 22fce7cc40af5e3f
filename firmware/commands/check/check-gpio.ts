import type { GpioHost } from '../../../drivers/host.js';
import type { DevicesConfig } from '../../config/config.js';
import { usesGpioLines } from '../../devices/uses-gpio-lines.js';
import { type CheckRow, checkRow } from './check-row.js';

const ITEM = 'GPIO';

/** Which backend serves the lines of the board, where a device is on one. */
export function checkGpio({ backend }: Pick<GpioHost, 'backend'>, devices: DevicesConfig): CheckRow {
  if (!usesGpioLines(devices)) return checkRow.skip(ITEM, 'no configured device is on a line of the board');
  if (!backend.startsWith('none: ')) return checkRow.pass(ITEM, backend);
  return checkRow.fail(ITEM, backend, 'see GPIO in docs/wiring.md; no device on a line can work until then');
}
