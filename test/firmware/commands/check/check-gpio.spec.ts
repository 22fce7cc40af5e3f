import assert from 'node:assert/strict';
import { checkGpio } from '../../../../firmware/commands/check/check-gpio.js';
import type { DevicesConfig } from '../../../../firmware/config/config.js';

const NOTHING: DevicesConfig = {
  gpio: { backend: 'auto', pullUps: true },
  scanner: { kind: 'none' },
  keypad: { kind: 'none' },
  printer: { kind: 'none' },
  panel: { kind: 'none' },
  vend: { kind: 'none' },
};
const LAMP: DevicesConfig = { ...NOTHING, panel: { kind: 'gpio', readyPin: 22 } };
const BOX: DevicesConfig = {
  ...NOTHING,
  keypad: { kind: 'matrix', rowPins: [5, 6], columnPins: [16, 20], keys: ['12', '34'], settleMs: 0 },
  panel: { kind: 'gpio', readyPin: 22, doorPin: 26 },
  vend: { kind: 'relay', pins: [4], pulseMs: 100, timeoutMs: 1_000, sensorPin: 7 },
};
const BUZZER: DevicesConfig = { ...NOTHING, panel: { kind: 'gpio', buzzerPin: 12 } };

describe('checkGpio', () => {
  const able = {
    backend: 'character device: chip pinctrl-bcm2711 (/dev/gpiochip0)',
    switchesPulls: true,
    letsGoWhenKilled: true,
  };
  const old = { backend: 'onoff over sysfs', switchesPulls: false, letsGoWhenKilled: false };
  const missing = { ...old, backend: 'none: /sys/class/gpio is missing' };
  const warnings = (...[gpio, devices]: Parameters<typeof checkGpio>): readonly string[] =>
    checkGpio(gpio, devices).flatMap(({ outcome, found }) => (outcome === 'WARN' ? [found] : []));

  it('reports which backend serves the lines, and why', () => {
    assert.deepEqual(checkGpio(able, BOX), [{ item: 'GPIO', outcome: 'PASS', found: able.backend }]);
    assert.deepEqual(checkGpio(old, LAMP), [{ item: 'GPIO', outcome: 'PASS', found: old.backend }]);
  });

  it('fails where a device is on a line that nobody serves', () => {
    const [row, ...more] = checkGpio(missing, BOX);
    assert.deepEqual([row?.outcome, row?.found, more], ['FAIL', missing.backend, []]);
    assert.match(row?.todo ?? '', /docs\/wiring\.md/);
  });

  it('asks nothing of a machine whose devices are on no line', () => {
    const [row, ...more] = checkGpio(missing, NOTHING);
    assert.deepEqual([row?.outcome, more], ['SKIP', []]);
  });

  it('warns of pull-ups that the backend cannot switch, unless somebody says that they are there', () => {
    assert.equal(warnings(old, BOX)[0], 'sysfs cannot switch the pull-ups of 16, 20, 26, 7');
    const wired = { ...BOX, gpio: { backend: 'auto', pullUps: false } } as const;
    assert.ok(warnings(old, wired).every((found) => !found.includes('pull-ups')));
  });

  it('warns of outputs that may stay on after a kill, where that matters', () => {
    const kept = { ...able, letsGoWhenKilled: false };
    assert.deepEqual(warnings(kept, BOX), ['a program that is killed (SIGKILL, out of memory) may leave relays on']);
    assert.match(warnings(kept, BUZZER)[0] ?? '', /may leave buzzer on/);
    assert.deepEqual(warnings(kept, LAMP), []);
  });
});
