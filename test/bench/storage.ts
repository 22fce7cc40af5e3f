import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EngineKind } from './engine.js';
import { engines } from './engines.js';
import { createLoopVolume, whyNoLoopDevices } from './loop-volume.js';
import type { Task } from './storage-worker.js';

/*
 * The storage table: what a durable commit costs the device, ours beside a bare preallocated file (the least it can cost)
 * and beside others. Bytes and flushes come from the block device's own counters, so they hold on any machine; times are
 * this machine's. `BENCH_QUICK=1` leaves out the kiosk's pace, which takes two minutes.
 */
const ours = 'tillbox store';
const floor = 'bare preallocated file';
const live = 100;
const openSizes = [20, 1_000, 10_000] as const;
const rounds = 3;

interface Burst {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytes: number;
  readonly flushes: number;
}
interface Paced {
  readonly bytes: number;
  readonly flushes: number;
}
interface Opened {
  readonly openMs: number;
  /** Of reading the same files and parsing as many entries, by Node alone; measured for our own store. */
  readonly floorMs?: number;
  readonly entries: number;
  readonly rssMiB: number;
}
interface Row {
  readonly kind: EngineKind;
  readonly burst: Burst;
  readonly paced: Paced | undefined;
  readonly opened: readonly (Opened | undefined)[];
  readonly fullDisk: number;
}

const run = promisify(execFile);
const workerPath = fileURLToPath(new URL('./storage-worker.js', import.meta.url));

async function work<Result>(kind: EngineKind, dir: string, task: Task, env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const args = ['--expose-gc', '--no-warnings', workerPath, kind.name, dir, JSON.stringify(task)];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env }, maxBuffer: 1 << 20 });
  return JSON.parse(stdout) as Result;
}

const statOf = (device: string): string => `/sys/block/${path.basename(device)}/stat`;

/** Engines that can run here; the others are named with the reason. */
async function available(): Promise<readonly EngineKind[]> {
  const there: EngineKind[] = [];
  for (const kind of engines) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-bench-'));
    try {
      await work(kind, dir, { kind: 'fill', live: 1, extra: 0 });
      there.push(kind);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const reason = message.split('\n').find((line) => /Error|Cannot|No such/.test(line)) ?? message;
      process.stdout.write(`not run: ${kind.name}: ${reason.trim().slice(0, 160)}\n`);
      if (/Cannot find module/.test(message)) process.stdout.write('  npm install --prefix test/bench/peers\n');
    } finally {
      fs.rmSync(dir, { recursive: true, force: true });
    }
  }
  return there;
}

async function burstOnce(kind: EngineKind): Promise<Burst> {
  const volume = createLoopVolume(512, 'noatime');
  try {
    const commits = kind.wholeFile ? 500 : 2_000;
    const warmUp = kind.wholeFile ? 100 : 3_000;
    return await work(kind, volume.dir, { kind: 'burst', live, warmUp, commits, stat: statOf(volume.device) });
  } finally {
    volume.dispose();
  }
}

/** In turns, so that what else the machine does falls on all of them; of each figure the median. */
async function bursts(kinds: readonly EngineKind[]): Promise<ReadonlyMap<string, Burst>> {
  const all = new Map<string, Burst[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of kinds) all.set(kind.name, [...(all.get(kind.name) ?? []), await burstOnce(kind)]);
  }
  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  return new Map(
    [...all].map(([name, each]) => [
      name,
      {
        p50Ms: median(each.map(({ p50Ms }) => p50Ms)),
        p99Ms: median(each.map(({ p99Ms }) => p99Ms)),
        bytes: median(each.map(({ bytes }) => bytes)),
        flushes: median(each.map(({ flushes }) => flushes)),
      },
    ]),
  );
}

/** One commit in six seconds, as at a busy kiosk: nothing coalesces. All at once, each on a device of its own. */
async function paced(kinds: readonly EngineKind[]): Promise<ReadonlyMap<string, Paced>> {
  const results = new Map<string, Paced>();
  await Promise.all(
    kinds.map(async (kind, index) => {
      await sleep(index * 200);
      const volume = createLoopVolume(256, 'noatime,commit=300');
      try {
        const task = { kind: 'paced', live: 20, commits: 18, everyMs: 6_000, stat: statOf(volume.device) } as const;
        results.set(kind.name, await work(kind, volume.dir, task));
      } finally {
        volume.dispose();
      }
    }),
  );
  return results;
}

/** After a kill, with cold caches, in a new process. */
async function opens(kind: EngineKind): Promise<readonly (Opened | undefined)[]> {
  const results: (Opened | undefined)[] = [];
  for (const size of openSizes) {
    const volume = createLoopVolume(512, 'noatime');
    try {
      /* Ten thousand entries are more than a terminal ever keeps: the segments grow with them. */
      const env = size > 5_000 ? { BENCH_SEGMENT_BYTES: String(16 * 1024 * 1024) } : {};
      await work(kind, volume.dir, { kind: 'fill', live: size, extra: kind.wholeFile ? 10 : 200 }, env);
      const cold = (task: Task): Promise<Opened> => {
        volume.remount();
        fs.writeFileSync('/proc/sys/vm/drop_caches', '3');
        return work<Opened>(kind, volume.dir, task, env);
      };
      const floorMs = kind.name === ours ? (await cold({ kind: 'openFloor', live: size })).openMs : undefined;
      const opened = await cold({ kind: 'open' });
      results.push(floorMs === undefined ? opened : { ...opened, floorMs });
    } finally {
      volume.dispose();
    }
  }
  return results;
}

async function onFullDisk(kind: EngineKind): Promise<number> {
  const volume = createLoopVolume(96, 'noatime');
  try {
    await work(kind, volume.dir, { kind: 'fill', live, extra: 10 });
    volume.fill();
    const { succeeded } = await work<{ succeeded: number }>(kind, volume.dir, { kind: 'commits', commits: 1_000 });
    return succeeded;
  } catch {
    /* It did not open, or the process died. */
    return 0;
  } finally {
    volume.dispose();
  }
}

function table(rows: readonly Row[]): string {
  const floorBytes = rows.find((row) => row.kind.name === floor)?.burst.bytes ?? Number.NaN;
  const head = ['store', 'durable', 'p50 ms', 'p99 ms', 'flushes', 'bytes', '× floor', 'paced flushes', 'paced bytes'];
  const heads = [...head, ...openSizes.map((size) => `open ${size} ms`), 'RSS 10000 MiB', 'full disk, of 1000'];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const body = rows.map(({ kind, burst, paced: slow, opened, fullDisk }) =>
    line([
      kind.name,
      kind.durable ? 'yes' : 'NO',
      burst.p50Ms.toFixed(2),
      burst.p99Ms.toFixed(2),
      burst.flushes.toFixed(2),
      burst.bytes.toFixed(0),
      (burst.bytes / floorBytes).toFixed(2),
      slow?.flushes.toFixed(2) ?? '–',
      slow?.bytes.toFixed(0) ?? '–',
      ...opened.map((each) => (each === undefined || kind.name === floor ? '–' : each.openMs.toFixed(0))),
      kind.name === floor ? '–' : (opened.at(-1)?.rssMiB.toFixed(0) ?? '–'),
      String(fullDisk),
    ]),
  );
  return [line(heads), line(heads.map(() => '---')), ...body].join('\n');
}

/** Each goal with what was measured against it. */
function goals(rows: readonly Row[]): readonly string[] {
  const row = (name: string): Row | undefined => rows.find((each) => each.kind.name === name);
  const mine = row(ours);
  const least = row(floor);
  if (mine === undefined || least === undefined) return ['goals: not measured'];
  const peers = rows.filter((each) => each.kind.durable && !each.kind.name.startsWith('tillbox') && each !== least);
  const best = (figure: (burst: Burst) => number): number => Math.min(...peers.map(({ burst }) => figure(burst)));
  const say = (goal: string, met: boolean, measured: string): string =>
    `${met ? 'met ' : 'MISSED'} ${goal}: ${measured}`;
  const { burst } = mine;
  const { openMs = Number.NaN, floorMs = Number.NaN } = mine.opened[1] ?? {};
  const overFloor = `× ${(openMs / floorMs).toFixed(1)} of reading and parsing alone`;
  const ratio = burst.bytes / least.burst.bytes;
  const p99 = burst.p99Ms / best((each) => each.p99Ms);
  return [
    say('one flush a commit', burst.flushes <= 1.05, burst.flushes.toFixed(2)),
    say('at most 1.05 times the bytes of the floor', ratio <= 1.05, ratio.toFixed(3)),
    say(
      'fewer flushes than every durable peer',
      burst.flushes < best((each) => each.flushes),
      `best peer ${best((each) => each.flushes).toFixed(2)}`,
    ),
    say(
      'fewer bytes than every durable peer',
      burst.bytes < best((each) => each.bytes),
      `best peer ${best((each) => each.bytes).toFixed(0)}`,
    ),
    say('p99 at most 1.2 times the best durable peer', p99 <= 1.2, p99.toFixed(2)),
    say('a full disk stops nothing', mine.fullDisk === 1_000, `${mine.fullDisk} of 1000`),
    say('cold open of 1,000 entries in 40 ms', openMs <= 40, `${openMs.toFixed(0)} ms, ${overFloor}`),
  ];
}

/** Runs the whole comparison and prints it. Says why where it cannot. */
export async function benchStorage(): Promise<void> {
  const why = whyNoLoopDevices();
  if (why !== undefined) {
    process.stdout.write(`storage: not run: ${why}\n`);
    return;
  }
  const cpu = os.cpus()[0]?.model ?? 'unknown processor';
  process.stdout.write(`storage: node ${process.version}, ${os.cpus().length} × ${cpu}, kernel ${os.release()}\n`);
  const kinds = await available();
  const burst = await bursts(kinds);
  const pace = process.env.BENCH_QUICK === undefined ? await paced(kinds) : new Map<string, Paced>();
  const rows: Row[] = [];
  for (const kind of kinds) {
    const measured = burst.get(kind.name);
    if (measured === undefined) continue;
    const [opened, fullDisk] = [await opens(kind), await onFullDisk(kind)];
    rows.push({ kind, burst: measured, paced: pace.get(kind.name), opened, fullDisk });
  }
  const load = os.loadavg().map((each) => each.toFixed(1));
  process.stdout.write(`${live} live entries; ext4 noatime (paced: commit=300); load ${load.join(' ')}\n\n`);
  process.stdout.write(`${table(rows)}\n\n${goals(rows).join('\n')}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchStorage();
