import { DEVICE_OK, DEVICE_STARTING, type DeviceStatus, type KeypadFault, sameDeviceStatus } from '../device-status.js';
import { createHeldLines } from '../held-lines.js';
import type { Clock, GpioHost, GpioInput, GpioOutput, Timer } from '../host.js';

export interface MatrixKeypadOptions {
  readonly rowLines: readonly number[];
  /** With pull-ups: the board's own are asked for, and where it cannot switch them there are resistors. */
  readonly columnLines: readonly number[];
  /** A string a row, a character a column, e.g. `123`, `456`, `789`, `*0#`. A space is a place without a key. */
  readonly keys: readonly string[];
  /** From driving a row to reading the columns. Microseconds are enough on a board; an emulated one is slower. */
  readonly settleMs?: number;
}

/** A row and a column, both counted from 0. */
export interface KeyPlace {
  readonly row: number;
  readonly column: number;
}

export interface MatrixKeypadEvents {
  /** Once for each press, when it is certain; no repetition while held. */
  keyPressed(key: string): void;
  /** A press was not reported: keys were pressed together, or too many. Nobody knows what was meant. */
  keysUnclear(): void;
  /** After every certain change of what is down, also where presses are unclear: to test keys and wires. */
  downChanged?(down: readonly KeyPlace[]): void;
  statusChanged(status: DeviceStatus<KeypadFault>): void;
}

export interface MatrixKeypad {
  status(): DeviceStatus<KeypadFault>;
  close(): void;
}

const SCAN_MS = 5;
const PRESS_SCANS = 3;
/** Worn contacts bounce for longer, and a bounce taken for a release would make a second press. */
const RELEASE_SCANS = 8;
const HELD_AT_ONCE = 2;
/** Bouncing may delay a contact by this much. */
const TOGETHER_SCANS = 2;
const STUCK_MS = 30_000;
/** Slower, as a stuck key may stay for days; the other keys still work. */
const STUCK_SCAN_MS = 10;
/** Edges can get lost in the kernel; a finger stays longer than this. */
const IDLE_CHECK_MS = 50;

/**
 * A matrix of bare keys on GPIO lines.
 *
 * Invariants
 * - A row is driven low or released, never driven high: two keys in one column would short two outputs.
 * - At rest all rows are low, so that any key makes an edge on its column; scanning runs only while something is
 *   pressed.
 * - A key counts as pressed after three scans that find it, and as released after eight that do not. Each key is judged by
 *   itself, so that the next one may be pressed before the last one is released. Keys that appear together, or as a third
 *   one, are unclear, and so are all others until none is down. That excludes ghosts: without diodes three keys, at the
 *   corners of a rectangle, make a fourth appear.
 */
export function createMatrixKeypad(
  parts: { readonly clock: Clock; readonly gpio: GpioHost },
  options: MatrixKeypadOptions,
  events: MatrixKeypadEvents,
): MatrixKeypad {
  const { clock, gpio } = parts;
  const settleMs = options.settleMs ?? 0;
  let rows: GpioOutput[] = [];
  let columns: GpioInput[] = [];
  let current: DeviceStatus<KeypadFault> = DEVICE_STARTING;
  let timer: Timer | undefined;
  let stuckTimer: Timer | undefined;
  let scanning = false;
  let closed = false;
  /** Places (row * columns + column) that are down for certain. */
  let down: readonly number[] = [];
  /** By place: how many scans in a row differ from `down`. */
  let otherwise = new Map<number, number>();
  /** By place that is not certainly down: the first and the last scan that found it. */
  let touched = new Map<number, { readonly first: number; readonly last: number }>();
  let scans = 0;
  let emptyScans = 0;
  let refusing = false;

  const lines = createHeldLines(clock, {
    take(hold) {
      rows = options.rowLines.map((line) => hold(gpio.openDrain(line)));
      const use = { pullUp: true, changed: () => lines.use(wake), failed: lines.fail } as const;
      columns = options.columnLines.map((line) => hold(gpio.input(line, use)));
      // With every row released nothing can pull a column down: one that is low is shorted or lacks its pull-up.
      checkColumns();
      rest();
    },
    lost(error) {
      timer?.cancel();
      stuckTimer?.cancel();
      scanning = false;
      down = [];
      otherwise.clear();
      touched.clear();
      refusing = false;
      report({ state: 'fault', faults: ['keypadLines'], warnings: [], detail: error.message });
    },
  });

  function after(delayMs: number, act: () => void): void {
    timer?.cancel();
    timer = clock.after(delayMs, () => lines.use(act));
  }

  function checkColumns(): void {
    const low = options.columnLines.filter((_line, at) => columns[at]?.read() === 0);
    if (low.length === 0) report(DEVICE_OK);
    else {
      const detail = `column line ${low.join(', ')} is low with no key pressed (pull-up missing, or a short)`;
      report({ state: 'fault', faults: ['keypadLines'], warnings: [], detail });
    }
  }

  function rest(): void {
    scanning = false;
    touched.clear();
    for (const row of rows) row.write(0);
    look();
  }

  function look(): void {
    after(IDLE_CHECK_MS, () => {
      if (columns.some((column) => column.read() === 0)) return wake();
      // The end of a short does not surely make an edge.
      if (current.faults.includes('keypadLines')) checkColumns();
      look();
    });
  }

  function wake(): void {
    if (scanning) return;
    scanning = true;
    timer?.cancel();
    for (const row of rows) row.write(1);
    settle(() => scanRow(0, []));
  }

  function settle(then: () => void): void {
    if (settleMs === 0) then();
    else after(settleMs, then);
  }

  function scanRow(at: number, found: number[]): void {
    const row = rows[at];
    if (row === undefined) {
      scanned(found);
      return;
    }
    row.write(0);
    settle(() => {
      columns.forEach((column, columnAt) => {
        if (column.read() === 0) found.push(at * columns.length + columnAt);
      });
      row.write(1);
      settle(() => scanRow(at + 1, found));
    });
  }

  function scanned(found: readonly number[]): void {
    if (columns.some((column) => column.read() === 0)) {
      checkColumns();
      // Scans again later, without waiting for edges: with a key down as well, rest and scan would each make an edge that
      // starts the other, without end.
      after(IDLE_CHECK_MS, () => scanRow(0, []));
      return;
    }
    if (current.faults.includes('keypadLines')) checkColumns();
    decide(found);
    emptyScans = found.length === 0 ? emptyScans + 1 : 0;
    if (down.length === 0 && emptyScans >= PRESS_SCANS) {
      rest();
      return;
    }
    const everyMs = current.faults.includes('keypadKeyStuck') ? STUCK_SCAN_MS : SCAN_MS;
    after(everyMs, () => scanRow(0, []));
  }

  function decide(found: readonly number[]): void {
    noteTouches(found);
    const before = otherwise;
    otherwise = new Map();
    for (const place of new Set([...found, ...down])) {
      if (found.includes(place) !== down.includes(place)) otherwise.set(place, (before.get(place) ?? 0) + 1);
    }
    const isCertain = (place: number, scans: number): boolean => (otherwise.get(place) ?? 0) >= scans;
    const fresh = found.filter((place) => isCertain(place, PRESS_SCANS) && !down.includes(place));
    const left = down.filter((place) => !isCertain(place, RELEASE_SCANS));
    if (fresh.length === 0 && left.length === down.length) return;
    down = [...left, ...fresh].sort((a, b) => a - b);
    otherwise = new Map([...otherwise].filter(([place]) => found.includes(place) !== down.includes(place)));
    events.downChanged?.(down.map(placeOf));
    watchForStuck();
    if (down.length === 0) refusing = false;
    if (fresh.length > 0) reportFresh(fresh, found);
  }

  function noteTouches(found: readonly number[]): void {
    scans += 1;
    for (const place of found) {
      if (!down.includes(place)) touched.set(place, { first: touched.get(place)?.first ?? scans, last: scans });
    }
    touched = new Map(
      [...touched].filter(([place, { last }]) => !down.includes(place) && scans - last < RELEASE_SCANS),
    );
  }

  /** The key that stops bouncing first need not be the one that was pressed first. */
  function wentDownTogether([key]: readonly number[]): boolean {
    const own = touched.get(key ?? 0)?.first ?? scans;
    return [...touched].some(([place, { first }]) => place !== key && first <= own + TOGETHER_SCANS);
  }

  function reportFresh(fresh: readonly number[], found: readonly number[]): void {
    refusing ||= fresh.length > 1 || found.length > HELD_AT_ONCE || wentDownTogether(fresh);
    if (refusing) return events.keysUnclear();
    const key = keyAt(fresh[0] ?? 0);
    if (key !== undefined) events.keyPressed(key);
  }

  function watchForStuck(): void {
    stuckTimer?.cancel();
    if (down.length === 0) {
      report(DEVICE_OK);
      return;
    }
    const held = down;
    stuckTimer = clock.after(STUCK_MS, () => {
      const names = held.map((place) => keyAt(place) ?? `place ${place}`).join(', ');
      report({
        state: 'fault',
        faults: ['keypadKeyStuck'],
        warnings: [],
        detail: `held for ${STUCK_MS / 1_000} s: ${names}`,
      });
    });
  }

  function placeOf(place: number): KeyPlace {
    return { row: Math.floor(place / columns.length), column: place % columns.length };
  }

  function keyAt(place: number): string | undefined {
    const { row, column } = placeOf(place);
    const key = options.keys[row]?.[column];
    return key === ' ' ? undefined : key;
  }

  function report(status: DeviceStatus<KeypadFault>): void {
    if (closed || sameDeviceStatus(status, current)) return;
    current = status;
    events.statusChanged(status);
  }

  return {
    status: () => current,
    close() {
      if (closed) return;
      closed = true;
      timer?.cancel();
      stuckTimer?.cancel();
      lines.close();
    },
  };
}
