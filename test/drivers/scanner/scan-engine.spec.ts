import assert from 'node:assert/strict';
import type { DeviceStatus, ScannerFault } from '../../../drivers/device-status.js';
import { type GpioHost, HostError } from '../../../drivers/host.js';
import { createScanEngine, type ScanEngineOptions } from '../../../drivers/scanner/scan-engine.js';
import { codeContent } from '../../../flows/code-content.js';
import {
  COMMAND_TROUBLES,
  type CommandTrouble,
  createScanEngineModel,
  FACTORY_RESET_BARCODE,
  type ScanEngineModel,
  type ScanEngineModelOptions,
} from '../../../hw-sim/devices/scan-engine-model.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { createSimSerial } from '../../../hw-sim/sim-serial.js';
import { createWorld, type World } from '../../../hw-sim/world.js';
import { pass, testClock } from '../../support/test-clock.js';

const PATH = '/dev/ttyAMA0';
const CODE = '281234567890123456';
const OTHER = '251111111111111111';

const NO_GPIO: GpioHost = {
  backend: 'none',
  switchesPulls: false,
  letsGoWhenKilled: false,
  output(line) {
    throw new HostError('absent', `GPIO ${line}: no such line`);
  },
  openDrain() {
    throw new HostError('absent', 'no such line');
  },
  input() {
    throw new HostError('absent', 'no such line');
  },
};

function bench(
  options: Partial<ScanEngineOptions> = {},
  model: Partial<ScanEngineModelOptions> = {},
  gpio = NO_GPIO,
  engineBaud = 9_600,
) {
  const world = createWorld({ seed: 7, startWallMs: 0 });
  const serial = createSimSerial(world);
  const kind = options.kind ?? 'gm65';
  let engine: ScanEngineModel | undefined;
  const port = serial.attach(PATH, engineBaud, (cable) => {
    engine = createScanEngineModel(world, cable, {
      kind: kind === 'gm65' ? 'gm65' : 'plain',
      terminator: '\r',
      ...model,
    });
    return engine;
  });
  assert.ok(engine);
  const told: string[] = [];
  const statuses: DeviceStatus<ScannerFault>[] = [];
  const clock = testClock(world);
  const dropped: number[] = [];
  const driver = createScanEngine(
    { clock, serial: serial.hostFor(clock), gpio },
    {
      kind,
      path: PATH,
      baud: engineBaud,
      trigger: { by: kind === 'gm65' ? 'command' : 'none' },
      content: codeContent,
      ...options,
    },
    {
      codeRead: (text) => told.push(text),
      ambiguous: () => told.push('ambiguous'),
      tooMany: (times) => dropped.push(times),
      statusChanged: (status) => statuses.push(status),
    },
  );
  return { world, serial, port, engine, driver, told, dropped, statuses };
}

/** A bench whose engine has been set up. */
function readyBench(...how: Parameters<typeof bench>): ReturnType<typeof bench> {
  const made = bench(...how);
  pass(made.world, 3_000);
  assert.equal(made.driver.status().state, 'ok');
  return made;
}

function byteMsOf(baud: number): number {
  return 10_000 / baud;
}

function showFor(world: World, engine: ScanEngineModel, durationMs: number, ...codes: string[]): void {
  engine.show(...codes);
  pass(world, durationMs);
  engine.hide();
}

describe('scan engine', () => {
  it('switches setup barcodes off, verifies it and saves it before it is ready', () => {
    const { world, engine, driver, statuses } = bench();
    assert.equal(driver.status().state, 'starting');
    pass(world, 3_000);
    assert.deepEqual(statuses, [{ state: 'ok', faults: [], warnings: [] }]);
    assert.equal(engine.register(0x0003) & 0x02, 0x02);
    assert.equal(engine.register(0x0000), 0xd5, 'only the mode bits of the mode register change');
    assert.equal(engine.saves(), 1);
  });

  it('writes no register that is right already', () => {
    const { world, engine, driver, serial, port } = readyBench();
    driver.close();
    pass(world, 100);
    const clock = testClock(world);
    const again = createScanEngine(
      { clock, serial: serial.hostFor(clock), gpio: NO_GPIO },
      { kind: 'gm65', path: PATH, baud: 9_600, trigger: { by: 'command' }, content: codeContent },
      { codeRead() {}, ambiguous() {}, tooMany() {}, statusChanged() {} },
    );
    pass(world, 3_000);
    assert.equal(again.status().state, 'ok');
    assert.equal(engine.saves(), 1);
    assert.ok(port.isPlugged());
  });

  it('obeys no setup barcode once it is ready', () => {
    const { world, engine, driver, told } = readyBench();
    driver.arm();
    showFor(world, engine, 1_000, FACTORY_RESET_BARCODE);
    assert.equal(engine.register(0x0003) & 0x02, 0x02);
    assert.deepEqual(told, [FACTORY_RESET_BARCODE]);
  });

  it('is not usable while the engine keeps its setup barcodes on', () => {
    const { world, engine, driver } = bench();
    engine.refuseRegister(0x0003);
    pass(world, 3_000);
    assert.deepEqual(driver.status().faults, ['scannerSetupCodesOpen']);
    assert.equal(driver.status().state, 'fault');
  });

  it('works with a warning where a register of less importance is not known to the engine', () => {
    const { world, engine, driver, told } = bench();
    engine.refuseRegister(0x0060);
    pass(world, 3_000);
    assert.equal(driver.status().state, 'ok');
    assert.deepEqual(driver.status().warnings, ['scannerSettings']);
    driver.arm();
    showFor(world, engine, 1_000, CODE);
    assert.deepEqual(told, [CODE]);
  });

  it('tells a code read while armed, once, with its ACK frame stripped', () => {
    const { world, engine, driver, told } = readyBench();
    driver.arm();
    showFor(world, engine, 8_000, CODE);
    assert.deepEqual(told, [CODE]);
  });

  it('keeps looking beyond the timeout of the engine', () => {
    const { world, engine, driver, told } = readyBench();
    driver.arm();
    pass(world, 23_000);
    showFor(world, engine, 6_000, CODE);
    assert.deepEqual(told, [CODE]);
  });

  it('drops codes read while disarmed', () => {
    const { world, engine, driver, told } = readyBench({ kind: 'serial' });
    showFor(world, engine, 500, CODE);
    driver.arm();
    pass(world, 500);
    assert.deepEqual(told, []);
    assert.equal(driver.counters().dropped, 1);
  });

  it('drops a code that began before the arming', () => {
    const { world, port, driver, told } = readyBench({ kind: 'serial' });
    port.disturb(Buffer.from(CODE.slice(0, 9)));
    pass(world, 15);
    driver.arm();
    port.disturb(Buffer.from(`${CODE.slice(9)}\r`));
    pass(world, 500);
    assert.deepEqual(told, []);
  });

  it('drops a code whose end comes after the disarming', () => {
    const { world, port, driver, told } = readyBench({ kind: 'serial' });
    driver.arm();
    port.disturb(Buffer.from(`${CODE}\r`));
    pass(world, 25);
    driver.disarm();
    pass(world, 500);
    assert.deepEqual(told, []);
  });

  describe('that decorates what it reads', () => {
    const ADDED: [what: string, added: (code: string) => string][] = [
      ['an ECI', (code) => `\\000026${code}\r`],
      ['an AIM id and an ECI', (code) => `]Q2\\000026${code}\r\n`],
      ['an ECI with a doubled backslash', (code) => `]Q2\\\\000026${code}\r`],
      ['STX and ETX', (code) => `\x02${code}\x03`],
      ['STX, ETX and CR', (code) => `\x02${code}\x03\r`],
      ['STX and NUL', (code) => `\x02\0${code}\r`],
      ['FNC1', (code) => `]C1\x1d${code}\x1d\r`],
      ['a byte order mark', (code) => `\xef\xbb\xbf${code}\r`],
      ['blanks, tabs and line breaks', (code) => ` \t\r\n${code} \t\r\n`],
      ['an AIM id in a line of its own', (code) => `]Q1\r\n${code}\r\n`],
    ];
    for (const kind of ['gm65', 'serial'] as const) {
      for (const [what, added] of ADDED) {
        it(`by ${what} is read as ${kind}`, () => {
          const { world, port, driver, told } = readyBench({ kind });
          driver.arm();
          pass(world, 1_000);
          port.disturb(Buffer.from(added(CODE), 'latin1'));
          pass(world, 500);
          assert.deepEqual(told, [CODE]);
          port.disturb(Buffer.from(added('6901234567892'), 'latin1'));
          pass(world, 500);
          assert.deepEqual(told, [CODE, '6901234567892'], 'a wrong code stays wrong');
        });
      }
    }

    it('with separators in the middle is read with them marked, and told as wrong later', () => {
      const { world, port, driver, told } = readyBench({ kind: 'serial' });
      driver.arm();
      port.disturb(Buffer.from(`]C1${CODE}\x1d10ABC\r`, 'latin1'));
      pass(world, 500);
      assert.deepEqual(told, [`${CODE}?10ABC`]);
    });
  });

  it('tells the first code of each of many customers in a hurry', () => {
    const { world, port, driver, told, dropped } = readyBench({ kind: 'serial' });
    const codes = Array.from({ length: 20 }, (_, at) => `2812345678901234${10 + at}`);
    for (const code of codes) {
      driver.arm();
      port.disturb(Buffer.from(`${code}\r`));
      pass(world, 80);
      driver.disarm();
      pass(world, 40);
    }
    assert.deepEqual([told, dropped], [codes, []]);
  });

  it('that babbles is told of a few times a second, and warned of', () => {
    const { world, port, driver, told, dropped, statuses } = readyBench({ kind: 'serial' });
    driver.arm();
    for (let at = 0; at < 16_000; at += 80) {
      world.after(at, () => port.disturb(Buffer.from(`2812345678901${at + 10_000}\r`)));
    }
    pass(world, 18_000);
    assert.ok(told.length >= 32 && told.length <= 40, `${told.length} of 200`);
    assert.equal(told.length + dropped.reduce((sum, times) => sum + times, 0), 200);
    assert.ok(dropped.length <= 9, `${dropped.length} times told of what was dropped`);
    assert.deepEqual(driver.status().warnings, ['scannerBabbles']);
    pass(world, 70_000);
    assert.deepEqual([driver.status().warnings, statuses.length], [[], 3]);
  });

  describe('that ends its codes with a terminator', () => {
    const SILENCE_MS = 40;
    /** Baud, how long the port holds bytes back, and how long another code is waited for. */
    const LINES: [baud: number, heldBackMs: number, companionMs: number][] = [
      [115_200, 0, 8],
      [115_200, 16, 24],
      [38_400, 0, 11],
      [9_600, 0, 23],
      [9_600, 16, 39],
      [9_600, 255, SILENCE_MS],
      [2_400, 0, SILENCE_MS],
    ];
    function lineOf(baud: number, heldBackMs: number) {
      const made = bench({ kind: 'serial' }, {}, NO_GPIO, baud);
      made.port.unplug();
      made.port.heldBackMs = heldBackMs;
      made.port.plug();
      pass(made.world, 5_000);
      assert.equal(made.driver.status().state, 'ok');
      /* Each of these pieces comes at once. */
      made.port.conditions = { ...made.port.conditions, gapMs: 0, pieceBytes: 1 };
      made.driver.arm();
      const byteMs = 10_000 / baud;
      return { ...made, send: (text: string) => made.port.disturb(Buffer.from(text)), byteMs };
    }

    for (const [baud, heldBackMs, companionMs] of LINES) {
      const where = `at ${baud} baud on a port that holds bytes back for ${heldBackMs} ms`;

      it(`is told ${companionMs} ms after it, ${where}`, () => {
        for (const terminator of ['\r', '\t', '\r\n']) {
          const { world, told, send, byteMs } = lineOf(baud, heldBackMs);
          send(`${CODE}${terminator}`);
          pass(world, (CODE.length + terminator.length) * byteMs + companionMs - 0.5);
          assert.deepEqual(told, []);
          pass(world, 1);
          assert.deepEqual(told, [CODE]);
        }
      });

      it(`without one is told ${SILENCE_MS} ms after it, ${where}`, () => {
        const { world, told, send, byteMs } = lineOf(baud, heldBackMs);
        send(CODE);
        pass(world, CODE.length * byteMs + SILENCE_MS - 0.5);
        assert.deepEqual(told, []);
        pass(world, 1);
        assert.deepEqual(told, [CODE]);
      });

      it(`is not told singly where another one begins to come in that time, ${where}`, () => {
        for (let afterMs = 0; afterMs < companionMs - byteMsOf(baud) - 0.5; afterMs += 0.5) {
          const { world, told, send, byteMs } = lineOf(baud, heldBackMs);
          send(`${CODE}\r`);
          pass(world, 19 * byteMs + afterMs);
          send(`${OTHER}\r`);
          pass(world, 500);
          assert.deepEqual(told, ['ambiguous'], `${afterMs} ms`);
        }
      });

      it(`is a show of its own where it comes later, ${where}`, () => {
        const { world, told, send, byteMs } = lineOf(baud, heldBackMs);
        send(`${CODE}\r`);
        pass(world, 19 * byteMs + companionMs + 1);
        send(`${OTHER}\r`);
        pass(world, 500);
        assert.deepEqual(told, [CODE, OTHER]);
      });
    }

    it('is told of as two at once where a third comes after them', () => {
      const { world, told, send, byteMs } = lineOf(115_200, 0);
      send(`${CODE}\r${OTHER}\r`);
      pass(world, 38 * byteMs + 30);
      send('253333333333333333\r');
      pass(world, 500);
      assert.deepEqual(told, ['ambiguous']);
    });

    it('and is disarmed in that time is not told', () => {
      const { world, driver, told, send, byteMs } = lineOf(115_200, 0);
      send(`${CODE}\r`);
      pass(world, 19 * byteMs + 5);
      driver.disarm();
      pass(world, 500);
      assert.deepEqual(told, []);
    });

    it('is noticed as two at once however a UART and an engine cut them', () => {
      for (const baud of [9_600, 19_200, 115_200]) {
        for (let seed = 0; seed < 100; seed += 1) {
          const { world, port, driver, told } = bench({ kind: 'serial' }, {}, NO_GPIO, baud);
          pass(world, 1_000 + seed);
          driver.arm();
          /* What the engine pauses comes on top of what the UART gathers. */
          port.conditions = { ...port.conditions, gapMs: 5, pieceBytes: 16 };
          port.disturb(Buffer.from(`${CODE}\r\n${OTHER}\r\n`));
          pass(world, 500);
          assert.deepEqual(told, ['ambiguous'], `${baud} baud, ${seed}`);
        }
      }
    });
  });

  it('asks for one code where two are shown at once', () => {
    const { world, engine, driver, told } = readyBench({ kind: 'serial' });
    driver.arm();
    showFor(world, engine, 500, CODE, OTHER);
    assert.deepEqual(told, ['ambiguous']);
  });

  it('tells a phone that stays before the glass only once, over a disarming too', () => {
    const { world, engine, driver, told } = readyBench({ kind: 'serial' });
    driver.arm();
    engine.show(CODE);
    pass(world, 2_500);
    driver.disarm();
    pass(world, 10_000);
    driver.arm();
    pass(world, 5_000);
    assert.deepEqual(told, [CODE]);
    engine.hide();
    pass(world, 3_500);
    engine.show(CODE);
    pass(world, 500);
    assert.deepEqual(told, [CODE, CODE]);
  });

  for (const [away, code, whenTold] of [
    ['stays before the glass', CODE, 'not told'],
    ['is taken away and shown at once', CODE, 'not told'],
    ['is another one', OTHER, 'told'],
  ] as const) {
    it(`has ${whenTold} a code after a pause in which the engine did not look, when the phone ${away}`, () => {
      const { world, engine, driver, told } = readyBench();
      driver.arm();
      engine.show(CODE);
      pass(world, 500);
      driver.disarm();
      if (away !== 'stays before the glass') engine.hide();
      pass(world, 3_400);
      driver.arm();
      if (away !== 'stays before the glass') engine.show(code);
      pass(world, 2_900);
      assert.deepEqual(told, whenTold === 'told' ? [CODE, OTHER] : [CODE]);
    });
  }

  it('tells a phone that stays only once, over a second phone beside it and an engine without power', () => {
    const { world, engine, driver, told } = readyBench();
    driver.arm();
    engine.show(CODE);
    pass(world, 500);
    engine.show(CODE, OTHER);
    pass(world, 5_000);
    engine.show(CODE);
    pass(world, 2_000);
    assert.deepEqual([told[0], new Set(told.slice(1))], [CODE, new Set(['ambiguous'])]);
    told.length = 0;
    engine.power(false);
    pass(world, 60_000);
    engine.power(true);
    pass(world, 20_000);
    assert.equal(driver.status().state, 'ok');
    assert.deepEqual(told, []);
    assert.ok(driver.counters().duplicates > 5, 'it is seen');
  });

  it('tells a code again that was out of sight for 3 s of being armed', () => {
    const { world, engine, driver, told } = readyBench();
    driver.arm();
    showFor(world, engine, 500, CODE);
    driver.disarm();
    pass(world, 60_000);
    driver.arm();
    pass(world, 3_100);
    showFor(world, engine, 5_000, CODE);
    assert.deepEqual(told, [CODE, CODE]);
  });

  it('finds a silent engine at start and takes it when it wakes up', () => {
    const { world, engine, driver, statuses } = bench();
    engine.hang(true);
    pass(world, 4_000);
    assert.deepEqual(driver.status().faults, ['scannerSilent']);
    engine.hang(false);
    pass(world, 10_000);
    assert.deepEqual(
      statuses.map((status) => status.state),
      ['fault', 'ok'],
    );
  });

  it('notices within 45 s that a ready engine hangs, and sets it up again', () => {
    const { world, engine, driver } = readyBench();
    engine.hang(true);
    pass(world, 45_000);
    assert.deepEqual(driver.status().faults, ['scannerSilent']);
    engine.hang(false);
    pass(world, 10_000);
    assert.equal(driver.status().state, 'ok');
  });

  it('takes no answer for the answer to another question, however late the engine answers', () => {
    for (let replyMs = 50; replyMs <= 3_000; replyMs += 50) {
      const { world, engine, driver } = bench();
      const before = [0x0000, 0x0003, 0x000d, 0x0060].map((address) => engine.register(address));
      engine.answerAfter(replyMs);
      pass(world, 60_000);
      const state = driver.status().state;
      assert.equal(state, replyMs < 1_500 ? 'ok' : 'fault', `${replyMs} ms`);
      const [mode = 0, setupCodes = 0, output = 0, tail = 0] = before;
      assert.deepEqual(
        [0x0000, 0x0003, 0x000d, 0x0060].map((address) => engine.register(address)),
        state === 'ok' ? [(mode & ~3) | 1, (setupCodes & ~3) | 2, output & ~3, (tail & ~0x61) | 1] : before,
        `${replyMs} ms`,
      );
    }
  });

  it('secures an engine again that came back with its factory settings, and makes it look', () => {
    for (const offMs of [50, 3_000, 20_000]) {
      const { world, engine, driver, told, statuses } = readyBench();
      driver.arm();
      engine.power(false);
      engine.forgetSettings();
      pass(world, offMs);
      engine.power(true);
      pass(world, 15_000);
      assert.equal(engine.register(0x0003) & 3, 2, 'setup codes are off again');
      showFor(world, engine, 6_000, FACTORY_RESET_BARCODE);
      assert.equal(engine.register(0x0003) & 3, 2);
      pass(world, 5_000);
      showFor(world, engine, 6_000, CODE);
      assert.deepEqual(
        told.filter((code) => code === CODE),
        [CODE],
      );
      assert.equal(driver.status().state, 'ok');
      assert.ok(statuses.length <= 3);
    }
  });

  it('mends a setting that was refused once the engine takes it, and does not wear its memory meanwhile', () => {
    for (const [address, broken] of [
      [0x0003, 'scannerSetupCodesOpen'],
      [0x0060, 'scannerSettings'],
    ] as const) {
      const { world, engine, driver } = bench();
      engine.refuseRegister(address);
      pass(world, 600_000);
      const { faults, warnings } = driver.status();
      assert.deepEqual([...faults, ...warnings], [broken]);
      assert.ok(engine.saves() <= 1, `${engine.saves()} saves`);
      engine.acceptRegister(address);
      pass(world, 120_000);
      assert.deepEqual(driver.status(), { state: 'ok', faults: [], warnings: [] });
    }
  });

  const FORGOTTEN: Readonly<Record<CommandTrouble, ScannerFault>> = {
    ignoresWrites: 'scannerSetupCodesOpen',
    refusesWrites: 'scannerSetupCodesOpen',
    lies: 'scannerSetupCodesOpen',
    losesWrites: 'scannerSilent',
    refusesReads: 'scannerSilent',
    losesReads: 'scannerSilent',
  };
  for (const trouble of COMMAND_TROUBLES) {
    for (const replyMs of [4, 600, 1_200]) {
      it(`says ${FORGOTTEN[trouble]} of an engine that lost its settings and ${trouble}, in ${replyMs} ms`, () => {
        const { world, engine, driver, told, statuses } = readyBench();
        driver.arm();
        engine.answerAfter(replyMs);
        engine.spoil(trouble);
        engine.forgetSettings();
        pass(world, 60_000);
        assert.deepEqual(driver.status().faults, [FORGOTTEN[trouble]]);
        showFor(world, engine, 3_000, CODE);
        assert.deepEqual(told, [], 'it takes no code from it');
        pass(world, 120_000);
        assert.equal(driver.status().state, 'fault');
        assert.ok(statuses.length <= 4, 'it does not say it again and again');
        engine.answerAfter(undefined);
        engine.spoil(undefined);
        pass(world, 20_000);
        assert.deepEqual(driver.status(), { state: 'ok', faults: [], warnings: [] });
        assert.equal(engine.obeysSetupCodes(), false);
      });
    }
  }

  it('secures an engine that lost its settings and is too slow for a heartbeat', () => {
    const { world, engine, driver } = readyBench();
    engine.answerAfter(700);
    engine.forgetSettings();
    pass(world, 60_000);
    assert.deepEqual([driver.status().state, engine.obeysSetupCodes()], ['ok', false]);
  });

  it('says of an engine with right settings that it does not take the command to look', () => {
    for (const trouble of ['refusesWrites', 'losesWrites'] as const) {
      const { world, engine, driver } = readyBench();
      engine.spoil(trouble);
      pass(world, 60_000);
      assert.deepEqual(driver.status().faults, ['scannerSilent'], trouble);
      assert.match(driver.status().detail ?? '', /does not take the command to look/);
      engine.spoil(undefined);
      pass(world, 10_000);
      assert.equal(driver.status().state, 'ok');
    }
  });

  it('asks nothing of the trigger command of an engine that always looks', () => {
    const { world, engine, driver } = readyBench({ trigger: { by: 'none' } });
    engine.spoil('refusesWrites');
    pass(world, 60_000);
    assert.equal(driver.status().state, 'ok');
  });

  it('does not take the answer to a process that died for the content of a register', () => {
    const registers = ({ engine }: { engine: ScanEngineModel }): number[] =>
      Array.from({ length: 0x70 }, (_, address) => engine.register(address));
    const wanted = registers(readyBench());
    for (let diedAtMs = 0; diedAtMs < 1_500; diedAtMs += 3) {
      const first = bench();
      first.engine.answerAfter(40);
      pass(first.world, diedAtMs);
      first.driver.close();
      first.serial.closeAll();
      const clock = testClock(first.world);
      const second = createScanEngine(
        { clock, serial: first.serial.hostFor(clock), gpio: NO_GPIO },
        { kind: 'gm65', path: PATH, baud: 9_600, trigger: { by: 'command' }, content: codeContent },
        {
          codeRead: () => undefined,
          ambiguous: () => undefined,
          tooMany: () => undefined,
          statusChanged: () => undefined,
        },
      );
      pass(first.world, 4_000);
      assert.deepEqual([second.status().state, registers(first)], ['ok', wanted], `died after ${diedAtMs} ms`);
    }
  });

  it('reads again after the engine lost its power', () => {
    const { world, engine, driver, told } = readyBench();
    driver.arm();
    engine.power(false);
    pass(world, 60_000);
    assert.deepEqual(driver.status().faults, ['scannerSilent']);
    engine.power(true);
    pass(world, 10_000);
    assert.equal(driver.status().state, 'ok');
    showFor(world, engine, 6_000, CODE);
    assert.deepEqual(told, [CODE]);
  });

  it('comes back after the plug was pulled, in each state', () => {
    for (const state of ['starting', 'settingUp', 'idle', 'armed', 'inACode'] as const) {
      const { world, engine, driver, port, told } = bench();
      if (state === 'settingUp') pass(world, 60);
      if (state !== 'starting' && state !== 'settingUp') pass(world, 3_000);
      if (state === 'armed' || state === 'inACode') driver.arm();
      if (state === 'inACode') {
        port.disturb(Buffer.from(CODE.slice(0, 9)));
        pass(world, 10);
      }
      port.unplug();
      pass(world, 20_000);
      assert.deepEqual([state, driver.status().state, driver.status().faults], [state, 'absent', ['scannerAbsent']]);
      port.plug();
      pass(world, 40_000);
      assert.deepEqual([state, driver.status().state], [state, 'ok']);
      driver.arm();
      showFor(world, engine, 6_000, OTHER);
      assert.deepEqual([state, told], [state, [OTHER]]);
    }
  });

  it('says what is wrong with a port that cannot be opened', () => {
    const { world, port, driver } = bench();
    port.refuse('denied');
    pass(world, 100);
    assert.deepEqual(driver.status().faults, ['scannerPortDenied']);
    assert.match(driver.status().detail ?? '', /\/dev\/ttyAMA0/);
    port.refuse(undefined);
    pass(world, 10_000);
    assert.equal(driver.status().state, 'ok');
  });

  it('tells nothing that it hears at the wrong speed', () => {
    const { world, driver, engine, told } = bench({ baud: 115_200 });
    driver.arm();
    pass(world, 5_000);
    showFor(world, engine, 5_000, CODE);
    assert.deepEqual(driver.status().faults, ['scannerSilent']);
    assert.deepEqual(told, []);
  });

  it('presses the trigger line while armed, and lets go of it', () => {
    const levels: (0 | 1)[] = [];
    let engine: ScanEngineModel | undefined;
    const gpio: GpioHost = {
      ...NO_GPIO,
      output(_line, initial) {
        levels.push(initial);
        return {
          write(level) {
            levels.push(level);
            engine?.press(level === 0);
          },
          release: () => levels.push(1),
        };
      },
    };
    const made = readyBench({ trigger: { by: 'line', line: 22 } }, {}, gpio);
    engine = made.engine;
    assert.deepEqual(levels, [1]);
    made.driver.arm();
    assert.deepEqual(levels, [1, 0]);
    pass(made.world, 12_000);
    showFor(made.world, engine, 6_000, CODE);
    assert.deepEqual(made.told, [CODE]);
    made.driver.disarm();
    assert.equal(levels.at(-1), 1);
  });

  it('reports a trigger line that is not available', () => {
    const { world, driver } = bench({ trigger: { by: 'line', line: 22 } });
    pass(world, 3_000);
    assert.deepEqual(driver.status().faults, ['scannerTriggerLine']);
    assert.match(driver.status().detail ?? '', /^GPIO 22: no such line/);
  });

  it('reports a trigger line that fails while it is used, and takes it again', () => {
    const world = createWorld({ seed: 8, startWallMs: 0 });
    const clock = testClock(world);
    let broken = false;
    const taken: number[] = [];
    const levels: number[] = [];
    let whenWell: number | undefined;
    const gpio: GpioHost = {
      ...NO_GPIO,
      output(_line, initial) {
        if (broken) throw new HostError('absent', 'the expander is away');
        taken.push(initial);
        levels.push(initial);
        return {
          write(level) {
            if (broken) throw new HostError('io', 'the expander went away');
            levels.push(level);
          },
          release: () => undefined,
        };
      },
    };
    const serial = createSimSerial(world);
    serial.attach(PATH, 9_600, (cable) => createScanEngineModel(world, cable, { kind: 'plain', terminator: '\r' }));
    const driver = createScanEngine(
      { clock, serial: serial.hostFor(clock), gpio },
      { kind: 'serial', path: PATH, baud: 9_600, trigger: { by: 'line', line: 22 }, content: codeContent },
      {
        codeRead: () => undefined,
        ambiguous: () => undefined,
        tooMany: () => undefined,
        statusChanged({ state }) {
          if (state === 'ok') whenWell = levels.at(-1);
        },
      },
    );
    pass(world, 1_000);
    driver.arm();
    broken = true;
    pass(world, 6_000);
    assert.deepEqual(driver.status().faults, ['scannerTriggerLine']);
    driver.disarm();
    driver.arm();
    broken = false;
    pass(world, 31_000);
    assert.equal(driver.status().state, 'ok');
    assert.deepEqual(taken, [1, 1], 'released at first, for so it is left when the process ends');
    assert.equal(whenWell, 0, 'pressed at once, for it is armed');
    driver.disarm();
    assert.equal(levels.at(-1), 1);
    driver.close();
  });

  it('warns of an engine that reads and sends nothing, until it sends', () => {
    const world = createWorld({ seed: 7, startWallMs: 0 });
    const serial = createSimSerial(world);
    const port = serial.attach(PATH, 9_600, () => ({ receive: () => undefined }));
    const gpio = createSimGpio(world);
    const clock = testClock(world);
    const driver = createScanEngine(
      { clock, serial: serial.hostFor(clock), gpio: gpio.hostFor(clock) },
      { kind: 'serial', path: PATH, baud: 9_600, trigger: { by: 'none' }, content: codeContent, goodReadLine: 23 },
      { codeRead() {}, ambiguous() {}, tooMany() {}, statusChanged() {} },
    );
    const read = (sends: boolean): void => {
      gpio.drive(23, 0);
      if (sends) port.disturb(Buffer.from(`${CODE}\r`));
      pass(world, 60);
      gpio.drive(23, undefined);
      pass(world, 2_000);
    };
    pass(world, 100);
    for (let at = 0; at < 5; at += 1) read(true);
    assert.deepEqual(driver.status(), { state: 'ok', faults: [], warnings: [] });
    for (let at = 0; at < 3; at += 1) read(false);
    assert.deepEqual(driver.status().warnings, ['scannerSettings']);
    assert.match(driver.status().detail ?? '', /TX wire/);
    read(true);
    assert.deepEqual(driver.status(), { state: 'ok', faults: [], warnings: [] });
  });

  it('keeps every code out of status and counters', () => {
    const { world, engine, driver } = readyBench();
    driver.arm();
    showFor(world, engine, 1_000, CODE);
    assert.ok(!JSON.stringify([driver.status(), driver.counters()]).includes(CODE));
    assert.equal(driver.counters().read, 1);
  });

  it('calls nothing after it was closed', () => {
    const { world, engine, driver, told, statuses, port } = readyBench({ kind: 'serial' });
    driver.arm();
    engine.show(CODE);
    pass(world, 100);
    driver.close();
    const before = statuses.length;
    pass(world, 1_000);
    port.unplug();
    pass(world, 5_000);
    assert.deepEqual(told, []);
    assert.equal(statuses.length, before);
  });
});
