import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DeviceStatus, VendFault } from '../../../drivers/device-status.js';
import { createLineSplitter } from '../../../drivers/vend/line-splitter.js';
import { minorUnitsOf, parseMdbLine, priceOf } from '../../../drivers/vend/mdb-lines.js';
import { createMdbMachine } from '../../../drivers/vend/mdb-machine.js';
import {
  createMdbMachineModel,
  type MdbMachineModel,
  type MdbMachineModelOptions,
} from '../../../hw-sim/devices/mdb-machine-model.js';
import { createSimSerial } from '../../../hw-sim/sim-serial.js';
import { createWorld } from '../../../hw-sim/world.js';
import { chunked } from '../../support/chunks.js';
import { pass, testClock } from '../../support/test-clock.js';

const PATH = '/dev/ttyACM0';

function bench(timeoutMs = 30_000, model?: MdbMachineModelOptions) {
  const world = createWorld({ seed: 4, startWallMs: 0 });
  const serial = createSimSerial(world);
  let machine: MdbMachineModel | undefined;
  const port = serial.attach(PATH, 115_200, (cable) => {
    machine = createMdbMachineModel(world, cable, model);
    return machine;
  });
  assert.ok(machine);
  const clock = testClock(world);
  const told: string[] = [];
  const statuses: DeviceStatus<VendFault>[] = [];
  const driver = createMdbMachine(
    { clock, serial: serial.hostFor(clock) },
    { path: PATH, baud: 115_200, currencyNumber: 156, currencyDecimals: 2, timeoutMs },
    {
      selectionMade: ({ amountMinorUnits, item }) => told.push(`chosen ${item} for ${amountMinorUnits}`),
      selectionEnded: () => told.push('ended'),
      vendedLate: () => told.push('vended late'),
      statusChanged: (status) => statuses.push(status),
    },
  );
  const answers: string[] = [];
  const vend = (amountMinorUnits: string, item = '12'): void =>
    driver.vend({ amountMinorUnits, item }, (outcome, why) =>
      answers.push(why === undefined ? outcome : `${outcome} ${why}`),
    );
  return { world, serial, port, machine, driver, told, statuses, answers, vend };
}

function readyBench() {
  const made = bench();
  pass(made.world, 2_000);
  assert.equal(made.driver.status().state, 'ok');
  return made;
}

describe('MDB machine', () => {
  it('sets the adapter up while it is off and then switches it on', () => {
    const { machine } = readyBench();
    assert.deepEqual(
      [...machine.settings()],
      [
        ['mdb-addr', '0x10'],
        ['mdb-currency-code', '0x1156'],
        ['mdb-always-idle', '1'],
      ],
    );
  });

  it('takes a reader that it has just switched off itself for no fault of the machine', () => {
    const { world, machine, statuses } = readyBench();
    pass(world, 25_000);
    machine.restartAdapter();
    pass(world, 25_000);
    assert.equal(machine.settings().size, 3, 'set up again');
    assert.deepEqual(
      statuses.map(({ state }) => state),
      ['ok'],
    );
  });

  it('sees an adapter start anew soon after it was plugged in, though a customer was there all the time', () => {
    const { world, machine, port, vend } = readyBench();
    machine.restartAdapter();
    port.unplug();
    port.plug();
    for (let waits = 0; waits < 100 && !machine.isAlwaysIdle(); waits += 1) pass(world, 100);
    pass(world, 1_500);
    machine.choose('12', '1.50');
    pass(world, 9_000);
    vend('150');
    pass(world, 5_000);
    machine.restartAdapter();
    pass(world, 15_000);
    assert.ok(machine.isAlwaysIdle(), 'set up again');
  });

  it('tells what was chosen, approves it and reports the goods', () => {
    const { world, machine, told, answers, vend } = readyBench();
    machine.choose('12', '1.50');
    pass(world, 100);
    assert.deepEqual(told, ['chosen 12 for 150']);
    vend('150');
    pass(world, 1_000);
    assert.deepEqual(answers, []);
    pass(world, 5_000);
    assert.deepEqual(answers, ['yes']);
    assert.deepEqual(machine.fallen, [{ item: '12', price: '1.50' }]);
    assert.deepEqual(told, ['chosen 12 for 150'], 'an approved selection does not end as well');
  });

  it('says no when the machine reports that it failed', () => {
    const { world, machine, answers, vend } = readyBench();
    machine.jam();
    machine.choose('3', '2.00');
    pass(world, 100);
    vend('200', '3');
    pass(world, 5_000);
    assert.deepEqual(answers, ['no vendMachineFailed']);
    assert.deepEqual(machine.fallen, []);
  });

  it('approves nothing that was not chosen, for no other amount, and not twice', () => {
    const { world, machine, answers, vend } = readyBench();
    vend('150');
    pass(world, 100);
    machine.choose('12', '1.50');
    pass(world, 100);
    vend('151');
    vend('150', '13');
    pass(world, 5_000);
    assert.deepEqual(machine.fallen, []);
    vend('150');
    vend('150');
    pass(world, 5_000);
    assert.deepEqual(answers, [...Array.from({ length: 4 }, () => 'no vendNothingChosen'), 'yes']);
    assert.equal(machine.fallen.length, 1);
    assert.equal(machine.wrongApprovals(), 0);
  });

  it('tells the machine when the customer did not pay', () => {
    const { world, machine, told, driver } = readyBench();
    machine.choose('12', '1.50');
    pass(world, 100);
    driver.refuse(1);
    pass(world, 1_000);
    machine.choose('13', '1.80');
    pass(world, 100);
    assert.deepEqual(told, ['chosen 12 for 150', 'chosen 13 for 180']);
    assert.deepEqual(machine.fallen, []);
  });

  it('tells that the customer gave up at the machine', () => {
    const { world, machine, told, answers, vend } = readyBench();
    machine.choose('12', '1.50');
    pass(world, 100);
    machine.giveUp();
    pass(world, 100);
    assert.deepEqual(told, ['chosen 12 for 150', 'ended']);
    vend('150');
    pass(world, 100);
    assert.deepEqual(answers, ['no vendNothingChosen']);
  });

  const breaks: [name: string, act: (made: ReturnType<typeof bench>) => void][] = [
    ['the cable is pulled', ({ port }) => port.unplug()],
    ['the adapter hangs', ({ machine }) => machine.hang(true)],
    ['the machine loses its power', ({ machine }) => machine.machinePower(false)],
  ];
  for (const [name, act] of breaks) {
    it(`says unknown when ${name} after the approval, unless the goods are reported`, () => {
      for (let atMs = 0; atMs < 3_000; atMs += 100) {
        const made = readyBench();
        const { world, machine, answers, vend, driver } = made;
        machine.choose('12', '1.50');
        pass(world, 100);
        vend('150');
        pass(world, atMs);
        act(made);
        pass(world, 40_000);
        assert.equal(answers.length, 1, `${atMs} ms`);
        if (answers[0] === 'yes') assert.equal(machine.fallen.length, 1);
        assert.notEqual(answers[0]?.split(' ')[0], 'no', `${atMs} ms`);
        assert.equal(driver.status().state === 'ok', false);
      }
    });

    it(`comes back after ${name} at rest`, () => {
      const made = readyBench();
      act(made);
      pass(made.world, 60_000);
      assert.notEqual(made.driver.status().state, 'ok');
      made.port.plug();
      made.machine.hang(false);
      made.machine.machinePower(true);
      pass(made.world, 60_000);
      assert.equal(made.driver.status().state, 'ok');
      made.machine.choose('1', '0.50');
      pass(made.world, 100);
      assert.deepEqual(made.told, ['chosen 1 for 50']);
    });
  }

  it('switches an adapter on again that started anew without a word, in each state', () => {
    for (const state of ['rest', 'chosen', 'vending'] as const) {
      const { world, machine, told, answers, vend, driver } = readyBench();
      pass(world, 15_000);
      if (state !== 'rest') machine.choose('12', '1.50');
      pass(world, 100);
      if (state === 'vending') vend('150');
      pass(world, 500);
      machine.restartAdapter();
      pass(world, 30_000);
      driver.refuse(1);
      pass(world, 30_000);
      assert.deepEqual([state, driver.status()], [state, { state: 'ok', faults: [], warnings: [] }]);
      assert.equal(machine.settings().get('mdb-currency-code'), '0x1156');
      assert.deepEqual(answers, state === 'vending' ? ['unknown vendMachineSilent'] : []);
      told.length = 0;
      answers.length = 0;
      machine.choose('7', '0.50');
      pass(world, 100);
      assert.deepEqual(told.at(-1), 'chosen 7 for 50');
      vend('50', '7');
      pass(world, 5_000);
      assert.deepEqual(answers, ['yes']);
    }
  });

  it('leaves an adapter alone that does not say whether it was on', () => {
    const { world, driver, statuses, machine, told } = bench(30_000, { onAgain: 'tellsState' });
    pass(world, 120_000);
    assert.equal(driver.status().state, 'ok');
    assert.equal(statuses.filter(({ state }) => state === 'ok').length, 1);
    machine.choose('12', '1.50');
    pass(world, 100);
    assert.deepEqual(told, ['chosen 12 for 150']);
  });

  it('does not take the refusal of a garbled command for a word on whether it is on', () => {
    const { world, machine, driver } = bench(30_000, { onAgain: 'tellsState' });
    pass(world, 5_000);
    const receive = machine.receive;
    const heard: string[] = [];
    machine.receive = (bytes) => {
      const line = Buffer.from(bytes).toString('latin1');
      const first = line === 'C,1\n' && !heard.includes(line);
      heard.push(line);
      receive(first ? Buffer.from('C,Q\n') : bytes);
    };
    pass(world, 60_000);
    assert.equal(driver.status().state, 'ok');
    assert.ok(heard.filter((line) => line === 'C,1\n').length > 3);
    assert.equal(heard.includes('C,0\n'), false, 'it was not switched off');
  });

  it('disturbs neither a choice nor goods under way when it looks after the adapter', () => {
    const { world, machine, told, answers, vend } = readyBench();
    machine.choose('12', '1.50');
    pass(world, 45_000);
    assert.deepEqual(told, ['chosen 12 for 150']);
    vend('150');
    pass(world, 30_000);
    assert.deepEqual(answers, ['yes']);
  });

  it('does not refuse the next choice when it is told to refuse the one before', () => {
    const { world, machine, told, answers, vend, driver } = readyBench();
    machine.choose('12', '1.50');
    pass(world, 100);
    machine.giveUp();
    machine.choose('12', '1.50');
    pass(world, 100);
    assert.deepEqual(told, ['chosen 12 for 150', 'ended', 'chosen 12 for 150']);
    driver.refuse(1);
    pass(world, 100);
    vend('150');
    pass(world, 5_000);
    assert.deepEqual(answers, ['yes']);
  });

  it('tells of another choice of the same price, and of a repeated one nothing', () => {
    const { world, machine, port, told } = readyBench();
    machine.choose('12', '1.50');
    pass(world, 100);
    port.disturb(Buffer.from('c,STATUS,VEND,1.50,12\r\nc,STATUS,VEND,1.50,13\r\n'));
    pass(world, 100);
    assert.deepEqual(told, ['chosen 12 for 150', 'ended', 'chosen 13 for 150']);
  });

  it('goes on asking the adapter after the machine was away', () => {
    const { world, machine, driver } = readyBench();
    machine.machinePower(false);
    pass(world, 1_000);
    assert.deepEqual(driver.status().faults, ['vendMachineSilent']);
    machine.machinePower(true);
    pass(world, 1_000);
    assert.equal(driver.status().state, 'ok');
    machine.hang(true);
    pass(world, 20_000);
    assert.deepEqual(driver.status().faults, ['vendMachineSilent']);
  });

  it('tells of goods that fell when nobody waited for them any more', () => {
    const { world, machine, told, answers, vend } = bench(2_000);
    pass(world, 2_000);
    machine.choose('12', '1.50');
    pass(world, 100);
    vend('150');
    pass(world, 10_000);
    assert.deepEqual(answers, ['unknown vendMachineSilent']);
    assert.deepEqual(told, ['chosen 12 for 150', 'vended late']);
  });

  it('refuses a price that it does not understand', () => {
    const { world, machine, told } = readyBench();
    machine.choose('12', '1.505');
    pass(world, 1_000);
    assert.deepEqual(told, []);
    machine.choose('13', '1.50');
    pass(world, 1_000);
    assert.deepEqual(told, ['chosen 13 for 150'], 'the machine is at rest again');
  });

  it('says no so that no byte that noise takes, doubles or changes makes it a yes', () => {
    const { world, machine, port, driver } = readyBench();
    machine.choose('12', '1.00');
    pass(world, 100);
    const sent: number[] = [];
    const tap = createMdbMachineModel(world, { send: () => undefined });
    const receive = machine.receive;
    machine.receive = (bytes) => {
      sent.push(...bytes);
      receive(bytes);
    };
    driver.refuse(1);
    pass(world, 100);
    port.unplug();
    assert.ok(sent.includes('-'.charCodeAt(0)));
    const settings = Buffer.from('C,SETCONF,mdb-always-idle=1\nC,1\n');
    const askedFor = '1.00';
    for (let at = 0; at < sent.length; at += 1) {
      const byte = sent[at] ?? 0;
      const changed = Array.from({ length: 255 }, (_, flip) => [byte ^ (flip + 1)]);
      for (const instead of [[], [byte, byte], ...changed]) {
        tap.receive(settings);
        tap.choose('12', askedFor);
        tap.receive(Uint8Array.from([...sent.slice(0, at), ...instead, ...sent.slice(at + 1)]));
        pass(world, 5_000);
        assert.deepEqual(tap.fallen, [], `byte ${at} as ${instead}`);
        tap.receive(Buffer.from('\nC,0\n'));
      }
    }
    assert.ok(tap.refusals() > sent.length * 200, 'most of them are heard');
  });

  it('sets the adapter up again where noise changed a setting on its way', () => {
    const { world, machine, driver, port } = bench();
    const receive = machine.receive;
    const garbled: string[] = [];
    machine.receive = (bytes) => {
      const line = Buffer.from(bytes).toString('latin1');
      if (garbled.length === 0 && line.includes('always-idle')) {
        garbled.push(line);
        return receive(Buffer.from(line.replace('idle', 'idme'), 'latin1'));
      }
      receive(bytes);
    };
    pass(world, 5_000);
    assert.equal(garbled.length, 1);
    assert.deepEqual(
      [machine.settings().get('mdb-always-idle'), driver.status().state, port.isPlugged()],
      ['1', 'ok', true],
    );
  });

  it('leaves a setting that the firmware does not know', () => {
    const { world, machine, driver } = bench();
    const receive = machine.receive;
    machine.receive = (bytes) => {
      const line = Buffer.from(bytes).toString('latin1');
      receive(Buffer.from(line.replace('mdb-addr', 'no-such'), 'latin1'));
    };
    pass(world, 10_000);
    assert.equal(driver.status().state, 'ok');
    assert.deepEqual([...machine.settings().keys()], ['mdb-currency-code', 'mdb-always-idle']);
  });

  it('answers and calls nothing more when it is closed', () => {
    const { world, machine, driver, told, answers, vend, statuses } = readyBench();
    machine.choose('12', '1.50');
    pass(world, 100);
    vend('150');
    pass(world, 100);
    driver.close();
    const before = [told.length, statuses.length];
    pass(world, 60_000);
    assert.deepEqual(answers, ['unknown vendClosed']);
    assert.deepEqual([told.length, statuses.length], before);
  });

  describe('when it is closed', () => {
    /** A machine that is well, with the lines that reach it from the closing on. */
    function closingBench(prepare: (made: ReturnType<typeof readyBench>) => void = () => undefined) {
      const made = readyBench();
      const { world, machine, driver } = made;
      prepare(made);
      let heard = '';
      const receive = machine.receive;
      machine.receive = (bytes) => {
        heard += Buffer.from(bytes).toString('latin1');
        receive(bytes);
      };
      const beganMs = world.nowMs();
      const endedAfterMs: number[] = [];
      const close = (): void => driver.close(() => endedAfterMs.push(world.nowMs() - beganMs));
      return { ...made, close, endedAfterMs, heard: () => heard };
    }

    it('switches the adapter off, and is done when that has left', () => {
      const { world, close, endedAfterMs, heard } = closingBench();
      close();
      assert.deepEqual(endedAfterMs, [], 'later');
      pass(world, 40);
      assert.deepEqual([heard(), endedAfterMs], ['C,0\n', []]);
      pass(world, 60_000);
      assert.deepEqual([heard(), endedAfterMs.length], ['C,0\n', 1]);
      assert.ok((endedAfterMs[0] ?? 0) < 100);
    });

    it('hears nobody who chooses at that moment', () => {
      const { world, machine, close, told, statuses } = closingBench();
      machine.choose('12', '1.50');
      close();
      pass(world, 60_000);
      assert.deepEqual([told, statuses.length], [[], 1]);
    });

    it('lets go of the port before it is done', () => {
      const { world, serial, driver } = readyBench();
      const opened: string[] = [];
      driver.close(() => {
        const clock = testClock(world);
        const options = { path: PATH, baud: 115_200, flowControl: 'none' } as const;
        serial.hostFor(clock).open(options, {
          opened: () => opened.push('opened'),
          data: () => undefined,
          closed: (error) => opened.push(error?.code ?? 'closed'),
        });
      });
      pass(world, 1_000);
      assert.deepEqual(opened, ['opened']);
    });

    it('leaves an adapter on whose machine is vending, and is done at once', () => {
      const { world, machine, close, endedAfterMs, heard, answers } = closingBench((made) => {
        made.machine.choose('12', '1.50');
        pass(made.world, 100);
        made.vend('150');
        pass(made.world, 100);
      });
      close();
      pass(world, 10);
      assert.deepEqual([answers, endedAfterMs.length], [['unknown vendClosed'], 1]);
      pass(world, 60_000);
      assert.deepEqual([heard(), machine.fallen.length, endedAfterMs.length], ['', 1, 1]);
    });

    const troubles: readonly [what: string, trouble: (made: ReturnType<typeof readyBench>) => void][] = [
      ['takes nothing', ({ port }) => port.stall(true)],
      ['goes away at once', ({ port }) => port.unplug()],
      ['goes away on the way', ({ port, world }) => void world.after(20, () => port.unplug())],
      ['went away long ago', ({ port, world }) => [port.unplug(), pass(world, 60_000)]],
    ];
    for (const [what, trouble] of troubles) {
      it(`is done soon, and once, also where the line ${what}`, () => {
        const { world, close, endedAfterMs } = closingBench(trouble);
        close();
        pass(world, 60_000);
        assert.equal(endedAfterMs.length, 1);
        assert.ok((endedAfterMs[0] ?? 0) <= 250, `${endedAfterMs}`);
      });
    }
  });
});

describe('MDB lines', () => {
  const amounts: [price: string, decimals: number, minor: string | undefined][] = [
    ['1.50', 2, '150'],
    ['1.5', 2, '150'],
    ['0.05', 2, '5'],
    ['12', 2, '1200'],
    ['100', 0, '100'],
    ['100.00', 0, '100'],
    ['1.505', 2, undefined],
    ['0.00', 2, undefined],
    ['-1', 2, undefined],
    ['1e3', 2, undefined],
    ['', 2, undefined],
    ['99999999', 2, undefined],
  ];
  for (const [price, decimals, minor] of amounts) {
    it(`understands ${JSON.stringify(price)} with ${decimals} decimals as ${minor}`, () => {
      assert.equal(minorUnitsOf(price, decimals), minor);
    });
  }

  it('writes a price as it reads it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999_999 }), fc.constantFrom(0, 2, 3), (minor, decimals) => {
        assert.equal(minorUnitsOf(priceOf(String(minor), decimals), decimals), String(minor));
      }),
    );
  });

  it('cuts lines the same way however the bytes are split, and bears any bytes', () => {
    const piece = fc.oneof(
      fc
        .constantFrom('c,STATUS,VEND,1.50,3', '\r\n', '\n', 'v,1,2', 'c,ERR,VEND 3', 'x'.repeat(140))
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 5 }),
    );
    const stream = fc
      .array(piece, { maxLength: 12 })
      .map((pieces) => Uint8Array.from(pieces.flatMap((one) => [...one])));
    const lines = (chunks: readonly Uint8Array[]): string[] => {
      const seen: string[] = [];
      const push = createLineSplitter(128, (line) => seen.push(line));
      for (const chunk of chunks) push(chunk);
      for (const line of seen) parseMdbLine(line);
      return seen;
    };
    fc.assert(
      fc.property(chunked(stream), (chunks) => {
        const cut = lines(chunks);
        assert.deepEqual(cut, lines([Uint8Array.from(chunks.flatMap((one) => [...one]))]));
        assert.ok(cut.every((line) => line.length <= 128));
      }),
    );
  });
});
