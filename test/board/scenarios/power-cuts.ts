import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SaleView } from '../../../firmware/api/output-schemas.js';
import { eventually } from '../../support/eventually.js';
import { createBoardJudge } from '../board-judge.js';
import { type BoardRig, createBoardRig, LINES_ENV, mountData } from '../board-rig.js';
import { createChance } from '../chance.js';
import { inTwoLanes } from '../in-two-lanes.js';
import { keepSnapshot } from '../machine/board.js';
import { readCardImage } from '../machine/read-card-image.js';
import type { BoardParts } from '../parts/board-parts.js';
import type { Scenario } from '../scenario.js';

/** A board that has loaded the program and waits for its settings. Any number of boards may go on from there. */
interface Snapshot {
  readonly memory: string;
  readonly state: string;
}

interface ChainReport {
  readonly cuts: number;
  readonly inStates: readonly string[];
  readonly pendingPages: number;
  readonly lostPages: number;
  readonly reversals: number;
  readonly settled: number;
}

/** Cuts on one card, before the next starts with a new one. */
const CUTS_A_CARD = 10;

/* The emulated board is slow: first answers take seconds. All else is short, so that a reversal does not take minutes. */
const PATIENCE: Readonly<Record<string, string>> = {
  PAY_REPLY_TIMEOUT_MS: '4000',
  INQUIRY_INTERVAL_MS: '500',
  INQUIRY_REPLY_TIMEOUT_MS: '3000',
  INQUIRY_LIMIT: '2',
  CANCEL_REPLY_TIMEOUT_MS: '3000',
  CANCEL_RETRY_INTERVAL_MS: '500',
  CANCEL_RETRY_WINDOW_MS: '5000',
  QUEUE_RETRY_INTERVAL_MS: '1000',
  PAYMENT_EXPIRY_MS: '10000',
  EXPIRY_MARGIN_MS: '3000',
  VEND_TIMEOUT_MS: '2500',
};

/** How a sale goes until the power goes. */
const STORIES = ['paid', 'paid', 'paid', 'answerLost', 'unknown', 'jammed', 'cancelled'] as const;
type Story = (typeof STORIES)[number];

export const powerCuts: Scenario = {
  name: 'cuts',
  proves: 'loses no money, no goods and no record in power cuts at random instants of sales, reversals and starts',
  limitMs: 1_800_000,
  alone: true,
  async run({ parts, folder, seed, cuts }) {
    const snapshot = await takeSnapshot(parts, folder);
    const chains = Math.ceil(cuts / CUTS_A_CARD);
    const seeds = Array.from({ length: chains }, (_, index) => seed + index);
    const reports = await inTwoLanes(seeds, (one) => cutOneCard(parts, snapshot, one, Math.min(cuts, CUTS_A_CARD)));
    const sum = (of: (report: ChainReport) => number): number => reports.reduce((total, one) => total + of(one), 0);
    const states = new Map<string, number>();
    for (const state of reports.flatMap(({ inStates }) => inStates)) states.set(state, (states.get(state) ?? 0) + 1);
    return [
      `${sum((one) => one.cuts)} cuts: ${[...states].map(([state, times]) => `${times} ${state}`).join(', ')}`,
      `${sum((one) => one.lostPages)} of ${sum((one) => one.pendingPages)} pages that were not flushed were lost`,
      `0 violations; ${sum((one) => one.settled)} sales settled, ${sum((one) => one.reversals)} reversals finished`,
    ];
  },
};

async function takeSnapshot(parts: BoardParts, folder: string): Promise<Snapshot> {
  const snapshot = { memory: join(folder, 'memory'), state: join(folder, 'state') };
  const rig = await createBoardRig(parts, { processors: 1 });
  try {
    await rig.board.powerOn({ memory: { path: snapshot.memory, shared: true } });
    await rig.terminal.load();
    await keepSnapshot(rig.board.qemu, snapshot.state);
    return snapshot;
  } finally {
    await rig.close();
  }
}

async function cutOneCard(parts: BoardParts, snapshot: Snapshot, seed: number, cuts: number): Promise<ChainReport> {
  const rig = await createBoardRig(parts, { processors: 1 });
  const chance = createChance(seed);
  const judge = createBoardJudge(rig);
  const orders: string[] = [];
  const inStates: string[] = [];
  const report = { cuts: 0, pendingPages: 0, lostPages: 0 };
  let told: SaleView['state'] | undefined;

  const lastTold = (): string => told ?? 'unsaid';

  async function start(): Promise<void> {
    await rig.board.powerOn({ memory: { path: snapshot.memory, shared: false }, from: snapshot.state });
    await rig.board.shell('blockdev --flushbufs /dev/vdb');
    await mountData(rig);
    judge.started(rig.scanner.onGlass());
    await rig.terminal.go({ ...rig.env, ...PATIENCE, ...LINES_ENV, KEYPAD: 'none' });
  }

  async function isWell(): Promise<void> {
    await rig.terminal.ready();
    judge.checkSales(await salesOf(rig, orders));
    assert.deepEqual(judge.violations, []);
  }

  async function cut(inState: string): Promise<void> {
    const { pendingPages, lostPages } = await rig.board.cut(chance);
    inStates.push(inState);
    report.cuts += 1;
    report.pendingPages += pendingPages;
    report.lostPages += lostPages;
    rig.vend.free();
  }

  try {
    for (let index = 0; index < cuts; index += 1) {
      await start();
      if (index > 0 && chance() < 0.15) {
        await sleep(chance() * 6_000);
        await cut('starting');
        continue;
      }
      await isWell();
      told = undefined;
      await rig.terminal.listen((sale) => {
        judge.told(sale);
        told = sale.state;
      });
      const orderId = `${seed}-${index}`;
      orders.push(orderId);
      const story = STORIES[Math.floor(chance() * STORIES.length)] ?? 'paid';
      await begin(rig, story, orderId, (code) => judge.codeShown(code));
      await sleep(instantMs(chance));
      if (story === 'cancelled') await cancelAt(rig, orderId, chance);
      rig.scanner.hide();
      await cut(lastTold());
    }
    await start();
    await isWell();
    await eventually('nothing is open any more', async () => atRest(rig, orders), 120_000);
    const reversals = await rig.terminal.reversals();
    await rig.board.shell('kill -TERM $(pidof node)');
    assert.equal(await rig.terminal.ended(), 0, 'it stops in order');
    await rig.board.shell('umount /board/data /board/var/lib/tillbox /card && blockdev --flushbufs /dev/vdb');
    const book = await readCardImage(rig.card.image());
    judge.checkEnd(book);
    assert.deepEqual(judge.violations, []);
    const settled = Object.values(book.sales).filter(({ state }) => state === 'settled').length;
    return { ...report, inStates, reversals: reversals.length, settled };
  } catch (error) {
    throw new Error(
      `seed ${seed}, after ${report.cuts} cuts (${inStates.join(', ')}):\n${error instanceof Error ? error.stack : error}\n` +
        `again: npm run test:board -- cuts --seed ${seed} --cuts ${cuts}\n` +
        `The terminal's log:\n${rig.terminal.log().slice(-5_000)}\nThe board:\n${rig.board.lastWords()}`,
    );
  } finally {
    await rig.close();
  }
}

/** Most cuts come while money, goods and paper are under way; some when everything has come to rest. */
function instantMs(chance: () => number): number {
  const kind = chance();
  if (kind < 0.5) return chance() * 1_500;
  if (kind < 0.8) return 1_000 + chance() * 3_000;
  return 3_000 + chance() * 6_000;
}

async function begin(
  { terminal, scanner, acquirer, vend }: BoardRig,
  story: Story,
  orderId: string,
  codeShown: (code: string) => void,
): Promise<void> {
  acquirer.faults.clear();
  if (story === 'answerLost' || story === 'unknown') acquirer.faults.plan({ kind: 'replyLost' }, 1, '/pay');
  if (story === 'unknown') acquirer.faults.plan({ kind: 'replyLost' }, 3, '/inquiryPayment');
  if (story === 'jammed') vend.jam(0);
  /* A terminal that was ready may look for its clock or the acquirer again meanwhile, on a slow machine. */
  await eventually(
    `${orderId} is begun`,
    async () => {
      const sale = { orderId, amount: { currency: 'CNY', value: '1250' } };
      const { status, body } = await terminal.post('/v1/sales', sale);
      if (status === 503) return false;
      assert.equal(status, 201, JSON.stringify(body));
      return true;
    },
    120_000,
  );
  codes += 1;
  const code = `28${String(codes).padStart(16, '0')}`;
  codeShown(code);
  scanner.show(code);
}

let codes = 0;

async function cancelAt({ terminal }: BoardRig, orderId: string, chance: () => number): Promise<void> {
  const sale = await terminal.saleOf(orderId);
  if (sale === undefined) return;
  /* Not waited for: the power may go before the answer. */
  terminal.post(`/v1/sales/${sale.saleId}/cancel`).catch(() => undefined);
  await sleep(chance() * 1_500);
}

async function salesOf({ terminal }: BoardRig, orders: readonly string[]): Promise<readonly SaleView[]> {
  const sales: SaleView[] = [];
  for (const orderId of orders) {
    const sale = await terminal.saleOf(orderId);
    if (sale !== undefined) sales.push(sale);
  }
  return sales;
}

async function atRest(rig: BoardRig, orders: readonly string[]): Promise<boolean> {
  const open = (await rig.terminal.reversals()).filter(({ state }) => state !== 'finished');
  if (open.length > 0) return false;
  const sales = await salesOf(rig, orders);
  return sales.every(({ outcome, receipt }) => outcome !== undefined && receipt.state !== 'due');
}
