import type { Kiosk } from '../kiosk.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import type { Violate } from './oracle/violate.js';

export interface JournalSwapParts {
  readonly kiosk: Kiosk;
  /** How often, from 0: never. */
  readonly level: number;
  readonly violate: Violate;
  readonly chance: Chance;
  readonly coverage: Coverage;
}

/** Between two chances of a swap. */
const SELDOM_MS = 300_000;
/** The terminal checks every half minute, plus a slow card and a write under way. */
const NOTICED_WITHIN_MS = 45_000;
const LURK_STEP_MS = 2;
const LURK_STEPS = 2_000;

/**
 * Somebody replaces the journal of a running terminal by copies, as a restore or a careless rename does. The copies have
 * all that was acknowledged; what is written afterwards to the old files is lost. A half may also be replaced just during
 * a write. The terminal has to end soon, whether it writes or is idle.
 */
export function swapJournals({ kiosk, level, violate, chance, coverage }: JournalSwapParts): { windDown(): void } {
  const { world, flash } = kiosk;
  let over = false;

  function swap(half: boolean): void {
    const { life, terminal } = kiosk;
    const journalLess = (terminal?.kernel.state.live.faults.flash ?? []).length > 0;
    if (over || life === undefined || terminal === undefined || journalLess) return;
    const names = half ? [chance.pick(['journal-a', 'journal-b'] as const)] : flash.names();
    for (const name of names) {
      const image = flash.image(name);
      if (image !== undefined) flash.insert(name, image);
    }
    count(coverage, 'fault flash swapped');
    world.after(NOTICED_WITHIN_MS, () => {
      if (kiosk.life === life) violate('flash forgot', 'the terminal goes on beside its journal');
    });
  }

  /** Waits until something is being written. */
  function lurk(stepsLeft: number): void {
    if (stepsLeft === 0 || flash.unflushedSectors() > 0) return swap(false);
    world.after(LURK_STEP_MS, () => lurk(stepsLeft - 1));
  }

  function think(): void {
    if (over) return;
    if (chance.likely(level)) {
      if (chance.likely(0.5)) swap(chance.likely(0.4));
      else lurk(LURK_STEPS);
    }
    world.after(chance.between(1_000, SELDOM_MS), think);
  }

  if (level > 0) think();
  return {
    windDown() {
      over = true;
    },
  };
}
