import {
  type BookReading,
  type CardView,
  queueLines,
  readCard,
  settleOnCard,
  viewCard,
} from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import type { SimFlash } from '../sim-flash.js';
import { createWorld, type World } from '../world.js';
import type { Chance } from './chance.js';
import { chooseSettling } from './choose-settling.js';
import { type Coverage, count } from './coverage.js';
import type { QueueEntry } from './oracle/hand-rules.js';
import type { Oracle } from './oracle.js';

/** Somebody who takes the card out of a box that is off, and uses `tillbox queue` on it with a laptop. */
export interface CardReader {
  /** Reads the queue, and changes nothing. */
  read(): void;
  /** Settles an entry of the queue, and puts the card back into the box. */
  settle(): void;
}

export interface CardReaderParts {
  readonly kiosk: Kiosk;
  readonly oracle: Oracle;
  readonly chance: Chance;
  readonly coverage: Coverage;
}

/** One settlement takes about forty. */
const OPERATIONS = 40;

export function createCardReader({ kiosk, oracle, chance, coverage }: CardReaderParts): CardReader {
  const { segmentSizeBytes, flash } = kiosk;

  /** The card in the laptop, which has another clock. */
  function takeCard(): { readonly card: SimFlash; readonly laptop: World } {
    const laptop = createWorld({ seed: chance.between(0, 1_000_000_000), startWallMs: kiosk.world.wallMs() });
    return { card: flash.copy({ after: laptop.after, random: laptop.random }), laptop };
  }

  function list(card: SimFlash, laptop: World): Pick<CardView, 'reversals' | 'cutOff'> {
    let reading: BookReading | undefined;
    readCard(card, segmentSizeBytes, (found) => {
      reading = found;
    });
    while (laptop.advance());
    if (reading === undefined) throw new Error('the card was never read');
    const { db, troubles } = reading;
    if (db === undefined) {
      oracle.cardRead({ troubles, sales: [], queue: [], cutOff: [] });
      return { reversals: [], cutOff: [] };
    }
    const view = viewCard({ place: 'card', reading: { ...reading, db }, locale: 'en' });
    const { reversals, cutOff, sales } = view;
    for (const line of [...queueLines.head(view, reversals, cutOff), ...sales.map(queueLines.sale)]) oracle.shown(line);
    oracle.cardRead({ troubles, sales, queue: reversals, cutOff });
    return view;
  }

  /** Entries that wait for a person who cannot wait for this box to start again. */
  function look(card: SimFlash, laptop: World): readonly QueueEntry[] {
    const before = card.pages();
    const unflushed = card.unflushedSectors();
    const { reversals, cutOff } = list(card, laptop);
    const after = card.pages();
    const same = after.length === before.length && after.every((page, at) => page === before[at]);
    if (!same || card.unflushedSectors() !== unflushed) oracle.violate('reading changed the card', '');
    if (cutOff.length > 0) count(coverage, 'card read with a sale that was cut off');
    return [
      ...reversals.filter(({ state }) => state !== 'finished'),
      ...cutOff.map((sale) => ({ ...sale, cause: sale.atStart === 'vendUnknown' ? 'vendUnknown' : 'powerLost' })),
    ];
  }

  function read(): void {
    const { card, laptop } = takeCard();
    const open = look(card, laptop);
    count(coverage, `card read ${open.length === 0 ? 'without' : 'with'} open reversals`);
  }

  function settle(): void {
    const { card, laptop } = takeCard();
    const [first, ...more] = look(card, laptop);
    if (first === undefined) return;
    const entry = chance.pick([first, ...more]);
    const settling = chooseSettling(entry, chance);
    const { by, note, outcome } = settling;
    const host = { flash: card, clock: clockOf(laptop), random: randomOf(laptop), segmentSizeBytes };
    let answered = false;
    oracle.settlingAsked(settling);
    settleOnCard(host, entry.reversalId, { by, note, outcome }, (trouble, settled) => {
      answered = true;
      count(coverage, `card settle ${outcome} ${trouble === undefined ? 'done' : trouble.code}`);
      if (settled !== undefined) oracle.settlingAgreed(settling);
    });
    /* Sometimes the laptop loses its power. */
    if (chance.likely(0.2)) for (let left = chance.between(1, OPERATIONS); left > 0 && laptop.advance(); left -= 1);
    else while (laptop.advance());
    if (!answered) {
      count(coverage, 'card settle cut');
      card.powerCut();
    }
    for (const name of card.names()) {
      const image = card.image(name);
      if (image !== undefined) flash.insert(name, image);
    }
  }

  return { read, settle };
}

function clockOf(world: World) {
  return { monotonicMs: world.nowMs, wallMs: world.wallMs, after: world.after };
}

function randomOf(world: World) {
  return { bytes: (count: number) => Uint8Array.from({ length: count }, () => Math.floor(world.random() * 256)) };
}
