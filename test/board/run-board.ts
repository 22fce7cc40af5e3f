import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inTwoLanes } from './in-two-lanes.js';
import { boardParts } from './parts/board-parts.js';
import type { Scenario, Stage } from './scenario.js';
import { SCENARIOS } from './scenarios.js';

/*
 * Entry point of `npm run test:board [-- NAME… --seed N --cuts N]`: the scenarios on emulated boards, some two at a time.
 * Ends with 1 where one fails.
 */
const PROGRAMS: Readonly<Record<string, string>> = {
  'qemu-system-aarch64': 'qemu-system-arm',
  'mkfs.ext4': 'e2fsprogs',
  debugfs: 'e2fsprogs',
  'mkfs.f2fs': 'f2fs-tools',
  buildah: 'buildah',
  mmdebstrap: 'mmdebstrap',
  'aarch64-linux-gnu-g++': 'g++-aarch64-linux-gnu',
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, cuts: { type: 'string' } },
});
const seed = numberOf('seed', values.seed, Math.floor(Math.random() * 1_000_000));
const cuts = numberOf('cuts', values.cuts, 60);

function numberOf(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`test:board: --${name} needs a whole number, not ${JSON.stringify(text)}`);
  process.exit(64);
}

const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (unknown.length > 0) {
  console.error(
    `test:board: no scenario ${unknown.join(', ')}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(64);
}

const missing = Object.entries(PROGRAMS).filter(([program]) => spawnSync('which', [program]).status !== 0);
if (missing.length > 0 || process.getuid?.() !== 0) {
  const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
  console.error(
    missing.length > 0 ? `test:board: apt-get install ${packages}` : 'test:board: it builds an image, so it needs root',
  );
  process.exit(1);
}

const chosen = SCENARIOS.filter(({ name, asked }) =>
  positionals.length === 0 ? asked === undefined : positionals.includes(name),
);
const folder = mkdtempSync(join(tmpdir(), 'tillbox-board-run-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const startMs = performance.now();
const seconds = (fromMs: number): string => `${((performance.now() - fromMs) / 1_000).toFixed(0)} s`;
const parts = await boardParts(folder);
console.log(`board: kernel, Node and the program are there (${seconds(startMs)}); seed ${seed}`);

let passed = 0;
const failed: string[] = [];
const [alone, together] = [true, undefined].map((kind) => chosen.filter((scenario) => scenario.alone === kind));
for (const scenario of alone ?? []) await play(scenario);
await inTwoLanes(together ?? [], play);
console.log(
  `\n  ${passed} passing (${seconds(startMs)})${failed.length === 0 ? '' : `\n  ${failed.length} failing: ${failed.join(', ')}`}`,
);
process.exit(failed.length === 0 ? 0 : 1);

async function play(scenario: Scenario): Promise<void> {
  const atMs = performance.now();
  const stage = { parts, folder: join(folder, scenario.name), seed, cuts };
  mkdirSync(stage.folder);
  try {
    const lines = await within(scenario, stage);
    passed += 1;
    console.log(`  ok  ${scenario.name}: ${scenario.proves} (${seconds(atMs)})`);
    for (const line of lines) console.log(`        ${line}`);
  } catch (error) {
    failed.push(scenario.name);
    console.log(`FAIL  ${scenario.name}: ${scenario.proves} (${seconds(atMs)})`);
    console.log(`${error instanceof Error ? (error.stack ?? error.message) : error}`);
    console.log(`again: npm run test:board -- ${scenario.name} --seed ${seed} --cuts ${cuts}`);
  }
  rmSync(stage.folder, { recursive: true, force: true });
}

function within({ run, limitMs }: Scenario, stage: Stage): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no end within ${limitMs / 1_000} s`)), limitMs);
    run(stage)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
