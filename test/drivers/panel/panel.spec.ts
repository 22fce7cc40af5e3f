import assert from 'node:assert/strict';
import five from 'johnny-five';
import sinon from 'sinon';
import type { DeviceStatus, PanelFault } from '../../../drivers/device-status.js';
import { HostError } from '../../../drivers/host.js';
import { createPanel, type LampState, type PanelOptions } from '../../../drivers/panel/panel.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { createWorld } from '../../../hw-sim/world.js';
import { pass, testClock } from '../../support/test-clock.js';

const LINES: PanelOptions = { lampLines: { ready: 2, busy: 3, paid: 4, fault: 17 }, buzzerLine: 27, doorLine: 22 };

function bench(options: PanelOptions = LINES) {
  const world = createWorld({ seed: 9, startWallMs: 0 });
  const gpio = createSimGpio(world);
  for (const line of [2, 3, 4, 17, 27]) gpio.pull(line, 0);
  const clock = testClock(world);
  const doors: boolean[] = [];
  const statuses: DeviceStatus<PanelFault>[] = [];
  const panel = createPanel({ clock, gpio: gpio.hostFor(clock) }, options, {
    doorChanged: (open) => doors.push(open),
    statusChanged: (status) => statuses.push(status),
  });
  const lamps = () => [2, 3, 4, 17].map((line) => gpio.level(line)).join('');
  return { world, gpio, clock, panel, doors, statuses, lamps };
}

function lampStates(ready: LampState, busy: LampState, paid: LampState, fault: LampState) {
  return { ready, busy, paid, fault };
}

describe('panel', () => {
  it('tells a door that opens at once, and one that flickers a few times only', () => {
    const { world, gpio, doors, panel } = bench();
    gpio.drive(22, 0);
    pass(world, 100);
    const flickers = 100;
    for (let times = 0; times < flickers; times += 1) {
      gpio.drive(22, 1);
      pass(world, 60);
      gpio.drive(22, 0);
      pass(world, 60);
    }
    assert.ok(doors.length <= 2 * (5 + 6) + 1, `${doors.length} of ${2 * flickers}`);
    pass(world, 5_000);
    assert.deepEqual([panel.doorOpen(), doors.at(-1)], [false, false], 'it is shut in the end');
    gpio.drive(22, 1);
    pass(world, 60);
    assert.equal(doors.at(-1), true);
  });

  it('shows the lamps that it is told to', () => {
    const { world, panel, lamps } = bench();
    pass(world, 10);
    assert.equal(panel.status().state, 'ok');
    assert.equal(lamps(), '0000');
    panel.show(lampStates('on', 'off', 'off', 'off'));
    assert.equal(lamps(), '1000');
    panel.show(lampStates('off', 'on', 'on', 'off'));
    assert.equal(lamps(), '0110');
  });

  it('makes its components once, however often its lines are not available: johnny-five would keep them all', () => {
    const boards = sinon.spy(five, 'Board');
    const { world, panel, gpio, lamps } = bench();
    panel.show(lampStates('on', 'off', 'off', 'off'));
    gpio.refuse(3, 'busy');
    pass(world, 300_000);
    assert.deepEqual([panel.status().faults, boards.callCount], [['panelLines'], 1]);
    gpio.refuse(3, undefined);
    pass(world, 60_000);
    assert.deepEqual([panel.status().state, lamps(), boards.callCount], ['ok', '1000', 1]);
    boards.restore();
  });

  it('shows what it was told before its lines were there', () => {
    const { world, panel, lamps } = bench();
    panel.show(lampStates('off', 'off', 'off', 'on'));
    pass(world, 10);
    assert.equal(lamps(), '0001');
  });

  it('blinks by the clock of the host, and stops', () => {
    const { world, panel, gpio, lamps } = bench({ lampLines: LINES.lampLines });
    pass(world, 10);
    const changes: number[] = [];
    gpio.watch(3, () => changes.push(world.nowMs()));
    panel.show(lampStates('on', 'blinking', 'off', 'off'));
    pass(world, 4_100);
    assert.equal(changes.length, 11);
    panel.show(lampStates('on', 'off', 'off', 'off'));
    pass(world, 2_000);
    assert.equal(lamps(), '1000');
    assert.equal(world.advance(), false, 'nothing is planned any more');
  });

  it('beeps as told and is silent afterwards', () => {
    const { world, panel, gpio } = bench();
    pass(world, 10);
    const levels: string[] = [];
    gpio.watch(27, (level) => levels.push(`${level}@${world.nowMs() - 10}`));
    panel.beep([100, 200]);
    pass(world, 1_000);
    assert.deepEqual(levels, ['1@0', '0@100', '1@200', '0@400']);
  });

  it('ends a beep by the next one, and none lasts for ever', () => {
    const { world, panel, gpio } = bench();
    pass(world, 10);
    panel.beep([1_000_000]);
    pass(world, 100);
    assert.equal(gpio.level(27), 1);
    panel.beep([50]);
    pass(world, 60);
    assert.equal(gpio.level(27), 0);
    panel.beep([1_000_000]);
    pass(world, 3_100);
    assert.equal(gpio.level(27), 0);
  });

  it('tells the door, without its bounce', () => {
    const { world, panel, gpio, doors } = bench();
    gpio.drive(22, 0);
    pass(world, 100);
    assert.deepEqual([doors, panel.doorOpen()], [[false], false]);
    for (let at = 0; at < 30; at += 3) world.after(at, () => gpio.drive(22, at % 2 === 0 ? undefined : 0));
    world.after(31, () => gpio.drive(22, undefined));
    pass(world, 200);
    assert.deepEqual([doors, panel.doorOpen()], [[false, true], true]);
  });

  it('looks at the door now and then, as an edge can get lost', () => {
    const { world, gpio, clock } = bench({ lampLines: {} });
    const host = gpio.hostFor(clock);
    const doors: boolean[] = [];
    createPanel(
      { clock, gpio: { ...host, input: (line) => host.input(line) } },
      { lampLines: {}, doorLine: 22 },
      { doorChanged: (open) => doors.push(open), statusChanged: () => undefined },
    );
    gpio.drive(22, 0);
    pass(world, 1_000);
    gpio.drive(22, 1);
    pass(world, 29_000);
    assert.deepEqual(doors, [false]);
    pass(world, 1_000);
    assert.deepEqual(doors, [false, true]);
  });

  it('reports a door whose chip went away, by itself or at the next look, and takes it again', () => {
    for (const how of ['told', 'read'] as const) {
      const { world, gpio, clock } = bench({ lampLines: {} });
      const host = gpio.hostFor(clock);
      const gone = new HostError('disconnected', 'GPIO 22: the chip went away');
      let fails = false;
      let failed: ((error: HostError) => void) | undefined;
      const panel = createPanel(
        {
          clock,
          gpio: {
            ...host,
            input(line, use) {
              const input = host.input(line, use);
              failed = use?.failed;
              return {
                ...input,
                read() {
                  if (fails) throw gone;
                  return input.read();
                },
              };
            },
          },
        },
        { lampLines: {}, doorLine: 22 },
        { doorChanged: () => undefined, statusChanged: () => undefined },
      );
      pass(world, 100);
      assert.equal(panel.status().state, 'ok');
      fails = true;
      if (how === 'told') failed?.(gone);
      else pass(world, 30_000);
      assert.deepEqual(panel.status().faults, ['panelLines'], how);
      fails = false;
      pass(world, 30_100);
      assert.equal(panel.status().state, 'ok', how);
    }
  });

  it('works with only some of its parts', () => {
    const { world, panel, gpio } = bench({ lampLines: { paid: 4 } });
    pass(world, 10);
    panel.show(lampStates('on', 'on', 'on', 'on'));
    panel.beep([100]);
    assert.equal(gpio.level(4), 1);
    assert.equal(panel.doorOpen(), undefined);
    assert.equal(panel.status().state, 'ok');
  });

  it('reports a line that is not available, goes on, and takes it later', () => {
    const { world, gpio, panel, statuses, lamps } = bench();
    gpio.refuse(17, 'busy');
    panel.show(lampStates('on', 'off', 'off', 'on'));
    pass(world, 100);
    assert.deepEqual(panel.status().faults, ['panelLines']);
    panel.show(lampStates('off', 'off', 'off', 'on'));
    panel.beep([10]);
    gpio.refuse(17, undefined);
    pass(world, 31_000);
    assert.deepEqual(
      statuses.map((status) => status.state),
      ['fault', 'ok'],
    );
    assert.equal(lamps(), '0001');
  });

  it('leaves the process alone: no signal handlers, no timers of its own', () => {
    const before = process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const { world, panel } = bench();
    pass(world, 10);
    panel.show(lampStates('blinking', 'on', 'on', 'on'));
    panel.beep([100]);
    assert.deepEqual(
      process.eventNames().map((name) => [name, process.listenerCount(name)]),
      before,
    );
    assert.equal(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, timers);
  });

  it('is dark and silent after it was closed', () => {
    const { world, panel, gpio, lamps } = bench();
    pass(world, 10);
    panel.show(lampStates('on', 'blinking', 'on', 'on'));
    panel.beep([500]);
    panel.close();
    panel.show(lampStates('on', 'on', 'on', 'on'));
    pass(world, 5_000);
    assert.equal(lamps(), '0000');
    assert.equal(gpio.level(27), 0);
  });
});
