import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, entryOf } from './engine.js';
import { engineNamed } from './engines.js';

/*
 * One measurement in a process of its own, so that memory and caches are one engine's alone. Reads what to do from its
 * arguments (engine, directory, JSON of a `Task`) and prints one JSON line.
 */
export type Task =
  | {
      readonly kind: 'burst';
      readonly live: number;
      readonly warmUp: number;
      readonly commits: number;
      readonly stat: string;
    }
  | {
      readonly kind: 'paced';
      readonly live: number;
      readonly commits: number;
      readonly everyMs: number;
      readonly stat: string;
    }
  | { readonly kind: 'fill'; readonly live: number; readonly extra: number }
  | { readonly kind: 'open' }
  /** What reading all files and parsing as many entries takes by Node alone. */
  | { readonly kind: 'openFloor'; readonly live: number }
  | { readonly kind: 'commits'; readonly commits: number };

const [engineName = '', dir = '', taskText = ''] = process.argv.slice(2);
const task = JSON.parse(taskText) as Task;
const kind = engineNamed(engineName);

/** Keeps about `live` entries: puts one and removes the oldest in turn, each a durable commit. */
async function commitTimes(engine: Engine, from: number, live: number, commits: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = from; index < from + commits; index += 1) {
    const turn = live + Math.floor(index / 2);
    const entry = entryOf(turn);
    const startedMs = performance.now();
    if (index % 2 === 0) await engine.put(entry.orderId, entry);
    else await engine.remove(`order-${turn - live}`);
    times.push(performance.now() - startedMs);
  }
  return times;
}

async function fill(engine: Engine, live: number): Promise<void> {
  const together = kind.wholeFile ? 1_000 : 50;
  for (let from = 0; from < live; from += together) {
    const indexes = Array.from({ length: Math.min(together, live - from) }, (_, index) => from + index);
    await Promise.all(indexes.map((index) => engine.put(`order-${index}`, entryOf(index))));
  }
}

function counters(stat: string): { readonly writtenBytes: number; readonly flushes: number } {
  const fields = fs.readFileSync(stat, 'utf8').trim().split(/\s+/).map(Number);
  return { writtenBytes: (fields[6] ?? 0) * 512, flushes: fields[15] ?? 0 };
}

function openFloor(live: number): object {
  const text = JSON.stringify(Array.from({ length: live }, (_, index) => entryOf(index)));
  const startedMs = performance.now();
  const files = fs.readdirSync(dir, { withFileTypes: true }).filter((file) => file.isFile());
  const bytes = files.reduce((sum, { name }) => sum + fs.readFileSync(path.join(dir, name)).length, 0);
  const entries = (JSON.parse(text) as readonly unknown[]).length;
  return { openMs: performance.now() - startedMs, entries, rssMiB: bytes / 1024 / 1024 };
}

async function run(): Promise<object> {
  if (task.kind === 'openFloor') return openFloor(task.live);
  const startedMs = performance.now();
  const engine = await kind.open(dir);
  switch (task.kind) {
    case 'burst': {
      await fill(engine, task.live);
      await commitTimes(engine, 0, task.live, task.warmUp);
      const before = counters(task.stat);
      const times = await commitTimes(engine, task.warmUp, task.live, task.commits);
      const after = counters(task.stat);
      times.sort((a, b) => a - b);
      const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
      return {
        p50Ms: at(0.5),
        p99Ms: at(0.99),
        maxMs: at(1),
        bytes: (after.writtenBytes - before.writtenBytes) / task.commits,
        flushes: (after.flushes - before.flushes) / task.commits,
      };
    }
    case 'paced': {
      await fill(engine, task.live);
      await commitTimes(engine, 0, task.live, 20);
      await sleep(8_000);
      const before = counters(task.stat);
      for (let index = 0; index < task.commits; index += 1) {
        await commitTimes(engine, 20 + index, task.live, 1);
        await sleep(task.everyMs);
      }
      const after = counters(task.stat);
      return {
        bytes: (after.writtenBytes - before.writtenBytes) / task.commits,
        flushes: (after.flushes - before.flushes) / task.commits,
      };
    }
    case 'fill':
      await fill(engine, task.live);
      await commitTimes(engine, 0, task.live, task.extra);
      /* The power does not wait for a close. */
      return {};
    case 'open': {
      const ids = await engine.ids();
      const openMs = performance.now() - startedMs;
      globalThis.gc?.();
      return { openMs, entries: ids.length, rssMiB: process.memoryUsage().rss / 1024 / 1024 };
    }
    case 'commits': {
      let succeeded = 0;
      let error = '';
      for (let index = 0; index < task.commits; index += 1) {
        try {
          await commitTimes(engine, index, 100, 1);
          succeeded += 1;
        } catch (caught) {
          error ||= caught instanceof Error ? caught.message : String(caught);
        }
      }
      return { succeeded, error };
    }
  }
}

/* So that what else the machine does falls less into the figures of anyone. */
os.setPriority(-15);
fs.writeSync(1, `${JSON.stringify(await run())}\n`);
process.exit(0);
