import assert from 'node:assert/strict';
import { createHeldLines } from '../../drivers/held-lines.js';
import type { GpioOutput } from '../../drivers/host.js';
import { HostError } from '../../drivers/host.js';
import { createSimGpio } from '../../hw-sim/sim-gpio.js';
import { createWorld } from '../../hw-sim/world.js';
import { pass, testClock } from '../support/test-clock.js';

const [FIRST, SECOND] = [5, 6];

function bench() {
  const world = createWorld({ seed: 1, startWallMs: 0 });
  const gpio = createSimGpio(world);
  const clock = testClock(world);
  const host = gpio.hostFor(clock);
  const events: string[] = [];
  let first: GpioOutput | undefined;
  const lines = createHeldLines(clock, {
    take(hold) {
      first = hold(host.output(FIRST, 0));
      hold(host.output(SECOND, 0));
      events.push('taken');
    },
    lost: ({ message }) => events.push(message),
  });
  const fail = (): boolean =>
    lines.use(() => {
      throw new HostError('io', 'unplugged');
    });
  return { world, gpio, lines, events, fail, raise: () => lines.use(() => first?.write(1)) };
}

describe('held lines', () => {
  it('are taken after the call, and usable from then on', () => {
    const { world, gpio, events, raise } = bench();
    assert.equal(raise(), false);
    assert.deepEqual(events, []);
    pass(world, 0);
    assert.equal(raise(), true);
    assert.equal(gpio.level(FIRST), 1);
    assert.deepEqual(events, ['taken']);
  });

  it('are all released when one cannot be taken, and taken again 30 s later', () => {
    const { world, gpio, lines, events } = bench();
    gpio.refuse(SECOND, 'busy');
    pass(world, 29_999);
    assert.deepEqual(events, ['GPIO line 6 is not available (busy)']);
    assert.equal(gpio.level(FIRST), 1, 'pulled up, as nobody drives it');
    assert.equal(
      lines.use(() => assert.fail('not held')),
      false,
    );
    gpio.refuse(SECOND, undefined);
    pass(world, 1);
    assert.deepEqual(events.slice(1), ['taken']);
  });

  it('are all released when one fails in use, and taken again 30 s later', () => {
    const { world, gpio, events, fail } = bench();
    pass(world, 0);
    assert.equal(fail(), false);
    assert.deepEqual([gpio.level(FIRST), gpio.level(SECOND)], [1, 1]);
    assert.deepEqual(events, ['taken', 'unplugged']);
    assert.equal(fail(), false);
    pass(world, 30_000);
    assert.deepEqual(events, ['taken', 'unplugged', 'taken']);
  });

  it('leave errors of the program alone', () => {
    const { world, lines } = bench();
    pass(world, 0);
    assert.throws(() => lines.use(() => assert.fail('a bug')), /a bug/);
  });

  it('are released by close, before or after they were taken, and not taken again', () => {
    for (const whenMs of [undefined, 0, 10_000]) {
      const { world, gpio, lines, events, fail } = bench();
      if (whenMs !== undefined) pass(world, whenMs);
      if (whenMs === 10_000) fail();
      lines.close();
      const before = [...events];
      pass(world, 100_000);
      assert.deepEqual(events, before);
      assert.equal(fail(), false);
      assert.deepEqual([gpio.level(FIRST), gpio.level(SECOND)], [1, 1]);
    }
  });
});
