import type { Kiosk } from '../kiosk.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import type { Violate } from './oracle/violate.js';

export interface JournalSwapParts {
  readonly kiosk: Kiosk;
  /** How often; 0 is never. */
  readonly level: number;
  readonly violate: Violate;
  readonly chance: Chance;
  readonly coverage: Coverage;
}

/** Between two thoughts of it. */
const SELDOM_MS = 300_000;
/** The terminal looks every half minute; a slow card and a write under way come on top. */
const NOTICED_WITHIN_MS = 45_000;
const LURK_STEP_MS = 2;
const LURK_STEPS = 2_000;

/**
 * Somebody puts copies in the place of a running terminal's journal, as a restore or a careless rename does: all that was
 * acknowledged is in them, and what is written afterwards to the files that were there is found by nobody. Halves may also be
 * swapped in the very moment of a write. The terminal has to end soon, whether it writes or rests.
 */
export function swapJournals({ kiosk, level, violate, chance, coverage }: JournalSwapParts): { clearUp(): void } {
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

  /** Until something is being written. */
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
    clearUp() {
      over = true;
    },
  };
}
