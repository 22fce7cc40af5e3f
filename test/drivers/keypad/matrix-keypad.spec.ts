import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DeviceStatus, KeypadFault } from '../../../drivers/device-status.js';
import { type GpioHost, HostError } from '../../../drivers/host.js';
import { createMatrixKeypad } from '../../../drivers/keypad/matrix-keypad.js';
import { createKeypadModel } from '../../../hw-sim/devices/keypad-model.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { createWorld } from '../../../hw-sim/world.js';
import { pass, testClock } from '../../support/test-clock.js';

const KEYS = ['123', '456', '789', '*0#'];
const ROWS = [5, 6, 13, 19];
const COLUMNS = [16, 20, 21];

function bench({ bounceMs = 8, settleMs = 0, seed = 5, wrap = (gpio: GpioHost) => gpio } = {}) {
  const world = createWorld({ seed, startWallMs: 0 });
  const gpio = createSimGpio(world);
  const keypad = createKeypadModel(world, gpio, { rowLines: ROWS, columnLines: COLUMNS, keys: KEYS, bounceMs });
  const clock = testClock(world);
  const pressed: string[] = [];
  const unclear: number[] = [];
  const statuses: DeviceStatus<KeypadFault>[] = [];
  const make = () =>
    createMatrixKeypad(
      { clock, gpio: wrap(gpio.hostFor(clock)) },
      { rowLines: ROWS, columnLines: COLUMNS, keys: KEYS, settleMs },
      {
        keyPressed: (key) => pressed.push(key),
        keysUnclear: () => unclear.push(world.nowMs()),
        statusChanged: (status) => statuses.push(status),
      },
    );
  return { world, gpio, keypad, pressed, unclear, statuses, make };
}

function openBench(options?: Parameters<typeof bench>[0]) {
  const made = bench(options);
  const driver = made.make();
  pass(made.world, 10);
  assert.equal(driver.status().state, 'ok');
  return { ...made, driver };
}

describe('matrix keypad', () => {
  for (const settleMs of [0, 1, 2]) {
    it(`tells every key once, with ${settleMs} ms to settle`, () => {
      const { world, keypad, pressed, gpio } = openBench({ settleMs });
      for (const key of '1234567890*#') {
        keypad.tap(key, 150);
        pass(world, 400);
      }
      assert.equal(pressed.join(''), '1234567890*#');
      assert.equal(gpio.shorts(), 0);
    });
  }

  it('tells a key while it is held, not when it is let go', () => {
    const { world, keypad, pressed } = openBench();
    keypad.press('7');
    pass(world, 60);
    assert.deepEqual(pressed, ['7']);
    pass(world, 5_000);
    keypad.release('7');
    pass(world, 500);
    assert.deepEqual(pressed, ['7']);
  });

  it('tells each press once, whatever the bounce', () => {
    const taps = fc.array(
      fc.record({ key: fc.constantFrom(...'1234567890*#'), holdMs: fc.integer({ min: 70, max: 400 }) }),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(taps, fc.integer(), fc.integer({ min: 0, max: 30 }), (list, seed, bounceMs) => {
        const { world, keypad, pressed, gpio } = openBench({ seed, bounceMs });
        for (const { key, holdMs } of list) {
          keypad.tap(key, holdMs);
          pass(world, holdMs + 120);
        }
        assert.deepEqual(
          pressed,
          list.map(({ key }) => key),
        );
        assert.equal(gpio.shorts(), 0);
      }),
      { numRuns: 60 },
    );
  });

  it('tells nothing that nobody pressed, and shorts no lines, whatever is pressed at once', () => {
    const moves = fc.array(
      fc.tuple(fc.constantFrom(...'1234567890*#'), fc.boolean(), fc.integer({ min: 0, max: 120 })),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(moves, fc.integer(), (list, seed) => {
        const { world, keypad, pressed, gpio } = openBench({ seed });
        const held = new Set<string>();
        for (const [key, down, afterMs] of list) {
          if (down) keypad.press(key);
          else keypad.release(key);
          if (down) held.add(key);
          const before = pressed.length;
          pass(world, afterMs);
          for (const told of pressed.slice(before)) assert.ok(held.has(told), `${told} was never pressed`);
        }
        for (const key of held) keypad.release(key);
        pass(world, 500);
        const before = pressed.length;
        keypad.tap('5');
        pass(world, 500);
        assert.deepEqual(pressed.slice(before), ['5'], 'it works again when all keys are up');
        assert.equal(gpio.shorts(), 0);
      }),
      { numRuns: 100 },
    );
  });

  it('lets a second key roll over the first, and no third', () => {
    const { world, keypad, pressed } = openBench();
    for (const key of ['1', '5', '9']) {
      keypad.press(key);
      pass(world, 100);
    }
    assert.deepEqual(pressed, ['1', '5']);
    for (const key of ['1', '5', '9']) keypad.release(key);
    pass(world, 100);
    keypad.tap('9');
    pass(world, 200);
    assert.deepEqual(pressed, ['1', '5', '9']);
  });

  it('tells the keys of a fast hand in their order: the next one goes down before the last one is up', () => {
    const strokes = fc.array(
      fc.record({
        key: fc.constantFrom(...'1234567890*#'),
        heldMs: fc.integer({ min: 45, max: 160 }),
        overlapMs: fc.integer({ min: -60, max: 120 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(strokes, fc.integer(), (list, seed) => {
        const { world, keypad, pressed, unclear } = openBench({ seed });
        const typed: { readonly key: string; readonly fromMs: number; readonly upMs: number }[] = [];
        for (const { key, heldMs, overlapMs } of list) {
          const [last, before] = [typed.at(-1), typed.at(-2)];
          const fromMs = Math.max(
            world.nowMs(),
            (last?.upMs ?? 0) - overlapMs,
            /* One after the other, and not a third one. */
            (last?.fromMs ?? 0) + 30,
            (before?.upMs ?? 0) + 10,
            /* A key has to be up before it can go down again. */
            ...typed.map((one) => (one.key === key ? one.upMs + 70 : 0)),
          );
          pass(world, fromMs - world.nowMs());
          keypad.tap(key, heldMs);
          typed.push({ key, fromMs, upMs: fromMs + heldMs });
        }
        pass(world, 1_000);
        assert.deepEqual([pressed, unclear], [typed.map(({ key }) => key), []]);
      }),
      { numRuns: 150 },
    );
    for (const overlapMs of [5, 20, 40]) {
      const { world, keypad, pressed, unclear } = openBench();
      for (const key of '1250#') {
        keypad.tap(key, 100);
        pass(world, 100 - overlapMs);
      }
      pass(world, 500);
      assert.deepEqual([pressed.join(''), unclear], ['1250#', []], `${overlapMs} ms`);
    }
  });

  it('tells that nobody can tell: of three at once, of two together, and of all that follows until they are up', () => {
    const three = openBench();
    for (const key of ['1', '2', '5']) {
      three.keypad.press(key);
      pass(three.world, 60);
    }
    assert.deepEqual([three.pressed, three.unclear.length], [['1', '2'], 1]);
    three.keypad.release('1');
    three.keypad.release('2');
    pass(three.world, 100);
    three.keypad.tap('0');
    pass(three.world, 200);
    assert.deepEqual([three.pressed, three.unclear.length], [['1', '2'], 2]);
    three.keypad.release('5');
    pass(three.world, 200);
    three.keypad.tap('#');
    pass(three.world, 200);
    assert.deepEqual([three.pressed, three.unclear.length], [['1', '2', '#'], 2]);

    const ghost = openBench();
    for (const key of ['1', '2', '4']) {
      ghost.keypad.press(key);
      pass(ghost.world, 60);
    }
    assert.deepEqual([ghost.pressed, ghost.unclear.length], [['1', '2'], 1]);
  });

  it('tells no ghost', () => {
    const { world, keypad, pressed } = openBench();
    keypad.press('1');
    pass(world, 100);
    keypad.press('2');
    pass(world, 100);
    keypad.press('4');
    pass(world, 100);
    assert.deepEqual(pressed, ['1', '2']);
  });

  it('tells neither of two keys that go down together', () => {
    const { world, keypad, pressed } = openBench({ bounceMs: 0 });
    keypad.press('1');
    keypad.press('6');
    pass(world, 200);
    keypad.release('6');
    pass(world, 200);
    assert.deepEqual(pressed, []);
  });

  it('tells no order of two keys that go down together, however each of them bounces', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const { world, keypad, pressed, unclear } = openBench({ seed });
      keypad.tap('4', 100);
      keypad.tap('3', 120);
      pass(world, 400);
      assert.deepEqual([pressed, unclear.length > 0], [[], true], `seed ${seed}`);
    }
  });

  it('reports a stuck key by its name, and its release', () => {
    const { world, keypad, statuses, driver } = openBench();
    keypad.press('0');
    pass(world, 31_000);
    assert.deepEqual(driver.status().faults, ['keypadKeyStuck']);
    assert.match(driver.status().detail ?? '', /: 0$/);
    keypad.release('0');
    pass(world, 500);
    assert.deepEqual(
      statuses.map((status) => status.state),
      ['ok', 'fault', 'ok'],
    );
  });

  it('reports a column that is low without a key', () => {
    for (const keyBefore of [false, true]) {
      const { world, gpio, make, keypad, pressed } = bench();
      if (!keyBefore) gpio.drive(20, 0);
      const driver = make();
      if (keyBefore) {
        pass(world, 100);
        keypad.tap('4');
        pass(world, 300);
        gpio.drive(20, 0);
      }
      pass(world, 500);
      assert.deepEqual(driver.status().faults, ['keypadLines']);
      assert.match(driver.status().detail ?? '', /column line 20/);
      gpio.drive(20, undefined);
      pass(world, 500);
      assert.deepEqual(driver.status(), { state: 'ok', faults: [], warnings: [] });
      keypad.tap('5');
      pass(world, 300);
      assert.equal(pressed.at(-1), '5');
    }
  });

  it('goes on after its lines failed at any touch, and came back', () => {
    for (let touches = 1; touches <= 60; touches += 1) {
      let left = Number.POSITIVE_INFINITY;
      const touch = <T>(act: () => T): T => {
        left -= 1;
        if (left <= 0) throw new HostError('io', 'the expander went away');
        return act();
      };
      const { world, keypad, make, pressed } = bench({
        wrap: (gpio) => ({
          ...gpio,
          openDrain(line) {
            const output = touch(() => gpio.openDrain(line));
            return { ...output, write: (level) => touch(() => output.write(level)) };
          },
          input(line, use) {
            const input = touch(() => gpio.input(line, use));
            return { ...input, read: () => touch(() => input.read()) };
          },
        }),
      });
      const driver = make();
      pass(world, 100);
      keypad.press('5');
      left = touches;
      pass(world, 500);
      assert.deepEqual(driver.status().faults, ['keypadLines']);
      left = Number.POSITIVE_INFINITY;
      keypad.release('5');
      pass(world, 31_000);
      assert.equal(driver.status().state, 'ok');
      pressed.length = 0;
      keypad.tap('7');
      pass(world, 300);
      assert.deepEqual(pressed, ['7']);
    }
  });

  it('reports a column that is shorted while a key is down, without end of work, and is well again by itself', () => {
    const { world, gpio, keypad, pressed, driver } = openBench();
    keypad.press('1');
    pass(world, 100);
    gpio.drive(20, 0);
    const before = world.eventCount;
    pass(world, 10_000);
    assert.ok(world.eventCount - before < 1_000, `${world.eventCount - before} events`);
    assert.deepEqual(driver.status().faults, ['keypadLines']);
    gpio.drive(20, undefined);
    keypad.release('1');
    pass(world, 500);
    assert.deepEqual(driver.status().faults, []);
    keypad.tap('2');
    pass(world, 300);
    assert.deepEqual(pressed, ['1', '2']);
  });

  it('still takes other keys while one is stuck', () => {
    const { world, keypad, pressed, driver } = openBench();
    keypad.press('1');
    pass(world, 60_000);
    assert.deepEqual(driver.status().faults, ['keypadKeyStuck']);
    keypad.tap('5', 100);
    pass(world, 300);
    assert.deepEqual(pressed, ['1', '5']);
  });

  it('reports a line that is not available, and takes it later', () => {
    const { world, gpio, make, keypad, pressed } = bench();
    gpio.refuse(13, 'busy');
    const driver = make();
    pass(world, 100);
    assert.deepEqual(driver.status().faults, ['keypadLines']);
    assert.match(driver.status().detail ?? '', /13/);
    gpio.refuse(13, undefined);
    pass(world, 31_000);
    assert.equal(driver.status().state, 'ok');
    keypad.tap('3');
    pass(world, 300);
    assert.deepEqual(pressed, ['3']);
  });

  it('costs nothing but a look at the columns at rest', () => {
    const { world } = openBench();
    const before = world.eventCount;
    pass(world, 10_000);
    assert.ok(world.eventCount - before <= 201);
  });

  it('calls nothing after it was closed, and lets go of its lines', () => {
    const { world, keypad, pressed, driver, gpio } = openBench();
    keypad.press('1');
    driver.close();
    pass(world, 1_000);
    assert.deepEqual(pressed, []);
    assert.deepEqual(
      [...ROWS, ...COLUMNS].map((line) => gpio.level(line)),
      [1, 1, 1, 1, 1, 1, 1],
    );
  });
});
