import assert from 'node:assert/strict';
import { createPacer, type Pacer } from '../../../hw-sim/bench/pacer.js';
import { createWorld, type World } from '../../../hw-sim/world.js';
import { createVirtualClock, type VirtualClock } from '../../firmware/virtual-clock.js';

interface Rig {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly pacer: Pacer;
  /** What happened: at which instant of the world, and of the clock. */
  readonly happened: (readonly [worldMs: number, clockMs: number])[];
  plan(delayMs: number): void;
  /** The process is held up: time passes and no timer fires until it goes on. */
  holdUp(durationMs: number): void;
}

function createRig(): Rig {
  const clock = createVirtualClock();
  let heldMs = 0;
  const world = createWorld({ seed: 1, startWallMs: 0 });
  const happened: (readonly [number, number])[] = [];
  const pacer = createPacer({
    clock: { monotonicMs: () => clock.monotonicMs() + heldMs, after: clock.after },
    world,
    runUntil: world.runUntil,
  });
  return {
    clock,
    world,
    pacer,
    happened,
    plan: (delayMs) => pacer.act(() => world.after(delayMs, () => happened.push([world.nowMs(), clock.monotonicMs()]))),
    holdUp(durationMs) {
      heldMs += durationMs;
    },
  };
}

describe('the pacer', () => {
  it('runs every event at its own time', () => {
    const { clock, happened, plan } = createRig();
    clock.advance(10_000);
    plan(0);
    plan(30);
    plan(2_500);
    clock.advance(5_000);
    assert.deepEqual(happened, [
      [10_000, 10_000],
      [10_030, 10_030],
      [12_500, 12_500],
    ]);
  });

  it('brings the world up to now before anything comes in from outside', () => {
    const { clock, world, pacer } = createRig();
    clock.advance(777);
    pacer.act(() => assert.equal(world.nowMs(), 777));
  });

  it('catches up with late events in order', () => {
    const { clock, world, pacer, happened, plan, holdUp } = createRig();
    plan(100);
    plan(50);
    plan(900);
    holdUp(600);
    clock.advance(500);
    assert.deepEqual(
      happened.map(([worldMs]) => worldMs),
      [50, 100, 900],
    );
    pacer.act(() => assert.equal(world.nowMs(), 1_100));
  });

  it('lets the world stand still while the machine sleeps for long', () => {
    const { clock, world, happened, plan, holdUp } = createRig();
    plan(5_000);
    holdUp(3_600_000);
    clock.advance(500);
    assert.ok(world.nowMs() <= 1_500, `${world.nowMs()}`);
    assert.equal(happened.length, 0);
    clock.advance(5_000);
    assert.deepEqual(
      happened.map(([worldMs]) => worldMs),
      [5_000],
    );
  });

  it('sleeps while nothing is due', () => {
    const { clock, world } = createRig();
    let wakes = 0;
    const after = clock.after;
    const pacer = createPacer({
      clock: {
        monotonicMs: clock.monotonicMs,
        after: (delayMs, callback) =>
          after(delayMs, () => {
            wakes += 1;
            callback();
          }),
      },
      world,
      runUntil: world.runUntil,
    });
    clock.advance(60_000);
    assert.ok(wakes <= 121, `${wakes} wake-ups a minute`);
    pacer.stop();
  });

  it('does nothing more when it is stopped', () => {
    const { clock, pacer, happened, plan } = createRig();
    plan(10);
    pacer.stop();
    clock.advance(1_000);
    pacer.act(() => assert.fail('it is stopped'));
    assert.deepEqual(happened, []);
    assert.equal(clock.timers(), 0);
  });
});
