import assert from 'node:assert/strict';
import { createPanel } from '../../../drivers/panel/panel.js';
import { testLamps } from '../../../drivers/panel/test-lamps.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { createWorld } from '../../../hw-sim/world.js';
import { pass, testClock } from '../../support/test-clock.js';

describe('lamp test', () => {
  it('lights each lamp alone, names it, and ends in the dark', () => {
    const world = createWorld({ seed: 1, startWallMs: 0 });
    const gpio = createSimGpio(world);
    const clock = testClock(world);
    const lines = { ready: 2, busy: 3, paid: 4, fault: 17 };
    for (const line of Object.values(lines)) gpio.pull(line, 0);
    const panel = createPanel(
      { clock, gpio: gpio.hostFor(clock) },
      { lampLines: lines },
      { doorChanged: () => undefined, statusChanged: () => undefined },
    );
    pass(world, 10);
    const seen: string[] = [];
    const lit = (): string =>
      Object.entries(lines)
        .filter(([, line]) => gpio.level(line) === 1)
        .map(([name]) => name)
        .join();
    testLamps(
      clock,
      panel,
      (lamp) => seen.push(`${lamp}: ${lit()}`),
      () => seen.push(`end: ${lit()}`),
    );
    pass(world, 5_000);
    assert.deepEqual(seen, ['ready: ready', 'busy: busy', 'paid: paid', 'fault: fault', 'end: ']);
  });
});
