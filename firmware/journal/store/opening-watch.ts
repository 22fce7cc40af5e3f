import type { Clock, Timer } from '../../../drivers/host.js';
import { StoreError } from './store-error.js';

/** For one step of opening: a worn card takes seconds to read or make its volumes, one that hangs never answers. */
const OPENING_STEP_LIMIT_MS = 60_000;

/** Watches that each step of an opening is answered. */
export interface OpeningWatch {
  /**
   * From now on an answer is waited for; what is returned takes it and passes it on to `next`. An answer that comes when
   * the watch is over goes to `late`, or nowhere. `doing` is what is tried.
   */
  expect<T extends unknown[]>(
    doing: string,
    next: (...answer: T) => void,
    late?: (...answer: T) => void,
  ): (...answer: T) => void;
  /** Nothing is waited for or passed on any more. */
  end(): void;
}

/** `hung` is called at most once, with `hung`, when a step was not answered in time; the watch is over then. */
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
