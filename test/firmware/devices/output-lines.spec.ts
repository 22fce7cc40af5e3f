import assert from 'node:assert/strict';
import type { GpioHost } from '../../../drivers/host.js';
import type { DevicesConfig } from '../../../firmware/config/config.js';
import { createDevices } from '../../../firmware/devices/devices.js';
import { outputLines, pulledLines } from '../../../firmware/devices/output-lines.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { createSimSerial } from '../../../hw-sim/sim-serial.js';
import { createWorld } from '../../../hw-sim/world.js';
import { pass, testClock } from '../../support/test-clock.js';

const BOX: DevicesConfig = {
  gpio: { backend: 'auto', pullUps: true },
  scanner: { kind: 'gm65', port: '/dev/ttyAMA0', baud: 9_600, triggerPin: 17, goodReadPin: 27 },
  keypad: { kind: 'matrix', rowPins: [5, 6], columnPins: [16, 20], keys: ['12', '34'], settleMs: 0 },
  printer: { kind: 'none' },
  panel: { kind: 'gpio', readyPin: 22, busyPin: 23, paidPin: 24, faultPin: 25, buzzerPin: 12, doorPin: 26 },
  vend: { kind: 'relay', pins: [4, 18], pulseMs: 100, timeoutMs: 1_000, sensorPin: 7 },
};
const NONE = { kind: 'none' } as const;

describe('the outputs of the configured devices', () => {
  it('are those that the drivers take, with the level that they take them with', () => {
    const world = createWorld({ seed: 1, startWallMs: 0 });
    const clock = testClock(world);
    const sim = createSimGpio(world).hostFor(clock);
    const taken: (readonly [number, string])[] = [];
    const pulled: number[] = [];
    const gpio: GpioHost = {
      ...sim,
      output(line, initial) {
        taken.push([line, `${initial}`]);
        return sim.output(line, initial);
      },
      openDrain(line) {
        taken.push([line, 'released']);
        return sim.openDrain(line);
      },
      input(line, use) {
        if (use?.pullUp === true) pulled.push(line);
        return sim.input(line, use);
      },
    };
    const devices = createDevices({
      host: { clock, gpio, serial: createSimSerial(world).hostFor(clock) },
      config: BOX,
      currency: 'CNY',
      receiptHead: { merchantName: 'M', storeName: 'S', locale: 'en', terminalNumber: '1', zoneShown: true },
      feed: () => undefined,
    });
    pass(world, 10);
    const byLine = (a: readonly [number, string], b: readonly [number, string]): number => a[0] - b[0];
    assert.deepEqual(
      taken.sort(byLine),
      outputLines(BOX)
        .map(({ line, rest }): readonly [number, string] => [line, `${rest}`])
        .sort(byLine),
    );
    assert.equal(taken.length, 10);
    assert.deepEqual(pulled.sort(), [...pulledLines(BOX)].sort());
    devices.close();
  });

  it('begin with what moves goods', () => {
    assert.deepEqual(outputLines(BOX).slice(0, 3), [
      { line: 4, rest: 0 },
      { line: 18, rest: 0 },
      { line: 12, rest: 0 },
    ]);
  });

  it('are none where nothing is configured', () => {
    const none = { gpio: BOX.gpio, scanner: NONE, keypad: NONE, printer: NONE, panel: NONE, vend: NONE };
    assert.deepEqual([outputLines(none), pulledLines(none)], [[], []]);
  });
});
