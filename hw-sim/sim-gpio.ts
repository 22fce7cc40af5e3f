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

interface Watcher {
  readonly line: number;
  last: Level;
  /** Of a process's own input; undefined: something outside. */
  readonly holder: Held | undefined;
  readonly changed: (level: Level) => void;
}

export function createSimGpio(world: World): SimGpio {
  const held = new Map<number, Held>();
  const pulls = new Map<number, Level>();
  const outside = new Map<number, Level>();
  const refused = new Map<number, HostErrorCode>();
  /** Of each line the others that a closed contact joins it to, as often as there are such contacts. */
  const joined = new Map<number, Map<number, number>>();
  let watchers: Watcher[] = [];
  let shorts = 0;

  /** This line and those that closed contacts make one wire with it: a handful, so an array is the fastest set. */
  function wire(line: number): readonly number[] {
    const reached = [line];
    for (const from of reached) {
      const others = joined.get(from);
      if (others === undefined) continue;
      for (const next of others.keys()) if (!reached.includes(next)) reached.push(next);
    }
    return reached;
  }

  function join(from: number, to: number, by: 1 | -1): void {
    const others = joined.get(from) ?? new Map<number, number>();
    joined.set(from, others);
    const times = (others.get(to) ?? 0) + by;
    if (times > 0) others.set(to, times);
    else others.delete(to);
    if (others.size === 0) joined.delete(from);
  }

  function drives(line: number, level: Level): boolean {
    return held.get(line)?.drives === level || outside.get(line) === level;
  }

  /** What drives and pulls these lines makes of their wire. Loops, because keypads ask millions of times. */
  function levelOf(lines: readonly number[]): Level {
    for (const line of lines) if (drives(line, 0)) return 0;
    for (const line of lines) if (drives(line, 1)) return 1;
    for (const line of lines) if (pulls.get(line) === 0) return 0;
    return 1;
  }

  function isShorted(lines: readonly number[]): boolean {
    if (levelOf(lines) === 1) return false;
    for (const line of lines) if (drives(line, 1)) return lines.some((one) => drives(one, 0));
    return false;
  }

  const level = (line: number): Level => levelOf(wire(line));

  /** Something changed at these lines: tells those who watch them, or a line of the same wire. */
  function settle(...changed: readonly number[]): void {
    let affected: readonly number[] = [];
    for (const line of changed) {
      if (affected.includes(line)) continue;
      const lines = wire(line);
      if (isShorted(lines)) shorts += 1;
      affected = affected.length === 0 ? lines : [...affected, ...lines];
    }
    for (const watcher of watchers) {
      if (!affected.includes(watcher.line)) continue;
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
    settle(line);
    return mine;
  }

  function output(line: number, mine: Held, drive: (level: Level) => Level | undefined): GpioOutput {
    return {
      write(value) {
        if (held.get(line) !== mine) return;
        mine.drives = drive(value);
        settle(line);
      },
      release: () => letGo(line, mine),
    };
  }

  function letGo(line: number, mine: Held): void {
    if (held.get(line) !== mine) return;
    held.delete(line);
    watchers = watchers.filter((watcher) => watcher.holder !== mine);
    settle(line);
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
            holder: mine,
            changed: (value) => clock.after(0, () => held.get(line) === mine && changed(value)),
          });
        }
        return { read: () => level(line), release: () => letGo(line, mine) };
      },
    }),
    releaseAll() {
      const lines = [...held.keys()];
      held.clear();
      watchers = watchers.filter((watcher) => watcher.holder === undefined);
      settle(...lines);
    },
    pull(line, value) {
      pulls.set(line, value);
      settle(line);
    },
    drive(line, value) {
      if (value === undefined) outside.delete(line);
      else outside.set(line, value);
      settle(line);
    },
    contact(a, b) {
      let was = false;
      return {
        set(closed) {
          if (closed === was) return;
          was = closed;
          join(a, b, closed ? 1 : -1);
          join(b, a, closed ? 1 : -1);
          settle(a, b);
        },
      };
    },
    watch(line, changed) {
      watchers.push({
        line,
        last: level(line),
        holder: undefined,
        changed: (value) => world.after(0, () => changed(value)),
      });
    },
    refuse(line, code) {
      if (code === undefined) refused.delete(line);
      else refused.set(line, code);
    },
  };
}
