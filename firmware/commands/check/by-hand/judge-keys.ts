import type { MatrixKeypadOptions } from '../../../../drivers/keypad/matrix-keypad.js';
import { type CheckRow, checkRow } from '../check-row.js';

/** Rows, columns and names of a keypad. A place is row × columns + column, from 0. */
export type KeyLayout = Pick<MatrixKeypadOptions, 'rowLines' | 'columnLines' | 'keys'>;

/** The result of asking for one key after the other. */
export interface KeyTrial {
  /** Number of keys of the keypad, tested or not. */
  readonly keyCount: number;
  /** For each place that was asked for: the places that came, sorted. None: the key gave nothing. */
  readonly answers: ReadonlyMap<number, readonly number[]>;
  /** Places that stayed down. */
  readonly stuck: ReadonlySet<number>;
  /** Places that came twice at one press. */
  readonly bounced: ReadonlySet<number>;
}

/** The key at a place; a space where there is none. */
export function keyAt({ keys, columnLines }: KeyLayout, place: number): string {
  return keys[Math.floor(place / columnLines.length)]?.[place % columnLines.length] ?? ' ';
}

/** What a person calls a place, with row and column counted from 1. */
export function keyName(layout: KeyLayout, place: number): string {
  const key = keyAt(layout, place);
  const at = `row ${placeOn(layout, 'row', place) + 1}, column ${placeOn(layout, 'column', place) + 1}`;
  return key === ' ' ? `no key (${at})` : `${key} (${at})`;
}

/**
 * Everything that is wrong, in terms of what a person can repair: a wire rather than its keys, the order of wires rather than
 * single ones. Empty where every key that was asked for is right.
 */
export function judgeKeys(layout: KeyLayout, trial: KeyTrial): CheckRow[] {
  const open = new Map([...trial.answers].filter(([place, came]) => came.length !== 1 || came[0] !== place));
  const rows = [
    ...stuckOnes(layout, trial),
    ...deadLines(layout, trial, open),
    ...movedLines(layout, trial, open),
    ...bridges(layout, open),
    ...single(layout, open),
  ];
  if (trial.bounced.size === 0) return rows;
  const found = `${names(layout, trial.bounced)} came twice at one press`;
  return [...rows, checkRow.fail(ITEM, found, 'clean or change the key: its contact bounces')];
}

const ITEM = 'keys';

type Axis = 'row' | 'column';
type Open = Map<number, readonly number[]>;

const axes: readonly Axis[] = ['row', 'column'];
const placeOn = ({ columnLines }: KeyLayout, axis: Axis, place: number): number =>
  axis === 'row' ? Math.floor(place / columnLines.length) : place % columnLines.length;
const linesOf = ({ rowLines, columnLines }: KeyLayout, axis: Axis): readonly number[] =>
  axis === 'row' ? rowLines : columnLines;
const names = (layout: KeyLayout, places: Iterable<number>): string =>
  [...places].map((place) => keyName(layout, place)).join(', ');

function stuckOnes(layout: KeyLayout, { stuck }: KeyTrial): CheckRow[] {
  return [...stuck].map((place) =>
    checkRow.fail(ITEM, `${keyName(layout, place)} stayed down`, 'free or clean the key; else look for a short'),
  );
}

/** All the keys of a row or column, at least two, gave nothing. */
function deadLines(layout: KeyLayout, { answers }: KeyTrial, open: Open): CheckRow[] {
  const dead = [...open].filter(([, came]) => came.length === 0).map(([place]) => place);
  if (dead.length === answers.size && dead.length > 1) {
    for (const place of dead) open.delete(place);
    const pins = 'KEYPAD_ROW_PINS and KEYPAD_COLUMN_PINS';
    return [checkRow.fail(ITEM, 'no key gives anything', `check the keypad’s connector, then ${pins}`)];
  }
  return axes.flatMap((axis) =>
    linesOf(layout, axis).flatMap((line, at) => {
      const here = [...answers.keys()].filter((place) => placeOn(layout, axis, place) === at);
      if (here.length < 2 || !here.every((place) => dead.includes(place))) return [];
      for (const place of here) open.delete(place);
      return [checkRow.fail(ITEM, `${axis} ${at + 1} gives nothing`, `check its wire and line ${line}`)];
    }),
  );
}

/** Whole rows or columns that came as others: wires, or their pins in the configuration, are in another order. */
function movedLines(layout: KeyLayout, { answers }: KeyTrial, open: Open): CheckRow[] {
  const [rowAs, columnAs] = axes.map((axis) =>
    linesOf(layout, axis).map((_line, at) => {
      const came = [...answers]
        .filter(([place, places]) => placeOn(layout, axis, place) === at && places.length === 1)
        .map(([, places]) => placeOn(layout, axis, places[0] ?? 0));
      return came.length > 1 && new Set(came).size === 1 ? (came[0] ?? at) : at;
    }),
  );
  for (const [place, came] of open) {
    const row = rowAs?.[placeOn(layout, 'row', place)] ?? 0;
    const column = columnAs?.[placeOn(layout, 'column', place)] ?? 0;
    if (came.length === 1 && came[0] === row * layout.columnLines.length + column) open.delete(place);
  }
  return [...moved(layout, 'row', rowAs ?? []), ...moved(layout, 'column', columnAs ?? [])];
}

function moved(layout: KeyLayout, axis: Axis, as: readonly number[]): CheckRow[] {
  const others = as.flatMap((to, at) => (to === at ? [] : [`${axis} ${at + 1} answers as ${axis} ${to + 1}`]));
  if (others.length === 0) return [];
  const lines = linesOf(layout, axis);
  const whole = new Set(as).size === as.length;
  const pins = `KEYPAD_${axis.toUpperCase()}_PINS`;
  const todo = whole
    ? `swap the wires, or set ${pins}=${as.map((at) => lines[at]).join(',')}`
    : `check the wires of its ${axis}s and ${pins}`;
  return [checkRow.fail(ITEM, others.join(', '), todo)];
}

/** Two rows, or two columns, that come together. */
function bridges(layout: KeyLayout, open: Open): CheckRow[] {
  const found = new Map<string, CheckRow>();
  for (const [place, came] of open) {
    if (came.length < 2) continue;
    open.delete(place);
    const axis = axes.find((one) => new Set(came.map((other) => placeOn(layout, one, other))).size > 1);
    const bothWays = axes.every((one) => new Set(came.map((other) => placeOn(layout, one, other))).size > 1);
    if (axis === undefined || bothWays) {
      const todo = 'look for shorts between its lines; press one key at a time';
      found.set(`${place}`, checkRow.fail(ITEM, `at one press came ${names(layout, came)}`, todo));
      continue;
    }
    const between = [...new Set(came.map((other) => placeOn(layout, axis, other)))];
    const what = `${axis}s ${between.map((at) => at + 1).join(' and ')} answer together`;
    const lines = between.map((at) => linesOf(layout, axis)[at]).join(' and ');
    found.set(what, checkRow.fail(ITEM, what, `look for a short between lines ${lines}`));
  }
  return [...found.values()];
}

function single(layout: KeyLayout, open: Open): CheckRow[] {
  const silent = [...open].filter(([, came]) => came.length === 0).map(([place]) => place);
  const other = [...open].filter(([, came]) => came.length === 1);
  return [
    ...(silent.length === 0
      ? []
      : [checkRow.fail(ITEM, `nothing comes of ${names(layout, silent)}`, 'clean or change the key; check its wires')]),
    ...(other.length === 0
      ? []
      : [
          checkRow.fail(
            ITEM,
            other.map(([place, came]) => `${keyName(layout, place)} answers as ${names(layout, came)}`).join(', '),
            'check the key’s wires and KEYPAD_KEYS',
          ),
        ]),
  ];
}
