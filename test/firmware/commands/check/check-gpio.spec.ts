import assert from 'node:assert/strict';
import { checkGpio } from '../../../../firmware/commands/check/check-devices.js';
import type { DevicesConfig } from '../../../../firmware/config/config.js';

const NOTHING: DevicesConfig = {
  scanner: { kind: 'none' },
  keypad: { kind: 'none' },
  printer: { kind: 'none' },
  panel: { kind: 'none' },
  vend: { kind: 'none' },
};
const LAMP: DevicesConfig = { ...NOTHING, panel: { kind: 'gpio', readyPin: 22 } };

describe('checkGpio', () => {
  const found = 'onoff over sysfs: chip pinctrl-bcm2711, line 0 is the kernel’s 512';
  const missing = 'none: /sys/class/gpio is missing';

  it('reports which backend serves the lines, and why', () => {
    assert.deepEqual(checkGpio({ backend: found }, LAMP), { item: 'GPIO', outcome: 'PASS', found });
  });

  it('fails where a device is on a line that nobody serves', () => {
    const row = checkGpio({ backend: missing }, LAMP);
    assert.deepEqual([row.outcome, row.found], ['FAIL', missing]);
    assert.match(row.todo ?? '', /docs\/wiring\.md/);
  });

  it('asks nothing of a machine whose devices are on no line', () => {
    assert.equal(checkGpio({ backend: missing }, NOTHING).outcome, 'SKIP');
  });
});
