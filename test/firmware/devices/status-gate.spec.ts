import assert from 'node:assert/strict';
import { DEVICE_OK, DEVICE_STARTING, type DeviceStatus } from '../../../drivers/device-status.js';
import { createStatusGate } from '../../../firmware/devices/status-gate.js';
import { createVirtualClock } from '../virtual-clock.js';

const BROKEN: DeviceStatus = { state: 'fault', faults: ['printerPaperOut'], warnings: [] };

function bench() {
  const clock = createVirtualClock();
  const told: string[] = [];
  const gate = createStatusGate(clock, ({ state, detail }) => told.push(detail ?? state));
  return { clock, told, gate };
}

describe('status gate', () => {
  it('lets news through at once', () => {
    const { told, gate } = bench();
    for (const status of [DEVICE_STARTING, DEVICE_OK, BROKEN, DEVICE_OK]) gate.report(status);
    assert.deepEqual(told, ['starting', 'ok', 'fault', 'ok']);
  });

  it('lets a device that flaps be broken at once, and well a few times only', () => {
    const { clock, told, gate } = bench();
    for (let times = 0; times < 600; times += 1) {
      gate.report(BROKEN);
      clock.advance(50);
      gate.report(DEVICE_OK);
      clock.advance(50);
    }
    assert.ok(told.length <= 2 * (10 + 60_000 / 5_000) + 2, `${told.length} of 1200`);
    clock.advance(5_000);
    assert.equal(told.at(-1), 'ok', 'well in the end');
    gate.report(BROKEN);
    assert.equal(told.at(-1), 'fault');
    clock.advance(60_000);
    assert.equal(told.at(-1), 'fault');
  });

  it('reports the latest of what had to wait', () => {
    const { clock, told, gate } = bench();
    for (let at = 0; at < 100; at += 1) gate.report({ ...DEVICE_OK, detail: `${at}` });
    assert.equal(told.length, 10);
    clock.advance(5_000);
    assert.deepEqual(told.slice(10), ['99']);
  });

  it('reports nothing more when it is closed', () => {
    const { clock, told, gate } = bench();
    for (let at = 0; at < 12; at += 1) gate.report({ ...DEVICE_OK, detail: `${at}` });
    gate.close();
    gate.report(BROKEN);
    clock.advance(60_000);
    assert.equal(told.length, 10);
  });
});
