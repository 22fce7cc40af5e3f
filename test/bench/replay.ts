import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLinuxClock } from '../../drivers/linux/clock.js';
import { createLinuxFlash } from '../../drivers/linux/flash.js';
import { createLinuxRandom } from '../../drivers/linux/random.js';
import { type BookStore, openBook } from '../../firmware/journal/open-book.js';
import { EMPTY_BOOK } from '../../flows/book.js';
import { replay } from '../../flows/fold.js';
import type { TerminalRecord } from '../../flows/record.js';

/*
 * What a start of the terminal has to read: the sales of a journal, and the operations since its last whole state. Processor
 * time, because other work on the machine does not count, and beyond the process's own start.
 */
interface Journal {
  readonly name: string;
  readonly salesKept: number;
  /** In the whole state that the journal begins with. */
  readonly salesBefore: number;
  /** Operations since. */
  readonly operations: number;
  /** Each sale in the commits that its payment waits for, as at a kiosk; otherwise many sales in one commit. */
  readonly oneByOne?: true;
  readonly segmentSizeBytes: number;
}

interface Opened {
  readonly processorMs: number;
  readonly openMs: number;
  readonly operations: number;
  readonly sales: number;
}

const MIB = 1024 * 1024;
const OPERATIONS = 6_970;
const JOURNALS = [
  { name: 'empty', salesKept: 1_000, salesBefore: 0, operations: 0, segmentSizeBytes: 4 * MIB },
  { name: '1,000 kept sales', salesKept: 1_000, salesBefore: 1_000, operations: 0, segmentSizeBytes: 4 * MIB },
  {
    name: '1,000 sales in turn',
    salesKept: 1_000,
    salesBefore: 0,
    operations: 5_000,
    oneByOne: true,
    segmentSizeBytes: 4 * MIB,
  },
  { name: '6,970 operations', salesKept: 500, salesBefore: 500, operations: OPERATIONS, segmentSizeBytes: 4 * MIB },
  {
    name: '13,940 operations',
    salesKept: 500,
    salesBefore: 500,
    operations: 2 * OPERATIONS,
    segmentSizeBytes: 8 * MIB,
  },
] as const satisfies readonly Journal[];

const ROUNDS = 5;
/** Many, so that all the operations fit a journal before it is begun anew. */
const SALES_A_COMMIT = 10;

const run = promisify(execFile);
const workerPath = fileURLToPath(new URL('./replay-worker.js', import.meta.url));

function recordsOf(number: number): readonly TerminalRecord[] {
  const atWallMs = Date.UTC(2026, 0, 1) + number * 60_000;
  const saleId = `s20260101${`${number}`.padStart(6, '0')}-123456`;
  const paymentRequestId = `2026010112000000010042125000${`${number}`.padStart(6, '0')}12345678`;
  const orderId = `order-${`${number}`.padStart(10, '0')}`;
  const amount = { currency: 'CNY', value: '1250' };
  const times = { startedAtWallMs: atWallMs, updatedAtWallMs: atWallMs, seenMs: number * 60_000 };
  const sale = { saleId, orderId, amount, state: 'awaitingCode', attempts: [], receipt: 'none', ...times } as const;
  const payment = { paymentRequestId, serialNumber: number, expiresAtWallMs: atWallMs + 60_000, utcOffsetMinutes: 480 };
  return [
    { type: 'saleStarted', atWallMs, sale },
    { type: 'paymentStarted', atWallMs, saleId, ...payment, account: 'SANDBOX_5YBX M0001' },
    { type: 'paymentApproved', atWallMs, saleId, paymentId: '202611241940108001001687169I0000000001' },
    { type: 'saleSettled', atWallMs, saleId, receiptDue: true },
    { type: 'receiptFinished', atWallMs, saleId, receipt: 'printed' },
  ];
}

/** Returns what a start has to parse at least: the records of the sales, as JSON. */
async function make(dataDir: string, journal: Journal): Promise<string> {
  const { salesKept, salesBefore, operations, oneByOne, segmentSizeBytes } = journal;
  const host = { flash: createLinuxFlash({ dataDir }), clock: createLinuxClock(), random: createLinuxRandom() };
  const open = (): Promise<BookStore> =>
    new Promise((resolve, reject) =>
      openBook(host, { segmentSizeBytes, healthChanged: () => undefined }, (error, store) =>
        store === undefined ? reject(error) : resolve(store),
      ),
    );
  const first = await open();
  const started = {
    type: 'terminalStarted',
    atWallMs: 0,
    salesKept,
    salesKeptMs: 1e12,
    bytesKept: segmentSizeBytes / 2,
  };
  const before = Array.from({ length: salesBefore }, (_, number) => recordsOf(number)).flat();
  const records = [started as TerminalRecord, ...before];
  await committed(first, records, replay(records, EMPTY_BOOK));
  first.close();
  /* A start writes the whole state. */
  const store = await open();
  for (let number = salesBefore, left = operations; left > 0; number += SALES_A_COMMIT) {
    const sales = Array.from({ length: SALES_A_COMMIT }, (_, index) => recordsOf(number + index));
    const records = sales.flat().slice(0, left);
    const commits = oneByOne === undefined ? [records] : sales.flatMap(commitsOfSale);
    for (const commit of commits) await committed(store, commit, replay(commit, store.state));
    left -= records.length;
  }
  store.close();
  return JSON.stringify(Object.values(store.state.sales));
}

/** The ones that a payment waits for; the rest goes with them. */
function commitsOfSale(records: readonly TerminalRecord[]): readonly (readonly TerminalRecord[])[] {
  return [records.slice(0, 2), records.slice(2, 3), records.slice(3)];
}

function committed(store: BookStore, records: readonly TerminalRecord[], after: BookStore['state']): Promise<void> {
  return new Promise((resolve, reject) =>
    store.commit(records, after, (error) => (error === undefined ? resolve() : reject(error))),
  );
}

interface Row {
  readonly opened: Opened;
  readonly floor: Opened;
}

/** The quickest of some starts, each a new process on a copy of the card, beside its floor in the same rounds. */
async function opened(dataDir: string, text: string, { segmentSizeBytes }: Journal): Promise<Row> {
  const starts: Opened[] = [];
  const floors: Opened[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-replay-'));
    const textFile = path.join(copy, 'text');
    const work = async (...more: readonly string[]): Promise<Opened> => {
      const { stdout } = await run(process.execPath, [workerPath, copy, `${segmentSizeBytes}`, ...more]);
      return JSON.parse(stdout) as Opened;
    };
    try {
      fs.cpSync(dataDir, copy, { recursive: true });
      fs.writeFileSync(textFile, text);
      floors.push(await work(textFile));
      starts.push(await work());
    } finally {
      fs.rmSync(copy, { recursive: true, force: true });
    }
  }
  return { opened: quickest(starts), floor: quickest(floors) };
}

function quickest(results: readonly Opened[]): Opened {
  const [best] = [...results].sort((a, b) => a.processorMs - b.processorMs);
  if (best === undefined) throw new Error('nothing was opened');
  return best;
}

/** Measures and prints a table with its goals. */
export async function benchReplay(): Promise<void> {
  const rows = new Map<string, Opened>();
  const heads = ['journal', 'sales', 'replayed operations', 'processor ms', 'ms', 'floor, processor ms', '× floor'];
  const line = (cells: readonly (string | number)[]): void => void process.stdout.write(`| ${cells.join(' | ')} |\n`);
  process.stdout.write(`start of the terminal, beyond the process itself; the quickest of ${ROUNDS}\n`);
  process.stdout.write('floor: read the same files and parse the sales, by Node alone\n\n');
  line(heads);
  line(heads.map(() => '---'));
  for (const journal of JOURNALS) {
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-replay-'));
    try {
      const text = await make(dataDir, journal);
      const { opened: row, floor } = await opened(dataDir, text, journal);
      rows.set(journal.name, row);
      const measured = [row.processorMs.toFixed(0), row.openMs.toFixed(0), floor.processorMs.toFixed(1)];
      const ratio = row.processorMs / floor.processorMs;
      line([journal.name, row.sales, row.operations, ...measured, ratio.toFixed(1)]);
    } finally {
      fs.rmSync(dataDir, { recursive: true, force: true });
    }
  }
  const processorMs = (name: (typeof JOURNALS)[number]['name']): number => rows.get(name)?.processorMs ?? Number.NaN;
  const say = (goal: string, met: boolean, measured: string): void =>
    void process.stdout.write(`${met ? 'met ' : 'MISSED'} ${goal}: ${measured}\n`);
  process.stdout.write('\n');
  for (const name of ['1,000 kept sales', '1,000 sales in turn'] as const) {
    const moreMs = processorMs(name) - processorMs('empty');
    say(`${name} cost at most 40 ms more than an empty journal`, moreMs <= 40, `${moreMs.toFixed(0)} ms`);
  }
  const ratio = processorMs('13,940 operations') / processorMs('6,970 operations');
  say('twice the operations in about twice the time', ratio < 2.5, `× ${ratio.toFixed(2)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchReplay();
