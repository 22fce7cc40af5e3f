import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DeviceStatus, VendFault } from '../../../drivers/device-status.js';
import { createLineSplitter } from '../../../drivers/vend/line-splitter.js';
import { minorUnitsOf, parseMdbLine, priceOf } from '../../../drivers/vend/mdb-lines.js';
import { createMdbMachine, type MdbMachineOptions } from '../../../drivers/vend/mdb-machine.js';
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

const line = (text: string): Buffer => Buffer.from(`${text}\r\n`, 'latin1');

function bench(timeoutMs = 30_000, model?: MdbMachineModelOptions, options: Partial<MdbMachineOptions> = {}) {
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
    { path: PATH, baud: 115_200, currencyNumber: 156, currencyDecimals: 2, timeoutMs, ...options },
    {
      selectionMade: ({ amountMinorUnits, item }) => told.push(`chosen ${item} for ${amountMinorUnits}`),
      selectionEnded: () => told.push('ended'),
      selectionRefused: (why, times, asked) => told.push(`refused ${why} ${times} ${asked}`.trim()),
      reportedLate: (outcome) => told.push(`late ${outcome}`),
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
    assert.deepEqual(answers, ['unknown vendMachineSilent', 'yes']);
    assert.deepEqual(told, ['chosen 12 for 150']);
  });

  it('tells once with each word what became of the goods of an earlier life', () => {
    const { world, port, told } = readyBench();
    for (const text of ['c,VEND,SUCCESS', 'c,VEND,SUCCESS', 'c,ERR,"VEND -3"', 'c,ERR,"VEND 3"', 'c,ERR,VEND 3']) {
      port.disturb(line(text));
      pass(world, 100);
    }
    assert.deepEqual(told, ['late yes', 'late no']);
  });

  describe('between the approval and the word on the goods', () => {
    /** Approved, and the machine says nothing by itself for long. */
    function vendingBench(timeoutMs = 30_000) {
      const made = bench(timeoutMs);
      const { world, machine, port, vend, answers } = made;
      pass(world, 2_000);
      machine.dawdle(600_000);
      machine.choose('12', '1.50');
      pass(world, 100);
      vend('150');
      pass(world, 100);
      const say = (...lines: readonly string[]): void => {
        for (const one of lines) port.disturb(line(one));
      };
      const answered = (afterMs: number): readonly string[] => {
        pass(world, afterMs);
        return [...answers];
      };
      return { ...made, say, answered };
    }

    const STATES = ['IDLE', 'IDLE,0', 'ENABLED', 'ONLINE', 'DISABLED', 'INACTIVE', 'OFFLINE'];
    for (const state of STATES) {
      it(`takes ${state} for no outcome: a word within three seconds decides, and its lack is unknown`, () => {
        for (const [word, outcome] of [
          ['c,VEND,SUCCESS', 'yes'],
          ['c,ERR,"VEND 3"', 'no vendMachineFailed'],
        ] as const) {
          for (const afterMs of [10, 50, 2_800]) {
            const { say, answered } = vendingBench();
            say(`c,STATUS,${state}`);
            assert.deepEqual(answered(afterMs), []);
            say(word);
            assert.deepEqual(answered(20), [outcome]);
          }
        }
        const { say, answered } = vendingBench();
        say(`c,STATUS,${state}`);
        assert.deepEqual(answered(2_500), []);
        assert.deepEqual(answered(600), ['unknown vendMachineSilent']);
      });
    }

    it('waits no longer because a state is said again and again, and never beyond its own limit', () => {
      const repeated = vendingBench();
      for (let times = 0; times < 6; times += 1) {
        repeated.say('c,STATUS,IDLE');
        pass(repeated.world, 500);
      }
      assert.deepEqual(repeated.answered(200), ['unknown vendMachineSilent']);
      const late = vendingBench(2_000);
      pass(late.world, 1_500);
      late.say('c,STATUS,IDLE');
      assert.deepEqual(late.answered(600), ['unknown vendMachineSilent']);
    });

    const BREAKS: [how: string, act: (made: ReturnType<typeof vendingBench>) => void][] = [
      ['a cable that is pulled for a moment', ({ port }) => [port.unplug(), port.plug()]],
      [
        'a cable that is pulled for a second',
        ({ port, world }) => {
          port.unplug();
          world.after(1_000, () => port.plug());
        },
      ],
    ];
    for (const [how, act] of BREAKS) {
      it(`hears the word after ${how}, and sets the adapter up afterwards`, () => {
        const made = vendingBench();
        act(made);
        assert.deepEqual(made.answered(2_500), []);
        made.say('c,VEND,SUCCESS');
        assert.deepEqual(made.answered(100), ['yes']);
        made.machine.restartAdapter();
        made.machine.dawdle(undefined);
        pass(made.world, 15_000);
        assert.deepEqual([made.machine.isAlwaysIdle(), made.driver.status().state], [true, 'ok']);
      });
    }

    const ERRORS = ['c,ERR,VEND 3', 'c,ERR,"VEND 3"', 'c,ERR,"VEND -3"', 'c,ERR,VEND,3', 'c, ERR, "VEND"'];
    for (const error of ERRORS) {
      it(`takes ${error} for a failure`, () => {
        const { say, answered } = vendingBench();
        say(error);
        assert.deepEqual(answered(20), ['no vendMachineFailed']);
      });
    }

    for (const other of [
      'c,ERR,"cashless is on"',
      'c,ERR,"VENDOR 3"',
      'c,VEND,SUCCESSFUL',
      'x,VEND,SUCCESS',
      'r,ACK',
    ]) {
      it(`takes ${other} for no word at all`, () => {
        const { say, answered } = vendingBench();
        say(other);
        assert.deepEqual(answered(20_000), []);
      });
    }

    const AFTERWARDS: [words: readonly string[], told: readonly string[]][] = [
      [['c,VEND,SUCCESS', 'c,VEND,SUCCESS'], ['yes']],
      [['c,ERR,"VEND 3"', 'c,ERR,VEND 3'], ['no vendMachineFailed']],
      [
        ['c,VEND,SUCCESS', 'c,STATUS,IDLE', 'c,ERR,"VEND 3"'],
        ['yes', 'no vendMachineFailed'],
      ],
      [
        ['c,ERR,VEND 3', 'c,VEND,SUCCESS'],
        ['no vendMachineFailed', 'yes'],
      ],
      [
        ['c,VEND,SUCCESS', 'c,ERR,VEND 3', 'c,VEND,SUCCESS', 'c,ERR,VEND 3'],
        ['yes', 'no vendMachineFailed'],
      ],
      [['c,VEND,SUCCESS', 'c,ERR,"VEND -3"'], ['yes']],
    ];
    for (const [words, told] of AFTERWARDS) {
      it(`tells ${told.join(', then ')} on ${words.join(' ')}`, () => {
        const { say, answered } = vendingBench();
        say(...words);
        assert.deepEqual(answered(5_000), told);
      });
    }
  });

  describe('while a customer has yet to pay', () => {
    it('goes on waiting when the machine says once more that the reader is enabled, or asks once more', () => {
      const { world, machine, port, told, answers, vend } = readyBench();
      machine.choose('12', '1.50');
      pass(world, 100);
      port.disturb(line('c,STATUS,ENABLED'));
      machine.askAgain();
      port.disturb(line('c,STATUS,ENABLED'));
      pass(world, 30_000);
      assert.deepEqual(told, ['chosen 12 for 150']);
      vend('150');
      pass(world, 5_000);
      assert.deepEqual(answers, ['yes']);
    });

    for (const state of ['IDLE', 'DISABLED', 'INACTIVE']) {
      it(`ends with ${state}`, () => {
        const { world, machine, port, told } = readyBench();
        machine.choose('12', '1.50');
        pass(world, 100);
        port.disturb(line(`c,STATUS,${state}`));
        pass(world, 100);
        assert.deepEqual(told, ['chosen 12 for 150', 'ended']);
      });
    }
  });

  describe('with prices that do not fit the currency', () => {
    const MISFITS: [asked: string, decimals: number, told: string][] = [
      ['1.505', 2, '1.505'],
      ['0.00', 2, '0.00'],
      ['1,50', 2, '1,50'],
      ['1,50,12', 2, '1,50,12'],
      ['"1,50",12', 2, '1,50'],
      ['1,500', 2, '1,500'],
      ['1,000', 0, '1,000'],
      ['12,000', 0, '12,000'],
      ['1,500', 0, '1,500'],
      ['10.000,12', 0, '10.000'],
      ['1.500,12', 2, '1.500'],
      ['1,500.00', 2, '1,500.00'],
      ['1,500.00,12', 2, '1,500.00,12'],
      ['-1.50,12', 2, '-1.50'],
      ['1.5.0,12', 2, '1.5.0'],
      [',12', 2, ''],
      ['1.50,12', 0, '1.50'],
      ['99999999,12', 2, '99999999,12'],
      ['1.50\u0007,12', 2, '1.50?'],
    ];
    for (const [asked, currencyDecimals, told] of MISFITS) {
      it(`refuses ${JSON.stringify(asked)} with ${currencyDecimals} decimals, and says so`, () => {
        const made = bench(30_000, undefined, { currencyDecimals });
        pass(made.world, 2_000);
        made.port.disturb(line(`c,STATUS,VEND,${asked}`));
        pass(made.world, 500);
        assert.deepEqual(made.told, [`refused price 1 ${told}`.trim()]);
        assert.deepEqual(made.driver.status(), {
          state: 'ok',
          faults: [],
          warnings: ['vendPrices'],
          detail: `asked for ${told}`,
        });
      });
    }

    it('takes an item of three digits for one where the currency has no decimals', () => {
      const made = bench(30_000, undefined, { currencyDecimals: 0 });
      pass(made.world, 2_000);
      made.port.disturb(line('c,STATUS,VEND,150,101'));
      pass(made.world, 500);
      assert.deepEqual(made.told, ['chosen 101 for 150']);
    });

    it('refuses what cannot be paid in the currency for another reason', () => {
      const made = bench(30_000, undefined, { isPayable: (amount) => amount.endsWith('00') });
      pass(made.world, 2_000);
      made.machine.choose('1', '1500.50');
      pass(made.world, 500);
      made.machine.choose('1', '1500.00');
      pass(made.world, 500);
      assert.deepEqual(made.told, ['refused price 1 1500.50', 'chosen 1 for 150000']);
    });

    it('lets the machine go, sells what fits, and takes the warning back when enough did', () => {
      const { world, machine, told, driver } = readyBench();
      machine.choose('12', '1.505');
      pass(world, 1_000);
      assert.equal(machine.refusals(), 1);
      for (let sold = 1; sold <= 10; sold += 1) {
        assert.deepEqual(driver.status().warnings, ['vendPrices']);
        machine.choose('13', '1.50');
        pass(world, 1_000);
        assert.equal(told.at(-1), 'chosen 13 for 150');
        driver.refuse(sold);
        pass(world, 1_000);
      }
      assert.deepEqual(driver.status().warnings, []);
    });

    it('refuses an item that is none', () => {
      const { world, port, told, driver } = readyBench();
      port.disturb(line('c,STATUS,VEND,1.50,a b/c'));
      pass(world, 500);
      assert.deepEqual([told, driver.status().warnings], [['refused item 1 a b/c'], []]);
    });
  });

  describe('whose machine babbles', () => {
    const SECONDS = 16;

    function babble(perSecond: number, lines: (at: number) => string) {
      const made = readyBench();
      const sent: string[] = [];
      const { receive } = made.machine;
      made.machine.receive = (bytes) => {
        sent.push(Buffer.from(bytes).toString('latin1'));
        receive(bytes);
      };
      for (let at = 0; at < SECONDS * perSecond; at += 1) {
        made.world.after((at * 1_000) / perSecond, () => made.port.disturb(line(lines(at))));
      }
      pass(made.world, SECONDS * 1_000);
      return { ...made, sent };
    }

    const BABBLES: [what: string, lines: (at: number) => string][] = [
      ['another choice in each line', (at) => `c,STATUS,VEND,1.50,${at}`],
      ['choices and rest', (at) => (at % 2 === 0 ? `c,STATUS,VEND,1.50,${at}` : 'c,STATUS,IDLE')],
      ['prices that do not fit', (at) => `c,STATUS,VEND,1.505,${at}`],
      ['items that are none', (at) => `c,STATUS,VEND,1.50,/${at}`],
    ];
    for (const [what, lines] of BABBLES) {
      it(`with ${what} decides a few a second, and says that it drops the rest`, () => {
        const { told, driver, sent, world, machine } = babble(100, lines);
        const decided = told.filter((one) => !one.startsWith('refused tooMany'));
        assert.ok(decided.length <= 2 * 3 * SECONDS + 10, `${decided.length} of ${100 * SECONDS}`);
        assert.ok(told.length < 10 * SECONDS, `${told.length} events`);
        assert.ok(sent.length < 10 * SECONDS, `${sent.length} lines to the adapter`);
        const dropped = told.flatMap((one) => /^refused tooMany (\d+)/.exec(one)?.[1] ?? []);
        const seen =
          decided.filter((one) => one !== 'ended').length + dropped.reduce((sum, one) => sum + Number(one), 0);
        assert.ok(seen > 40 * SECONDS, 'what was dropped is counted');
        assert.ok(driver.status().warnings.includes('vendBabbles'));
        pass(world, 70_000);
        assert.equal(driver.status().warnings.includes('vendBabbles'), false);
        machine.giveUp();
        pass(world, 1_000);
        machine.choose('7', '0.70');
        pass(world, 1_000);
        assert.equal(told.at(-1), 'chosen 7 for 70', 'it sells again');
      });
    }

    it('gets the last of several quick choices, and is not told to be babbling', () => {
      const { world, machine, told, driver, answers, vend } = readyBench();
      for (let item = 1; item <= 7; item += 1) {
        machine.choose(`${item}`, '1.50');
        pass(world, 80);
        if (item < 7) machine.giveUp();
      }
      pass(world, 1_000);
      assert.equal(told.at(-1), 'chosen 7 for 150');
      assert.deepEqual(driver.status().warnings, []);
      vend('150', '7');
      pass(world, 5_000);
      assert.deepEqual(answers, ['yes']);
    });

    it('approves nothing for a choice while another waits for its turn', () => {
      const { world, port, vend, answers, told } = readyBench();
      for (let item = 1; item <= 5; item += 1) port.disturb(line(`c,STATUS,VEND,1.50,${item}`));
      pass(world, 40);
      assert.equal(told.at(-1), 'ended');
      vend('150', '4');
      pass(world, 20);
      assert.deepEqual(answers, ['no vendNothingChosen']);
      pass(world, 500);
      assert.equal(told.at(-1), 'chosen 5 for 150');
    });
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
    ['10.000', 0, undefined],
    ['1.500', 2, undefined],
    ['1.5000', 2, '150'],
    ['1.500', 3, '1500'],
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
