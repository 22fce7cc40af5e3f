import type { GpioHost } from '../../../drivers/host.js';
import type { DevicesConfig } from '../../config/config.js';
import { pulledLines } from '../../devices/output-lines.js';
import { usesGpioLines } from '../../devices/uses-gpio-lines.js';
import { type CheckRow, checkRow } from './check-row.js';

const ITEM = 'GPIO';

/** Which backend serves the lines of the board, where a device is on one, and what it cannot do. */
export function checkGpio(
  { backend, switchesPulls, letsGoWhenKilled }: Pick<GpioHost, 'backend' | 'switchesPulls' | 'letsGoWhenKilled'>,
  devices: DevicesConfig,
): readonly CheckRow[] {
  if (!usesGpioLines(devices)) return [checkRow.skip(ITEM, 'no configured device is on a line of the board')];
  if (backend.startsWith('none: ')) {
    return [checkRow.fail(ITEM, backend, 'see GPIO in docs/wiring.md; no device on a line can work until then')];
  }
  const rows = [checkRow.pass(ITEM, backend)];
  const pulled = pulledLines(devices);
  if (!switchesPulls && devices.gpio.pullUps && pulled.length > 0) {
    rows.push(
      checkRow.warn(
        ITEM,
        `sysfs cannot switch the pull-ups of ${pulled.join(', ')}`,
        'set them in config.txt (gpio=…=ip,pu) or wire resistors, as docs/wiring.md says; GPIO_PULL_UPS=false says that it is done',
      ),
    );
  }
  const kept = [
    ...(devices.vend.kind === 'relay' ? ['relays'] : []),
    ...(devices.panel.kind === 'gpio' && devices.panel.buzzerPin !== undefined ? ['buzzer'] : []),
  ];
  if (!letsGoWhenKilled && kept.length > 0) {
    rows.push(
      checkRow.warn(
        ITEM,
        `a program that is killed (SIGKILL, out of memory) may leave ${kept.join(' and ')} on`,
        'let the supervisor run tillbox rest then, as deploy/tillbox.service does; see "When the program ends" in docs/wiring.md',
      ),
    );
  }
  return rows;
}
