import type { Clock, Host, Timer } from '../../../../drivers/host.js';
import type { DevicesConfig } from '../../../config/config.js';
import { type CheckRow, checkRow } from '../check-row.js';

/** The person at the box, who reads what is printed and types lines. */
export interface Person {
  /** Prints whole lines. */
  say(text: string): void;
  /** Sends what is typed from now on to `events`; called once. */
  listen(events: PersonEvents): void;
}

export interface PersonEvents {
  /** A line without its end. */
  typed(line: string): void;
  /** The person wants to stop, or the terminal is gone. */
  left(): void;
}

/** What each test by hand gets. It opens its device itself, and closes it before it ends. */
export interface ByHandParts {
  readonly host: Pick<Host, 'clock' | 'gpio' | 'serial'>;
  readonly devices: DevicesConfig;
  readonly session: Session;
  /** Called with each row as it is found. */
  readonly found: (row: CheckRow) => void;
}

/** A dialogue with the person at the box, from the first question to the end of the tests, or until the person is gone. */
export interface Session {
  /** Prints one line, or several. */
  say(text: string): void;
  /** Asks; anything but an answer is asked again. `again` makes the thing happen once more, where that is possible. */
  ask(question: string, again?: () => void): Promise<'yes' | 'no' | 'over'>;
  /** For a test that waits for a device as well as for the person. */
  openEvents<N>(): EventQueue<N>;
  readonly over: boolean;
  /** The row of a test that `over` stopped. */
  unfinished(item: string, soFar?: string): CheckRow;
}

/** What came first: a line, an event of the device, or neither in time. */
export type NextEvent<N> =
  | { readonly kind: 'typed'; readonly text: string }
  | { readonly kind: 'device'; readonly what: N }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'over' };

/** Events of one device. */
export interface EventQueue<N> {
  push(what: N): void;
  /** Drops the events so far. */
  clear(): void;
  /** Waits for what comes first; `timeout` after `timeoutMs`, where given. What is typed between two calls is lost. */
  next(timeoutMs?: number): Promise<NextEvent<N>>;
}

/** Long enough to walk to the other side of the machine. */
const NOBODY_MS = 120_000;
/** Nobody answers so fast: the line was typed for the question before, or by a key that was hit twice. */
const LOOK_MS = 250;
const QUEUE_LIMIT = 1_000;

/**
 * Invariants
 * - Once the person has left, or has typed nothing for `NOBODY_MS`, every wait ends at once, so that no output stays on and no
 *   line stays in use.
 * - A line counts only while it is waited for, and not within `LOOK_MS` after something was said.
 */
export function createSession({ clock, person }: { readonly clock: Clock; readonly person: Person }): Session {
  let end: 'left' | 'nobody' | undefined;
  let absenceReported = false;
  let saidMs = Number.NEGATIVE_INFINITY;
  /** Who waits now, if anybody. */
  let waiting: ((event: NextEvent<never>) => void) | undefined;

  function finish(why: 'left' | 'nobody'): void {
    end ??= why;
    waiting?.({ kind: 'over' });
  }

  person.listen({
    typed(line) {
      const text = line.trim().toLowerCase();
      if (text === 'q' || text === 'quit') return finish('left');
      if (clock.monotonicMs() - saidMs >= LOOK_MS) waiting?.({ kind: 'typed', text });
    },
    left: () => finish('left'),
  });

  function say(text: string): void {
    saidMs = clock.monotonicMs();
    person.say(`${text}\n`);
  }

  function openEvents<N>(): EventQueue<N> {
    let queued: N[] = [];
    let wake: ((event: NextEvent<N>) => void) | undefined;
    return {
      push(what) {
        if (wake !== undefined) wake({ kind: 'device', what });
        else if (queued.length < QUEUE_LIMIT) queued.push(what);
      },
      clear() {
        queued = [];
      },
      next(timeoutMs) {
        if (end !== undefined) return Promise.resolve({ kind: 'over' });
        const [first, ...rest] = queued;
        if (first !== undefined) {
          queued = rest;
          return Promise.resolve({ kind: 'device', what: first });
        }
        return new Promise((resolve) => {
          const timers: Timer[] = [];
          const arrived = (what: NextEvent<N>): void => {
            for (const timer of timers) timer.cancel();
            wake = undefined;
            waiting = undefined;
            resolve(what);
          };
          wake = arrived;
          waiting = arrived;
          if (timeoutMs === undefined) timers.push(clock.after(NOBODY_MS, () => finish('nobody')));
          else timers.push(clock.after(timeoutMs, () => arrived({ kind: 'timeout' })));
        });
      },
    };
  }

  return {
    say,
    openEvents,
    async ask(question, again) {
      const events = openEvents<never>();
      say(question);
      for (;;) {
        const event = await events.next();
        if (event.kind !== 'typed') return 'over';
        if (event.text === '' || event.text === 'y' || event.text === 'yes') return 'yes';
        if (event.text === 'n' || event.text === 'no') return 'no';
        if (event.text === 'r' && again !== undefined) again();
        else say(question);
      }
    },
    get over() {
      return end !== undefined;
    },
    unfinished(item, soFar) {
      const before = soFar === undefined ? '' : `${soFar}; `;
      if (end !== 'nobody') return checkRow.skip(item, `${before}given up`);
      const found = `${before}nobody answered for ${NOBODY_MS / 1_000} s`;
      if (absenceReported) return checkRow.skip(item, found);
      absenceReported = true;
      return checkRow.fail(item, found, 'test by hand again, with somebody before the box');
    },
  };
}
