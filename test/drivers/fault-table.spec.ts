import assert from 'node:assert/strict';
import type { DeviceFault, DeviceStatus } from '../../drivers/device-status.js';
import type { SerialHost } from '../../drivers/host.js';
import { createMatrixKeypad } from '../../drivers/keypad/matrix-keypad.js';
import { createPanel } from '../../drivers/panel/panel.js';
import { createReceiptPrinter } from '../../drivers/printer/receipt-printer.js';
import { createScanEngine } from '../../drivers/scanner/scan-engine.js';
import { createMdbMachine } from '../../drivers/vend/mdb-machine.js';
import { createRelayVend } from '../../drivers/vend/relay-vend.js';
import { codeContent } from '../../flows/code-content.js';
import { createKeypadModel } from '../../hw-sim/devices/keypad-model.js';
import { createMdbMachineModel } from '../../hw-sim/devices/mdb-machine-model.js';
import { createReceiptPrinterModel, USUAL_PRINTER } from '../../hw-sim/devices/receipt-printer-model.js';
import { createScanEngineModel } from '../../hw-sim/devices/scan-engine-model.js';
import { createVendMechanismModel } from '../../hw-sim/devices/vend-mechanism-model.js';
import { createSimGpio } from '../../hw-sim/sim-gpio.js';
import { createSimSerial, type SerialCable, type SerialDevice, type SimSerialPort } from '../../hw-sim/sim-serial.js';
import { createWorld, type World } from '../../hw-sim/world.js';
import { pass, testClock } from '../support/test-clock.js';

/** One device that works, a way to break it and a way to mend it. */
interface Case {
  /** Breaks it; at once or when the device is ready. */
  readonly break: () => void;
  readonly when: 'beforeStart' | 'running';
  readonly repair: () => void;
  readonly open: (statusChanged: (status: DeviceStatus) => void) => { status(): DeviceStatus; close(): void };
  readonly world: World;
  /** How long until the fault is seen, and until all is well again. */
  readonly seenWithinMs: number;
  readonly wellWithinMs: number;
  /** A warning: the device stays usable. */
  readonly warning?: true;
}

type Parts = { world: World; port: SimSerialPort; serial: SerialHost };

function onSerial<D extends SerialDevice>(create: (world: World, cable: SerialCable) => D): Parts & { device: D } {
  const world = createWorld({ seed: 21, startWallMs: 0 });
  const sim = createSimSerial(world);
  const made: D[] = [];
  const port = sim.attach('/dev/tty', 9_600, (cable) => {
    const device = create(world, cable);
    made.push(device);
    return device;
  });
  const [device] = made;
  assert.ok(device);
  return { world, port, device, serial: sim.hostFor(testClock(world)) };
}

function scanner(
  how: (made: ReturnType<typeof scannerParts>) => Pick<Case, 'break' | 'when' | 'repair'> & Partial<Case>,
): Case {
  const made = scannerParts();
  return { seenWithinMs: 45_000, wellWithinMs: 80_000, world: made.world, open: made.open, ...how(made) };
}

function scannerParts() {
  const made = onSerial((world, cable) => createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' }));
  const gpio = createSimGpio(made.world);
  const clock = testClock(made.world);
  const open: Case['open'] = (statusChanged) => {
    const engine = createScanEngine(
      { clock, serial: made.serial, gpio: gpio.hostFor(clock) },
      { kind: 'gm65', path: '/dev/tty', baud: 9_600, trigger: { by: 'line', line: 22 }, content: codeContent },
      { codeRead: () => undefined, ambiguous: () => undefined, tooMany: () => undefined, statusChanged },
    );
    engine.arm();
    return engine;
  };
  return { ...made, gpio, open };
}

function printer(
  how: (made: ReturnType<typeof printerParts>) => Pick<Case, 'break' | 'when' | 'repair'> & Partial<Case>,
): Case {
  const made = printerParts();
  return { seenWithinMs: 5_000, wellWithinMs: 60_000, world: made.world, open: made.open, ...how(made) };
}

function printerParts() {
  const made = onSerial((world, cable) => createReceiptPrinterModel(world, cable, USUAL_PRINTER));
  const clock = testClock(made.world);
  const open = (statusChanged: (status: DeviceStatus) => void) =>
    createReceiptPrinter(
      { clock, serial: made.serial },
      { path: '/dev/tty', baud: 9_600, flowControl: 'none', columns: 48, charset: 'gbk' },
      { statusChanged },
    );
  return { ...made, open };
}

function mdb(
  how: (made: ReturnType<typeof mdbParts>) => Pick<Case, 'break' | 'when' | 'repair'> & Partial<Case>,
): Case {
  const made = mdbParts();
  return { seenWithinMs: 20_000, wellWithinMs: 80_000, world: made.world, open: made.open, ...how(made) };
}

function mdbParts() {
  const made = onSerial((world, cable) => createMdbMachineModel(world, cable));
  const open: Case['open'] = (statusChanged) =>
    createMdbMachine(
      { clock: testClock(made.world), serial: made.serial },
      { path: '/dev/tty', baud: 9_600, currencyNumber: 156, currencyDecimals: 2, timeoutMs: 10_000 },
      {
        selectionMade: () => undefined,
        selectionEnded: () => undefined,
        selectionRefused: () => undefined,
        reportedLate: () => undefined,
        statusChanged,
      },
    );
  return { ...made, open };
}

function onLines() {
  const world = createWorld({ seed: 22, startWallMs: 0 });
  const gpio = createSimGpio(world);
  const clock = testClock(world);
  const parts = { clock, gpio: gpio.hostFor(clock) };
  const limits = { seenWithinMs: 40_000, wellWithinMs: 40_000, world };
  return { world, gpio, parts, limits };
}

function lineRefused(make: (made: ReturnType<typeof onLines>) => { line: number; open: Case['open'] }): Case {
  const made = onLines();
  const { line, open } = make(made);
  return {
    ...made.limits,
    open,
    when: 'beforeStart',
    break: () => made.gpio.refuse(line, 'busy'),
    repair: () => made.gpio.refuse(line, undefined),
  };
}

const KEYPAD = { rowLines: [5, 6], columnLines: [16, 20], keys: ['12', '34'] };

/** Every fault that a driver can report: how it comes about, and that it goes away by itself when the cause does. */
const CASES: Readonly<Record<DeviceFault, () => Case>> = {
  scannerAbsent: () =>
    scanner(({ port }) => ({
      when: 'running',
      break: () => port.unplug(),
      repair: () => port.plug(),
      seenWithinMs: 100,
    })),
  scannerPortDenied: () =>
    scanner(({ port }) => ({
      when: 'beforeStart',
      break: () => port.refuse('denied'),
      repair: () => port.refuse(undefined),
    })),
  scannerSilent: () =>
    scanner(({ device }) => ({ when: 'running', break: () => device.power(false), repair: () => device.power(true) })),
  scannerSetupCodesOpen: () =>
    scanner(({ device, port }) => ({
      when: 'beforeStart',
      break: () => device.refuseRegister(0x0003),
      // Another engine is plugged in.
      repair: () => {
        device.acceptRegister(0x0003);
        port.unplug();
        port.plug();
      },
    })),
  scannerSettings: () =>
    scanner(({ device, port }) => ({
      when: 'beforeStart',
      warning: true,
      break: () => device.refuseRegister(0x0060),
      repair: () => {
        device.acceptRegister(0x0060);
        port.unplug();
        port.plug();
      },
    })),
  scannerTriggerLine: () =>
    scanner(({ gpio }) => ({
      when: 'beforeStart',
      break: () => gpio.refuse(22, 'busy'),
      repair: () => gpio.refuse(22, undefined),
    })),
  printerAbsent: () =>
    printer(({ port }) => ({
      when: 'running',
      break: () => port.unplug(),
      repair: () => port.plug(),
      seenWithinMs: 100,
    })),
  printerPortDenied: () =>
    printer(({ port }) => ({
      when: 'beforeStart',
      break: () => port.refuse('busy'),
      repair: () => port.refuse(undefined),
    })),
  printerSilent: () =>
    printer(({ device }) => ({ when: 'running', break: () => device.power(false), repair: () => device.power(true) })),
  printerPaperOut: () =>
    printer(({ device }) => ({ when: 'running', break: () => device.loadPaper(0), repair: () => device.loadPaper() })),
  printerPaperNearEnd: () =>
    printer(({ device }) => ({
      when: 'running',
      warning: true,
      break: () => device.loadPaper(10_000),
      repair: () => device.loadPaper(),
    })),
  printerCoverOpen: () =>
    printer(({ device }) => ({ when: 'running', break: () => device.openCover(), repair: () => device.closeCover() })),
  printerCutter: () => {
    let print = (): void => undefined;
    return printer(({ device, open }) => ({
      when: 'running',
      seenWithinMs: 40_000,
      open(statusChanged) {
        const driver = open(statusChanged);
        print = () => driver.print({ lines: [{ kind: 'text', text: 'x' }] }, () => undefined);
        return driver;
      },
      break() {
        device.jamCutter();
        print();
      },
      repair: () => device.freeCutter(),
    }));
  },
  printerOverheated: () =>
    printer(({ device }) => ({
      when: 'running',
      break: () => device.overheat(true),
      repair: () => device.overheat(false),
    })),
  printerOffline: () =>
    printer(({ device }) => ({
      when: 'running',
      break: () => device.holdFeed(true),
      repair: () => device.holdFeed(false),
    })),
  printerBroken: () =>
    printer(({ device, port }) => ({
      when: 'running',
      break: () => device.breakDown(),
      repair() {
        device.repair();
        port.unplug();
        port.plug();
      },
    })),
  keypadLines: () =>
    lineRefused(({ parts }) => ({
      line: 6,
      open: (statusChanged) =>
        createMatrixKeypad(parts, KEYPAD, { keyPressed: () => undefined, keysUnclear: () => undefined, statusChanged }),
    })),
  scannerBabbles: () =>
    scanner(({ world, port }) => {
      let babbling = false;
      let codes = 0;
      const babble = (): void => {
        codes += 1;
        port.disturb(Buffer.from(`no code ${codes}\r`));
        if (babbling) world.after(60, babble);
      };
      return {
        when: 'running',
        break() {
          babbling = true;
          babble();
        },
        repair: () => {
          babbling = false;
        },
        warning: true,
      };
    }),
  keypadKeyStuck: () => {
    const { gpio, world, parts, limits } = onLines();
    const keypad = createKeypadModel(world, gpio, { ...KEYPAD, bounceMs: 5 });
    return {
      ...limits,
      when: 'running',
      break: () => keypad.press('3'),
      repair: () => keypad.release('3'),
      open: (statusChanged) =>
        createMatrixKeypad(parts, KEYPAD, { keyPressed: () => undefined, keysUnclear: () => undefined, statusChanged }),
    };
  },
  panelLines: () =>
    lineRefused(({ parts }) => ({
      line: 17,
      open: (statusChanged) =>
        createPanel(parts, { lampLines: { fault: 17 } }, { doorChanged: () => undefined, statusChanged }),
    })),
  vendLines: () =>
    lineRefused(({ parts }) => ({
      line: 23,
      open: (statusChanged) =>
        createRelayVend(
          parts,
          { channelLines: [23], pulseMs: 100, timeoutMs: 1_000 },
          { statusChanged, droppedLate: () => undefined },
        ),
    })),
  vendSensorStuck: () => {
    const { gpio, world, parts, limits } = onLines();
    const lines = { channelLines: [23], sensorLine: 12 };
    const goods = createVendMechanismModel(world, gpio, { ...lines, stockPerChannel: 1, turnMs: 100, fallMs: 100 });
    return {
      ...limits,
      when: 'running',
      break: () => goods.coverSensor(true),
      repair: () => goods.coverSensor(false),
      open: (statusChanged) =>
        createRelayVend(
          parts,
          { ...lines, pulseMs: 100, timeoutMs: 1_000 },
          { statusChanged, droppedLate: () => undefined },
        ),
    };
  },
  vendMachineAbsent: () =>
    mdb(({ port }) => ({ when: 'running', break: () => port.unplug(), repair: () => port.plug() })),
  vendMachineSilent: () =>
    mdb(({ device }) => ({ when: 'running', break: () => device.hang(true), repair: () => device.hang(false) })),
  vendPrices: () =>
    mdb(({ device, world }) => ({
      when: 'running',
      break: () => device.choose('9', '1.505'),
      repair() {
        for (let at = 1; at <= 10; at += 1) {
          world.after(at * 1_000, () => device.choose('9', '1.50'));
          world.after(at * 1_000 + 500, () => device.giveUp());
        }
      },
      warning: true,
    })),
  vendSettings: () =>
    mdb(({ device, port }) => {
      let old = true;
      const { receive } = device;
      device.receive = (bytes) => {
        const line = Buffer.from(bytes).toString('latin1');
        receive(Buffer.from(old ? line.replace('mdb-always-idle', 'mdb-unknown') : line, 'latin1'));
      };
      return {
        when: 'beforeStart',
        break: () => undefined,
        repair() {
          old = false;
          port.unplug();
          port.plug();
        },
        warning: true,
      };
    }),
  vendBabbles: () =>
    mdb(({ world, port }) => {
      let babbling = false;
      const babble = (): void => {
        port.disturb(Buffer.from('c,STATUS,VEND,1.50,1\r\nc,STATUS,VEND,1.50,2\r\n'));
        if (babbling) world.after(100, babble);
        else port.disturb(Buffer.from('c,STATUS,IDLE\r\n'));
      };
      return {
        when: 'running',
        break() {
          babbling = true;
          babble();
        },
        repair: () => {
          babbling = false;
        },
        warning: true,
      };
    }),
  vendPortDenied: () =>
    mdb(({ port }) => ({
      when: 'beforeStart',
      break: () => port.refuse('denied'),
      repair: () => port.refuse(undefined),
    })),
};

const faults = Object.keys(CASES).filter((name): name is DeviceFault => name in CASES);

describe('device faults', () => {
  for (const fault of faults) {
    it(`${fault} is reported, and is over when its cause is`, () => {
      const one = CASES[fault]();
      const seen: DeviceStatus[] = [];
      if (one.when === 'beforeStart') one.break();
      const device = one.open((status) => seen.push(status));
      if (one.when === 'running') {
        pass(one.world, 5_000);
        assert.equal(device.status().state, 'ok', 'it works before it is broken');
        one.break();
      }
      pass(one.world, one.seenWithinMs);
      const { state, faults: told, warnings } = device.status();
      if (one.warning) assert.deepEqual([state, told, warnings], ['ok', [], [fault]]);
      else {
        assert.ok(told.includes(fault), `${state}: ${told.join()}`);
        assert.equal(state, fault.endsWith('Absent') ? 'absent' : 'fault');
      }
      one.repair();
      pass(one.world, one.wellWithinMs);
      assert.deepEqual(device.status(), { state: 'ok', faults: [], warnings: [] });
      for (const status of seen) {
        assert.equal(status.faults.length > 0, status.state === 'fault' || status.state === 'absent');
      }
      device.close();
    });
  }
});
