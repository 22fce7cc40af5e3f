import type { Clock, Timer, UpdateLockHost } from '../../drivers/host.js';
import { keepsUpdatesAway } from '../../flows/keeps-updates-away.js';
import type { TerminalState } from '../../flows/terminal-state.js';
import type { Log } from '../log/log.js';

/**
 * Takes and gives back the update lock as the flow's state demands.
 *
 * Invariants
 * - The lock is taken with the decision that opens a sale, and given back with the one after which no customer is reached by a stop.
 * - No payment request is sent while somebody else holds the lock: money moves only under our own lock.
 * - A lock that cannot be had for another reason (no directory, no permission) stops nothing. It is counted, and warned of.
 */
export interface UpdateGuard {
  /** Whether somebody else holds the lock now. */
  heldByOther(): boolean;
  /** Whether a payment request may be sent; takes the lock where that has not been done. */
  mayPay(): boolean;
  /** To be called with each state that is published. */
  follow(state: Pick<TerminalState, 'book' | 'live'>): void;
  /** Whether this process holds the lock. */
  readonly locked: boolean;
  /** Why the last attempt to take it failed, for people; undefined where it did not. */
  readonly trouble: string | undefined;
  /** How often it could not be taken since the start, although nobody else had it. */
  readonly failures: number;
  close(): void;
}

export interface UpdateGuardParts {
  readonly lock: UpdateLockHost;
  readonly clock: Clock;
  readonly log: Log;
  /** What the flow knows of the lock is no longer so. */
  readonly changed: () => void;
}

/** While nothing happens. What happens is a moment, and each moment looks for itself. */
const LOOK_EVERY_MS = 5_000;

export function createUpdateGuard({ lock, clock, log, changed }: UpdateGuardParts): UpdateGuard {
  let locked = false;
  let trouble: string | undefined;
  let failures = 0;
  let known = false;
  let book: TerminalState['book'] | undefined;
  let wanted = false;
  let timer: Timer;

  const found = lock.clearStale();
  log.info('update lock', { path: lock.path, found });

  function take(): boolean {
    if (locked) return true;
    const attempt = lock.take();
    switch (attempt.kind) {
      case 'taken':
      case 'partial':
        locked = true;
        noteTrouble(attempt.kind === 'partial' ? attempt.why : undefined);
        return true;
      case 'broken':
        noteTrouble(attempt.why);
        return true;
      case 'held':
        noteTrouble(undefined);
        return false;
    }
  }

  function noteTrouble(why: string | undefined): void {
    const before = trouble;
    trouble = why;
    if (why !== undefined) failures += 1;
    if (why !== undefined && why !== before) log.warn('the update lock cannot be taken', { why });
    if ((why === undefined) !== (before === undefined)) changed();
  }

  function giveBack(): void {
    if (!locked) return;
    locked = false;
    lock.release();
  }

  function look(): void {
    timer = clock.after(LOOK_EVERY_MS, look);
    if (!locked && lock.heldByOther() !== known) changed();
  }
  timer = clock.after(LOOK_EVERY_MS, look);

  return {
    heldByOther: () => !locked && lock.heldByOther(),
    mayPay: take,
    follow(state) {
      known = state.live.updating === true;
      if (state.book === book) return;
      book = state.book;
      const before = wanted;
      wanted = keepsUpdatesAway(book);
      if (!wanted) giveBack();
      /* Where somebody was quicker: what follows decides with that. Once for each sale, and once more before it is paid. */ else if (
        !before &&
        !take()
      )
        changed();
    },
    get locked() {
      return locked;
    },
    get trouble() {
      return trouble;
    },
    get failures() {
      return failures;
    },
    close() {
      timer.cancel();
      if (locked) lock.release();
      locked = false;
    },
  };
}
