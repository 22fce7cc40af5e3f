import type { Clock, Timer } from '../../../drivers/host.js';
import { StoreError } from './store-error.js';

/** For one step of opening: a worn card takes seconds to read or make its volumes, one that hangs never answers. */
const OPENING_STEP_LIMIT_MS = 60_000;

/** Limits the time of each step of an opening. */
export interface OpeningWatch {
  /**
   * Starts the time of a step, which `doing` names, and returns the callback for its answer. The answer goes to `next`; once
   * the watch has ended it goes to `late`, if any.
   */
  expect<T extends unknown[]>(
    doing: string,
    next: (...answer: T) => void,
    late?: (...answer: T) => void,
  ): (...answer: T) => void;
  /** Cancels all limits; nothing goes to `next` any more. */
  end(): void;
}

/** `hung` is called at most once, when a step has no answer in time; that ends the watch. */
export function createOpeningWatch(clock: Clock, hung: (error: StoreError) => void): OpeningWatch {
  const limits = new Set<Timer>();
  let over = false;

  const end = (): void => {
    over = true;
    for (const limit of limits) limit.cancel();
    limits.clear();
  };

  return {
    expect(doing, next, late) {
      const limit = clock.after(OPENING_STEP_LIMIT_MS, () => {
        end();
        hung(new StoreError('hung', `${doing}: no answer within ${OPENING_STEP_LIMIT_MS} ms`));
      });
      limits.add(limit);
      return (...answer) => {
        if (over) return late?.(...answer);
        limits.delete(limit);
        limit.cancel();
        next(...answer);
      };
    },
    end,
  };
}
