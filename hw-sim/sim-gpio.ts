import {
  type Clock,
  type GpioHost,
  type GpioOutput,
  HostError,
  type HostErrorCode,
  type Level,
} from '../drivers/host.js';
import type { World } from './world.js';

/** The lines of a simulated board, and the wires, switches and resistors outside it. */
export interface SimGpio {
  /**
   * The lines as one process uses them; its callbacks come through its own clock.
   * @param edges `timed`: each edge with its time, as the character device tells them; `read`, the default: the level that is
   *   read afterwards, as by sysfs
   */
  hostFor(clock: Pick<Clock, 'after'>, edges?: 'timed' | 'read'): GpioHost;
  /** The process died: its outputs float. */
  releaseAll(): void;
  /** The level on a line, whoever drives it. */
  level(line: number): Level;
  /** A resistor: the level of the line while nobody drives it. Up by default. */
  pull(line: number, level: Level): void;
  /** Something outside drives the line; undefined releases it. */
  drive(line: number, level: Level | undefined): void;
  /** A contact between two lines, open at first. */
  contact(a: number, b: number): { set(closed: boolean): void };
  /** Calls back after every change of the line's level. */
  watch(line: number, changed: (level: Level) => void): void;
  /** Makes requests for this line fail; undefined: as usual. */
  refuse(line: number, code: HostErrorCode | undefined): void;
  /** How often two outputs drove one wire to different levels, which damages a real board. */
  shorts(): number;
}

interface Held {
  /** Undefined: released. */
  drives: Level | undefined;
}

interface Line {
  held: Held | undefined;
  outside: Level | undefined;
  pull: Level;
  refusal: HostErrorCode | undefined;
  /** Lines that closed contacts connect it to, with the number of contacts. */
  readonly joined: Map<Line, number>;
  /** The line alone: its wire without contacts. */
  readonly alone: readonly Line[];
}

interface Watcher {
  readonly line: Line;
  last: Level;
  /** A process's own input; undefined: something outside. */
  readonly holder: Held | undefined;
  readonly changed: (level: Level) => void;
}

export function createSimGpio(world: World): SimGpio {
  const lines: Line[] = [];
  let watchers: Watcher[] = [];
  let shorts = 0;

  function lineOf(number: number): Line {
    const known = lines[number];
    if (known !== undefined) return known;
    const alone: Line[] = [];
    const line = {
      held: undefined,
      outside: undefined,
      pull: 1,
      refusal: undefined,
      joined: new Map(),
      alone,
    } as const;
    alone.push(line);
    lines[number] = line;
    return line;
  }

  /** This line and all that closed contacts connect with it: few, so an array is the fastest set. */
  function wire(line: Line): readonly Line[] {
    if (line.joined.size === 0) return line.alone;
    const reached = [line];
    for (const from of reached) {
      for (const next of from.joined.keys()) if (!reached.includes(next)) reached.push(next);
    }
    return reached;
  }

  function join(from: Line, to: Line, by: 1 | -1): void {
    const times = (from.joined.get(to) ?? 0) + by;
    if (times > 0) from.joined.set(to, times);
    else from.joined.delete(to);
  }

  const drives = ({ held, outside }: Line, level: Level): boolean => held?.drives === level || outside === level;

  /** The level of a wire. Loops, because keypads read it millions of times. */
  function levelOf(joined: readonly Line[]): Level {
    for (const line of joined) if (drives(line, 0)) return 0;
    for (const line of joined) if (drives(line, 1)) return 1;
    for (const line of joined) if (line.pull === 0) return 0;
    return 1;
  }

  function isShorted(joined: readonly Line[]): boolean {
    if (levelOf(joined) === 1) return false;
    for (const line of joined) if (drives(line, 1)) return joined.some((one) => drives(one, 0));
    return false;
  }

  /** These lines changed: calls those who watch them, or a line of the same wire. */
  function settle(...changed: readonly Line[]): void {
    let affected: readonly Line[] = [];
    for (const line of changed) {
      if (affected.includes(line)) continue;
      const joined = wire(line);
      if (isShorted(joined)) shorts += 1;
      affected = affected.length === 0 ? joined : [...affected, ...joined];
    }
    for (const watcher of watchers) {
      if (!affected.includes(watcher.line)) continue;
      const now = levelOf(wire(watcher.line));
      if (now === watcher.last) continue;
      watcher.last = now;
      watcher.changed(now);
    }
  }

  function take(number: number, drive: Level | undefined): Held {
    const line = lineOf(number);
    const code = line.refusal ?? (line.held === undefined ? undefined : 'busy');
    if (code !== undefined) throw new HostError(code, `GPIO line ${number} is not available (${code})`);
    const mine: Held = { drives: drive };
    line.held = mine;
    settle(line);
    return mine;
  }

  function output(number: number, initial: Level | undefined, drive: (level: Level) => Level | undefined): GpioOutput {
    const mine = take(number, initial);
    const line = lineOf(number);
    return {
      write(value) {
        if (line.held !== mine) return;
        mine.drives = drive(value);
        settle(line);
      },
      release: () => releaseLine(line, mine),
    };
  }

  function releaseLine(line: Line, mine: Held): void {
    if (line.held !== mine) return;
    line.held = undefined;
    watchers = watchers.filter((watcher) => watcher.holder !== mine);
    settle(line);
  }

  function watch(line: Line, holder: Held | undefined, changed: (level: Level) => void): void {
    watchers.push({ line, last: levelOf(wire(line)), holder, changed });
  }

  return {
    level: (number) => levelOf(wire(lineOf(number))),
    shorts: () => shorts,
    hostFor: (clock, edges = 'read') => ({
      backend: 'simulated lines',
      switchesPulls: true,
      letsGoWhenKilled: true,
      output: (number, initial) => output(number, initial, (value) => value),
      openDrain: (number) => output(number, undefined, (value) => (value === 0 ? 0 : undefined)),
      input(number, { changed, glimpsed } = {}) {
        const mine = take(number, undefined);
        const line = lineOf(number);
        if (changed !== undefined || glimpsed !== undefined) {
          let told = levelOf(wire(line));
          const look = (): void => {
            if (line.held !== mine) return;
            const now = levelOf(wire(line));
            if (now === told) return glimpsed?.();
            told = now;
            changed?.(now);
          };
          const tell = (level: Level, edgeMs: number): void => {
            if (line.held === mine) changed?.(level, edgeMs);
          };
          watch(line, mine, (level) => {
            const edgeMs = world.nowMs();
            clock.after(0, edges === 'timed' ? () => tell(level, edgeMs) : look);
          });
        }
        return { read: () => levelOf(wire(line)), release: () => releaseLine(line, mine) };
      },
    }),
    releaseAll() {
      const taken = lines.filter(({ held }) => held !== undefined);
      for (const line of taken) line.held = undefined;
      watchers = watchers.filter((watcher) => watcher.holder === undefined);
      settle(...taken);
    },
    pull(number, value) {
      const line = lineOf(number);
      line.pull = value;
      settle(line);
    },
    drive(number, value) {
      const line = lineOf(number);
      line.outside = value;
      settle(line);
    },
    contact(a, b) {
      const [one, other] = [lineOf(a), lineOf(b)];
      let was = false;
      return {
        set(closed) {
          if (closed === was) return;
          was = closed;
          join(one, other, closed ? 1 : -1);
          join(other, one, closed ? 1 : -1);
          settle(one, other);
        },
      };
    },
    watch(number, changed) {
      watch(lineOf(number), undefined, (value) => world.after(0, () => changed(value)));
    },
    refuse(number, code) {
      lineOf(number).refusal = code;
    },
  };
}
