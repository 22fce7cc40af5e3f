import {
  type Clock,
  type GpioHost,
  type GpioOutput,
  HostError,
  type HostErrorCode,
  type Level,
} from '../drivers/host.js';
import type { World } from './world.js';

/** The lines of an imagined board, and the wires, switches and resistors outside it. */
export interface SimGpio {
  /** What one process sees; its callbacks come through its own clock. */
  hostFor(clock: Pick<Clock, 'after'>): GpioHost;
  /** The process died: its outputs float. */
  releaseAll(): void;
  /** The level on a line, whoever makes it. */
  level(line: number): Level;
  /** A resistor: the level of the line while nobody drives it. Up by default. */
  pull(line: number, level: Level): void;
  /** Something outside drives the line; undefined lets go of it. */
  drive(line: number, level: Level | undefined): void;
  /** A contact between two lines, open at first. */
  contact(a: number, b: number): { set(closed: boolean): void };
  /** Calls back after every change of the line's level. */
  watch(line: number, changed: (level: Level) => void): void;
  /** From now on asking for this line fails so; undefined: as usual. */
  refuse(line: number, code: HostErrorCode | undefined): void;
  /** How often two outputs fought over one wire: on a real board that is smoke. */
  shorts(): number;
}

interface Held {
  /** Undefined: let go. */
  drives: Level | undefined;
  readonly changed: ((level: Level) => void) | undefined;
}

export function createSimGpio(world: World): SimGpio {
  const held = new Map<number, Held>();
  const pulls = new Map<number, Level>();
  const outside = new Map<number, Level>();
  const refused = new Map<number, HostErrorCode>();
  const contacts: { readonly a: number; readonly b: number; closed: boolean }[] = [];
  const watchers: { readonly line: number; last: Level; readonly changed: (level: Level) => void }[] = [];
  let shorts = 0;

  /** The lines that closed contacts make one wire with this one. */
  function wire(line: number): ReadonlySet<number> {
    const reached = new Set([line]);
    for (const from of reached) {
      for (const { a, b, closed } of contacts) {
        if (closed && a === from) reached.add(b);
        if (closed && b === from) reached.add(a);
      }
    }
    return reached;
  }

  function driversOf(lines: ReadonlySet<number>): ReadonlySet<Level> {
    const levels = new Set<Level>();
    for (const line of lines) {
      for (const level of [held.get(line)?.drives, outside.get(line)]) if (level !== undefined) levels.add(level);
    }
    return levels;
  }

  function level(line: number): Level {
    // The usual line: nothing is connected to it.
    if (!contacts.some(({ a, b, closed }) => closed && (a === line || b === line))) {
      const own = held.get(line)?.drives;
      const other = outside.get(line);
      return own === 0 || other === 0 ? 0 : (own ?? other ?? pulls.get(line) ?? 1);
    }
    const lines = wire(line);
    const drivers = driversOf(lines);
    if (drivers.size > 0) return drivers.has(0) ? 0 : 1;
    return [...lines].some((one) => pulls.get(one) === 0) ? 0 : 1;
  }

  function settle(): void {
    const seen = new Set<number>();
    for (const line of held.keys()) {
      if (seen.has(line)) continue;
      const lines = wire(line);
      for (const one of lines) seen.add(one);
      if (driversOf(lines).size > 1) shorts += 1;
    }
    for (const watcher of watchers) {
      const now = level(watcher.line);
      if (now === watcher.last) continue;
      watcher.last = now;
      watcher.changed(now);
    }
  }

  function take(line: number, drives: Level | undefined, changed?: (level: Level) => void): Held {
    const code = refused.get(line) ?? (held.has(line) ? 'busy' : undefined);
    if (code !== undefined) throw new HostError(code, `GPIO line ${line} cannot be had (${code})`);
    const mine: Held = { drives, changed };
    held.set(line, mine);
    settle();
    return mine;
  }

  function output(line: number, mine: Held, drive: (level: Level) => Level | undefined): GpioOutput {
    return {
      write(value) {
        if (held.get(line) !== mine) return;
        mine.drives = drive(value);
        settle();
      },
      release: () => letGo(line, mine),
    };
  }

  function letGo(line: number, mine: Held): void {
    if (held.get(line) !== mine) return;
    held.delete(line);
    settle();
  }

  return {
    level,
    shorts: () => shorts,
    hostFor: (clock) => ({
      backend: 'simulated lines',
      output: (line, initial) => output(line, take(line, initial), (value) => value),
      openDrain: (line) => output(line, take(line, undefined), (value) => (value === 0 ? 0 : undefined)),
      input(line, changed) {
        const mine = take(line, undefined, changed);
        if (changed !== undefined) {
          watchers.push({
            line,
            last: level(line),
            changed: (value) => clock.after(0, () => held.get(line) === mine && changed(value)),
          });
        }
        return { read: () => level(line), release: () => letGo(line, mine) };
      },
    }),
    releaseAll() {
      held.clear();
      settle();
    },
    pull(line, value) {
      pulls.set(line, value);
      settle();
    },
    drive(line, value) {
      if (value === undefined) outside.delete(line);
      else outside.set(line, value);
      settle();
    },
    contact(a, b) {
      const contact = { a, b, closed: false };
      contacts.push(contact);
      return {
        set(closed) {
          contact.closed = closed;
          settle();
        },
      };
    },
    watch(line, changed) {
      watchers.push({ line, last: level(line), changed: (value) => world.after(0, () => changed(value)) });
    },
    refuse(line, code) {
      if (code === undefined) refused.delete(line);
      else refused.set(line, code);
    },
  };
}
