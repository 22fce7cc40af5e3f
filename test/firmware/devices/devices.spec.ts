import assert from 'node:assert/strict';
import { createDevices } from '../../../firmware/devices/devices.js';
import type { Event } from '../../../flows/input.js';
import { createScanEngineModel } from '../../../hw-sim/devices/scan-engine-model.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { createSimSerial } from '../../../hw-sim/sim-serial.js';
import { SIMULATED_WIRING } from '../../../hw-sim/simulated-wiring.js';
import { createWorld } from '../../../hw-sim/world.js';
import { pass, testClock } from '../../support/test-clock.js';

describe('the devices of a terminal', () => {
  it('tell of the noise and the dropped codes of a scanner, and never a code', () => {
    const world = createWorld({ seed: 31, startWallMs: 0 });
    const clock = testClock(world);
    const serial = createSimSerial(world);
    const port = serial.attach(SIMULATED_WIRING.scannerPort, 9_600, (cable) =>
      createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' }),
    );
    const events: Event[] = [];
    const none = { kind: 'none' } as const;
    const devices = createDevices({
      host: { clock, serial: serial.hostFor(clock), gpio: createSimGpio(world).hostFor(clock) },
      config: {
        scanner: { kind: 'gm65', port: SIMULATED_WIRING.scannerPort, baud: 9_600 },
        keypad: none,
        printer: none,
        panel: none,
        vend: none,
      },
      currency: 'CNY',
      receiptHead: { merchantName: 'M', storeName: 'S', terminalNumber: '1', locale: 'en', zoneShown: false },
      feed: (event) => events.push(event),
    });
    pass(world, 3_000);
    assert.deepEqual(devices.status(), { scanner: { state: 'ok', faults: [], warnings: [] } });
    port.disturb(Uint8Array.of(0x81, 0x07, 0xff, 0xfe));
    pass(world, 500);
    port.disturb(Buffer.from('281234567890123456\r'));
    pass(world, 500);
    const { detail } = devices.status().scanner ?? {};
    assert.match(detail ?? '', /^\d+ bytes of noise; 1 codes dropped$/);
    assert.ok(!JSON.stringify([devices.status(), events]).includes('2812345'));
    devices.close();
  });
});
