import type { Clock, Host, Timer } from '../../../../drivers/host.js';
import type { DevicesConfig } from '../../../config/config.js';
import { type CheckRow, checkRow } from '../check-row.js';

/** The person at the box, who reads what is printed and types lines. */
export interface Person {
  /** Says whole lines. */
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
export interface HandsParts {
  readonly host: Pick<Host, 'clock' | 'gpio' | 'serial'>;
  readonly devices: DevicesConfig;
  readonly session: Session;
  /** Called with each row as it is found. */
  readonly found: (row: CheckRow) => void;
}

/** A dialogue with the person at the box, from the first question to the end of the tests, or until the person is gone. */
export interface Session {
  /** Says one line, or several. */
  say(text: string): void;
  /** Asks; anything but an answer is asked again. `again` makes the thing happen once more, where that is possible. */
  ask(question: string, again?: () => void): Promise<'yes' | 'no' | 'over'>;
  /** For a test that waits for a device as well. */
  attend<N>(): Attention<N>;
  readonly over: boolean;
  /** The row of a test that `over` stopped. */
  unfinished(item: string, soFar?: string): CheckRow;
}

/** What came first: a line, something from the device, or nothing in time. */
export type Heard<N> =
  | { readonly kind: 'typed'; readonly text: string }
  | { readonly kind: 'noticed'; readonly what: N }
  | { readonly kind: 'late' }
  | { readonly kind: 'over' };

export interface Attention<N> {
  /** For the device: what it has noticed. Kept until it is asked for. */
  notice(what: N): void;
  /** Drops what was noticed so far. */
  forget(): void;
  /** Waits for whatever comes first; `late` after `patienceMs`, where given. What is typed between two calls is lost. */
  next(patienceMs?: number): Promise<Heard<N>>;
}

/** Long enough to walk to the other side of the machine. */
const NOBODY_MS = 120_000;
/** Nobody answers so fast: the line was typed for the question before, or by a key that was hit twice. */
const LOOK_MS = 250;
const NOTICES_LIMIT = 1_000;

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
  /** Those who wait now: at most one. */
  let waiting: ((heard: Heard<never>) => void) | undefined;

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

  function attend<N>(): Attention<N> {
    let noticed: N[] = [];
    let wake: ((heard: Heard<N>) => void) | undefined;
    return {
      notice(what) {
        if (wake !== undefined) wake({ kind: 'noticed', what });
        else if (noticed.length < NOTICES_LIMIT) noticed.push(what);
      },
      forget() {
        noticed = [];
      },
      next(patienceMs) {
        if (end !== undefined) return Promise.resolve({ kind: 'over' });
        const [first, ...rest] = noticed;
        if (first !== undefined) {
          noticed = rest;
          return Promise.resolve({ kind: 'noticed', what: first });
        }
        return new Promise((resolve) => {
          const timers: Timer[] = [];
          const heard = (what: Heard<N>): void => {
            for (const timer of timers) timer.cancel();
            wake = undefined;
            waiting = undefined;
            resolve(what);
          };
          wake = heard;
          waiting = heard;
          if (patienceMs === undefined) timers.push(clock.after(NOBODY_MS, () => finish('nobody')));
          else timers.push(clock.after(patienceMs, () => heard({ kind: 'late' })));
        });
      },
    };
  }

  return {
    say,
    attend,
    async ask(question, again) {
      const attention = attend<never>();
      say(question);
      for (;;) {
        const heard = await attention.next();
        if (heard.kind !== 'typed') return 'over';
        if (heard.text === '' || heard.text === 'y' || heard.text === 'yes') return 'yes';
        if (heard.text === 'n' || heard.text === 'no') return 'no';
        if (heard.text === 'r' && again !== undefined) again();
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
