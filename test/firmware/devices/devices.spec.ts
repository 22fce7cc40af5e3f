import assert from 'node:assert/strict';
import type { DeviceStatus } from '../../../drivers/device-status.js';
import type { DevicesConfig } from '../../../firmware/config/config.js';
import { createDevices } from '../../../firmware/devices/devices.js';
import type { DeviceName, FaultCode } from '../../../flows/faults.js';
import type { Event } from '../../../flows/input.js';
import type { Receipt } from '../../../flows/receipt.js';
import { attachDevice } from '../../../hw-sim/attach-device.js';
import { createReceiptPrinterModel, USUAL_PRINTER } from '../../../hw-sim/devices/receipt-printer-model.js';
import { createScanEngineModel } from '../../../hw-sim/devices/scan-engine-model.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { createSimSerial } from '../../../hw-sim/sim-serial.js';
import { createWorld } from '../../../hw-sim/world.js';
import { cny } from '../../flows/builders.js';
import { pass, testClock } from '../../support/test-clock.js';

const SCANNER_PORT = '/dev/ttyS0';
const PRINTER_PORT = '/dev/ttyS1';
const ROW = 5;
const READY_LAMP = 20;
const RELAY = 23;
const VEND_TIMEOUT_MS = 5_000;

const NONE: DevicesConfig = {
  gpio: { backend: 'auto', pullUps: true },
  scanner: { kind: 'none' },
  keypad: { kind: 'none' },
  printer: { kind: 'none' },
  panel: { kind: 'none' },
  vend: { kind: 'none' },
};

const ALL: DevicesConfig = {
  gpio: { backend: 'auto', pullUps: true },
  scanner: { kind: 'gm65', port: SCANNER_PORT, baud: 9_600 },
  keypad: { kind: 'matrix', rowPins: [ROW], columnPins: [6], keys: ['1'], settleMs: 0 },
  printer: { kind: 'escpos', port: PRINTER_PORT, baud: 19_200, columns: 48, charset: 'gbk', required: true },
  panel: { kind: 'gpio', readyPin: READY_LAMP },
  vend: { kind: 'relay', pins: [RELAY], pulseMs: 200, timeoutMs: VEND_TIMEOUT_MS },
};

function bench(config: DevicesConfig) {
  const world = createWorld({ seed: 31, startWallMs: 0 });
  const clock = testClock(world);
  const serial = createSimSerial(world);
  const gpio = createSimGpio(world);
  const scanner = attachDevice(serial, SCANNER_PORT, 9_600, (cable) =>
    createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' }),
  );
  const printer = attachDevice(serial, PRINTER_PORT, 19_200, (cable) =>
    createReceiptPrinterModel(world, cable, USUAL_PRINTER),
  );
  const events: Event[] = [];
  const install = () =>
    createDevices({
      host: { clock, serial: serial.hostFor(clock), gpio: gpio.hostFor(clock) },
      config,
      currency: 'CNY',
      receiptHead: { merchantName: 'M', storeName: 'S', terminalNumber: '1', locale: 'en', zoneShown: false },
      feed: (event) => events.push(event),
    });
  /** The faults of each change of a device, in order. */
  const changes = (device: DeviceName): (readonly FaultCode[])[] =>
    events.flatMap((event) => (event.type === 'deviceChanged' && event.device === device ? [event.faults] : []));
  return { world, gpio, scanner, printer, events, install, changes };
}

type Bench = ReturnType<typeof bench>;

/** What is done to each device before the start, and what that is reported as. */
const BROKEN: readonly [
  Exclude<DeviceName, 'flash' | 'log' | 'update'>,
  (bench: Bench) => void,
  DeviceStatus['state'],
  FaultCode,
][] = [
  ['scanner', ({ scanner }) => scanner.port.unplug(), 'absent', 'scannerAbsent'],
  ['printer', ({ printer }) => printer.port.refuse('denied'), 'fault', 'printerPortDenied'],
  ['keypad', ({ gpio }) => gpio.refuse(ROW, 'busy'), 'fault', 'keypadLines'],
  ['panel', ({ gpio }) => gpio.refuse(READY_LAMP, 'busy'), 'fault', 'panelLines'],
  ['vend', ({ gpio }) => gpio.refuse(RELAY, 'busy'), 'fault', 'vendLines'],
];

describe('the devices of a terminal', () => {
  for (const [device, breakIt, state, fault] of BROKEN) {
    it(`report a ${device} as starting, then as well`, () => {
      const made = bench({ ...NONE, [device]: ALL[device] });
      const devices = made.install();
      assert.deepEqual(made.changes(device), [[`${device}Starting`]]);
      pass(made.world, 10_000);
      assert.deepEqual(made.changes(device), [[`${device}Starting`], []]);
      assert.deepEqual(devices.status(), { [device]: { state: 'ok', faults: [], warnings: [] } });
    });

    it(`report a ${device} as starting, then as ${fault}, and no other device`, () => {
      const made = bench(ALL);
      breakIt(made);
      const devices = made.install();
      pass(made.world, 10_000);
      assert.deepEqual(made.changes(device), [[`${device}Starting`], [fault]]);
      const broken = Object.entries(devices.status()).filter(([, status]) => status.state !== 'ok');
      assert.deepEqual(
        broken.map(([name, status]) => [name, status.state, status.faults]),
        [[device, state, [fault]]],
      );
    });
  }

  it('that are not configured report nothing, and are asked for nothing', () => {
    const { world, events, install } = bench(NONE);
    const devices = install();
    pass(world, 10_000);
    assert.deepEqual([events, devices.status()], [[], {}]);
    const receipt = {} as Receipt;
    assert.throws(() => devices.print(receipt, () => undefined), /without a printer/);
    assert.throws(() => devices.vend({ amount: cny('100') }, () => undefined), /without a vend mechanism/);
  });

  it('hand goods out, and count relays from 1', () => {
    const { world, gpio, install } = bench(ALL);
    const devices = install();
    pass(world, 1_000);
    const levels: number[] = [];
    gpio.watch(RELAY, (level) => levels.push(level));
    const outcomes: string[] = [];
    for (const channel of ['1', '2']) {
      devices.vend({ channel, amount: cny('100') }, (outcome) => outcomes.push(`${channel} ${outcome}`));
      pass(world, VEND_TIMEOUT_MS);
    }
    assert.deepEqual(
      [levels, outcomes],
      [
        [1, 0],
        ['1 yes', '2 no'],
      ],
    );
  });

  it('add the noise and the dropped codes of a scanner to its status, and never a code', () => {
    const { world, scanner, events, install } = bench({ ...NONE, scanner: ALL.scanner });
    const devices = install();
    pass(world, 3_000);
    scanner.port.disturb(Uint8Array.of(0x81, 0x07, 0xff, 0xfe));
    pass(world, 500);
    scanner.port.disturb(Buffer.from('281234567890123456\r'));
    pass(world, 500);
    const { detail } = devices.status().scanner ?? {};
    assert.match(detail ?? '', /^\d+ bytes of noise; 1 codes dropped$/);
    assert.ok(!JSON.stringify([devices.status(), events]).includes('2812345'));
  });

  it('release their lines when they are closed, report nothing more, and say so later', () => {
    const { world, gpio, events, install } = bench(ALL);
    const devices = install();
    pass(world, 1_000);
    assert.equal(gpio.level(RELAY), 0);
    const before = events.length;
    let times = 0;
    devices.close(() => {
      times += 1;
    });
    assert.deepEqual([gpio.level(RELAY), times], [1, 0], 'pulled up, as nobody drives it');
    pass(world, 60_000);
    assert.deepEqual([times, events.length], [1, before]);
  });
});
