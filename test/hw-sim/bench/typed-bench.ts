import type { TerminalSettings } from '../../../firmware/config/load-config.js';
import { type Bench, createBench } from '../../../hw-sim/bench/bench.js';
import { createBenchConsole } from '../../../hw-sim/bench/bench-console.js';
import { benchSettings } from '../../../hw-sim/bench/bench-settings.js';
import { createInk } from '../../../hw-sim/bench/ink.js';
import { createWorld } from '../../../hw-sim/world.js';
import { testKeyPairs } from '../../support/test-key-pairs.js';

/** A bench in virtual time with somebody at its console. */
export interface TypedBench {
  readonly bench: Bench;
  /** Types lines at once and lets that much time pass; answers what was written meanwhile. */
  type(lines: readonly string[], thenMs: number): string;
  /** All that was written so far. */
  text(): string;
  readonly quits: () => number;
}

const START_WALL_MS = 1_767_240_000_000;

export function createTypedBench(settings: TerminalSettings, seed = 7): TypedBench {
  const world = createWorld({ seed, startWallMs: START_WALL_MS });
  const bench = createBench({ world, settings });
  let text = '';
  let quits = 0;
  const benchConsole = createBenchConsole({
    bench,
    ink: createInk(false),
    echo: false,
    print(more) {
      text += more;
    },
    quit() {
      quits += 1;
    },
  });
  bench.powerOn();
  return {
    bench,
    text: () => text,
    quits: () => quits,
    type(lines, thenMs) {
      const from = text.length;
      for (const line of lines) benchConsole.line(line);
      bench.runUntil(world.nowMs() + thenMs);
      return text.slice(from);
    },
  };
}

export function typedSettings(env: Readonly<Record<string, string>> = {}): TerminalSettings {
  const chosen = benchSettings(env, 'Asia/Shanghai', testKeyPairs);
  if ('problems' in chosen) throw new Error(chosen.problems.join('\n'));
  return chosen.settings;
}
