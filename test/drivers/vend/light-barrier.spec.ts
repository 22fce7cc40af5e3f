import assert from 'node:assert/strict';
import type { Level } from '../../../drivers/host.js';
import { createLightBarrier } from '../../../drivers/vend/light-barrier.js';

type Step =
  /** An edge, told at that time; with its own time. */
  | { readonly at: number; readonly edge: Level; readonly of?: number }
  /** The line is read. */
  | { readonly at: number; readonly look: Level };

function run(steps: readonly Step[]): string[] {
  let nowMs = 0;
  const told: string[] = [];
  const barrier = createLightBarrier(
    { monotonicMs: () => nowMs },
    { covered: () => told.push('covered'), freed: (how) => told.push(how) },
  );
  for (const step of steps) {
    nowMs = step.at;
    if ('look' in step) barrier.looked(step.look);
    else barrier.moved(step.edge, step.of);
  }
  return told;
}

describe('light barrier', () => {
  const tables: readonly (readonly [name: string, steps: readonly Step[], told: readonly string[]])[] = [
    [
      'goods of 2 ms whose edges have their times, told at once, long after',
      [
        { at: 500, edge: 0, of: 100 },
        { at: 500, edge: 1, of: 102 },
      ],
      ['covered', 'passed'],
    ],
    [
      'a spike of half a millisecond',
      [
        { at: 500, edge: 0, of: 100 },
        { at: 500, edge: 1, of: 100.5 },
      ],
      ['covered', 'flickered'],
    ],
    [
      'a spike whose edges were told far from each other',
      [
        { at: 100, edge: 0, of: 100 },
        { at: 140, edge: 1, of: 100.2 },
      ],
      ['covered', 'flickered'],
    ],
    [
      'a spike whose end is read before its edge is told',
      [
        { at: 100, edge: 0, of: 100 },
        { at: 110, look: 1 },
        { at: 111, edge: 1, of: 100.2 },
        { at: 120, look: 1 },
      ],
      ['covered', 'flickered'],
    ],
    [
      'goods whose start is read before their edge is told',
      [
        { at: 101.8, look: 0 },
        { at: 103, edge: 0, of: 100 },
        { at: 103, edge: 1, of: 102 },
      ],
      ['covered', 'passed'],
    ],
    [
      'a last edge that is never told',
      [
        { at: 100, edge: 0, of: 100 },
        { at: 110, look: 1 },
        { at: 120, look: 1 },
      ],
      ['covered', 'flickered'],
    ],
    [
      'a last edge that is never told, where it was read covered before',
      [
        { at: 100, edge: 0, of: 100 },
        { at: 110, look: 0 },
        { at: 120, look: 1 },
        { at: 130, look: 1 },
      ],
      ['covered', 'passed'],
    ],
    [
      'a last edge that is told without its time',
      [
        { at: 100, edge: 0, of: 100 },
        { at: 140, edge: 1 },
      ],
      ['covered', 'flickered'],
    ],
    [
      'a first edge without its time, surely covered for long enough',
      [
        { at: 100, edge: 0 },
        { at: 140, edge: 1, of: 103 },
      ],
      ['covered', 'passed'],
    ],
    [
      'a first edge without its time, not surely covered for long enough',
      [
        { at: 100, edge: 0 },
        { at: 140, edge: 1, of: 100.3 },
      ],
      ['covered', 'flickered'],
    ],
    [
      'levels that were read, as sysfs has them',
      [
        { at: 100, edge: 0 },
        { at: 101, edge: 1 },
      ],
      ['covered', 'passed'],
    ],
    [
      'a spike that was read, as by sysfs',
      [
        { at: 100, edge: 0 },
        { at: 100.4, edge: 1 },
      ],
      ['covered', 'flickered'],
    ],
    [
      'levels that only looks find',
      [
        { at: 100, look: 0 },
        { at: 110, look: 1 },
      ],
      ['covered', 'passed'],
    ],
    [
      'a hand in it, by the times of its edges',
      [
        { at: 2_000, edge: 0, of: 100 },
        { at: 2_000, edge: 1, of: 1_101 },
      ],
      ['covered', 'blocked'],
    ],
    [
      'goods that take a second',
      [
        { at: 100, edge: 0, of: 100 },
        { at: 1_500, edge: 1, of: 1_100 },
      ],
      ['covered', 'passed'],
    ],
    [
      'a level that is told twice',
      [
        { at: 100, edge: 1 },
        { at: 110, edge: 0, of: 110 },
        { at: 120, edge: 0, of: 120 },
        { at: 130, edge: 1, of: 130 },
        { at: 140, edge: 1, of: 140 },
      ],
      ['covered', 'passed'],
    ],
  ];
  for (const [name, steps, told] of tables) {
    it(`judges ${name}: ${told.at(-1)}`, () => assert.deepEqual(run(steps), told));
  }

  it('says for how long it has been covered', () => {
    let nowMs = 0;
    const barrier = createLightBarrier(
      { monotonicMs: () => nowMs },
      { covered: () => undefined, freed: () => undefined },
    );
    assert.equal(barrier.coveredMs(), undefined);
    nowMs = 50;
    barrier.moved(0, 20);
    assert.equal(barrier.coveredMs(), 30);
    barrier.reset();
    assert.equal(barrier.coveredMs(), undefined);
  });
});
