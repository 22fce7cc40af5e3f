import type { Clock } from '../../../../drivers/host.js';
import { type KeyLayout, type KeyTrial, keyAt, keyName } from './judge-keys.js';
import { createKeyTracker } from './key-tracker.js';
import type { EventQueue, Session } from './session.js';

export interface KeyTrialParts {
  readonly clock: Clock;
  readonly session: Session;
  readonly layout: KeyLayout;
  /** Gets the places that are down, whenever they change. */
  readonly moves: EventQueue<readonly number[]>;
}

/** From opening the keypad to having seen what is down already. */
const FIRST_LOOK_MS = 200;
/** Nobody holds a key for so long. */
const STUCK_MS = 8_000;
/** All contacts of one press close within some scans of the matrix. */
const TOGETHER_MS = 60;
/** Nobody releases a key and presses it again in this time. */
const BOUNCE_MS = 100;

/**
 * Asks for every key once, in the order in which they are printed on the keypad. Only that finds wires in a wrong order, since
 * each of their keys answers.
 */
export async function tryKeys({ clock, session, layout, moves }: KeyTrialParts): Promise<KeyTrial> {
  const all = placesOf(layout);
  const answers = new Map<number, readonly number[]>();
  const stuck = new Set<number>();
  const bounced = new Set<number>();
  const tracker = createKeyTracker();
  const moved = (places: readonly number[]): void => tracker.update(places, clock.monotonicMs());
  session.say('Keypad: press each key once, when it is asked for. [Enter = it gives nothing]');
  await movesFor(FIRST_LOOK_MS, moved);
  for (const place of all) {
    await allUp();
    if (tracker.isStuck(place)) continue;
    const came = await answerOf(place);
    if (came === 'over') break;
    answers.set(place, came);
  }
  await allUp();
  return { keyCount: all.length, answers, stuck, bounced };

  /** A wrong key may be a mistake of the person, so it has to be wrong twice. */
  async function answerOf(place: number): Promise<readonly number[] | 'over'> {
    const key = keyAt(layout, place);
    session.say(`Press ${key}   ${picture(layout, answers)}   ${all.length - answers.size} left`);
    const first = await pressed(place);
    if (first === 'over' || first.length === 0 || first.join() === `${place}`) return first;
    session.say(`That was ${first.map((one) => keyName(layout, one)).join(' with ')}. Once more: ${key} alone.`);
    await allUp();
    const second = await pressed(place);
    return second.length === 0 ? first : second;
  }

  /** The places that one press sets off, sorted; none where the person reports that nothing comes. */
  async function pressed(wanted: number): Promise<readonly number[] | 'over'> {
    for (;;) {
      const last = tracker.lastReleased();
      const event = await moves.next();
      if (event.kind === 'over') return 'over';
      if (event.kind === 'typed' && event.text === '') return [];
      if (event.kind !== 'device') continue;
      moved(event.what);
      const came = new Set(tracker.down());
      if (came.size === 0) continue;
      const again = last !== undefined && came.has(last.place) && clock.monotonicMs() - last.atMs < BOUNCE_MS;
      await movesFor(TOGETHER_MS, (places) => {
        moved(places);
        for (const place of tracker.down()) came.add(place);
      });
      if (session.over) return 'over';
      if (!again || last.place === wanted || came.size > 1) return [...came].sort((a, b) => a - b);
      bounced.add(last.place);
      await allUp();
    }
  }

  /** Waits until all keys are up; one that stays down is stuck, and does not count any more. */
  async function allUp(): Promise<void> {
    while (!session.over && tracker.down().length > 0) {
      const event = await moves.next(STUCK_MS);
      if (event.kind === 'device') moved(event.what);
      if (event.kind !== 'timeout') continue;
      for (const place of tracker.down()) {
        stuck.add(place);
        session.say(`${keyName(layout, place)} stays down.`);
      }
      tracker.markStuck();
    }
  }

  /** Takes moves until nothing has changed for that long. */
  async function movesFor(patienceMs: number, take: (places: readonly number[]) => void): Promise<void> {
    for (;;) {
      const event = await moves.next(patienceMs);
      if (event.kind === 'timeout' || event.kind === 'over') return;
      if (event.kind === 'device') take(event.what);
    }
  }
}

function placesOf({ keys, columnLines }: KeyLayout): number[] {
  return keys.flatMap((row, rowAt) =>
    [...row].flatMap((key, at) => (key === ' ' ? [] : [rowAt * columnLines.length + at])),
  );
}

/** The keypad as in KEYPAD_KEYS, with a dot for each key that is right and a mark for each that is not. */
function picture({ keys, columnLines }: KeyLayout, answers: ReadonlyMap<number, readonly number[]>): string {
  const shown = (key: string, place: number): string => {
    const came = answers.get(place);
    if (came === undefined) return key;
    return came.join() === `${place}` ? '·' : '!';
  };
  return keys
    .map((row, rowAt) => [...row].map((key, at) => shown(key, rowAt * columnLines.length + at)).join(''))
    .join('/');
}
