import assert from 'node:assert/strict';
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LINES_ENV, mountData } from '../board-rig.js';
import type { Board } from '../machine/board.js';
import { onBoard } from '../on-board.js';
import type { Scenario } from '../scenario.js';

/** Of a process of the guest. */
interface Cost {
  readonly processorMs: number;
  readonly rssKb: number;
  readonly pssKb: number;
}

const TICK_MS = 10;
const BARE_STARTS = 3;
const SETTLE_MS = 5_000;
const REST_MS = 20_000;
const SALES = 3;
const PATH = 'PATH=/usr/local/bin:/usr/bin:/bin';

export const boardFigures: Scenario = {
  name: 'figures',
  proves: 'measures a start, memory, rest and sales of what ships beside a bare Node on the same board',
  limitMs: 400_000,
  alone: true,
  asked: true,
  run: ({ parts }) =>
    onBoard(parts, { processors: 2 }, async (rig) => {
      const { board, terminal, scanner, card } = rig;
      await board.powerOn();
      const bare = await bareNode(board);
      await mountData(rig);
      await board.shell(`${PATH} chroot /board /opt/tillbox/bin/tillbox --version`);
      const startMs = performance.now();
      await terminal.start({ ...rig.env, ...LINES_ENV, KEYPAD: 'none', PAY_REPLY_TIMEOUT_MS: '20000' });
      await terminal.ready();
      const readyMs = performance.now() - startMs;
      const pid = (await board.shell('pidof node')).out.trim();
      const ready = await costOf(board, pid);
      await sleep(SETTLE_MS);
      const rested = await costOf(board, pid);
      await sleep(REST_MS);
      const after = await costOf(board, pid);
      const counted = { ...card.counters };
      const latencies: number[] = [];
      for (let sale = 1; sale <= SALES; sale += 1) {
        await terminal.ready();
        const orderId = `figure-${sale}`;
        const { status } = await terminal.post('/v1/sales', { orderId, amount: { currency: 'CNY', value: '1250' } });
        assert.equal(status, 201);
        const codeMs = performance.now();
        scanner.show(`28123456789012340${sale}`);
        await terminal.saleBecomes(orderId, 'past its payment', ({ state }) => ['vending', 'settled'].includes(state));
        latencies.push(performance.now() - codeMs);
        scanner.hide();
        await terminal.saleBecomes(
          orderId,
          'over',
          ({ receipt, state }) => state === 'settled' && receipt.state !== 'due',
        );
      }
      const sold = await costOf(board, pid);
      const { flushes, writtenBytes } = card.counters;
      const times = (one: number, other: number): string => `${(one / other).toFixed(1)}×`;
      const megabytes = (kb: number): string => `${(kb / 1_024).toFixed(0)} MB`;
      return [
        `this machine's load is ${(loadavg()[0] ?? 0).toFixed(1)} on ${cpus().length} processors; above it, all times are too long`,
        `start to ready: ${(readyMs / 1_000).toFixed(1)} s; processor ${ready.processorMs} ms, bare Node ${bare.processorMs} ms (${times(ready.processorMs, bare.processorMs)})`,
        `memory at rest: RSS ${megabytes(rested.rssKb)}, PSS ${megabytes(rested.pssKb)}; bare Node ${megabytes(bare.rssKb)} (${times(rested.rssKb, bare.rssKb)}); after ${SALES} sales RSS ${megabytes(sold.rssKb)}`,
        `processor at rest: ${((100 * (after.processorMs - rested.processorMs)) / REST_MS).toFixed(1)} %`,
        `code to paid: ${latencies.map((ms) => `${(ms / 1_000).toFixed(2)} s`).join(', ')}`,
        `the card, a sale: ${((flushes - counted.flushes) / SALES).toFixed(1)} flushes, ${((writtenBytes - counted.writtenBytes) / SALES / 1_024).toFixed(0)} KiB written`,
      ];
    }),
};

/** The median of some starts, with a warm cache; the memory of one that waits. */
async function bareNode(board: Board): Promise<Cost> {
  const times: number[] = [];
  await board.shell(`${PATH} chroot /board node -e 0`);
  for (let start = 0; start < BARE_STARTS; start += 1) {
    const { out } = await board.shell(
      `(${PATH} exec chroot /board node -e "process.stdout.write(String(process.cpuUsage().user + process.cpuUsage().system))")`,
    );
    times.push(Number(out) / 1_000);
  }
  await board.shell(`(${PATH} chroot /board node -e 'setTimeout(() => {}, 60000)' </dev/null >/dev/null 2>&1 &)`);
  await sleep(SETTLE_MS);
  const pid = (await board.shell('pidof node')).out.trim();
  const { rssKb, pssKb } = await costOf(board, pid);
  await board.shell(`kill -KILL ${pid}`);
  return { processorMs: Math.round([...times].sort((a, b) => a - b)[1] ?? 0), rssKb, pssKb };
}

async function costOf(board: Board, pid: string): Promise<Cost> {
  const { out } = await board.shell(
    `cut -d' ' -f14,15 /proc/${pid}/stat; grep -E '^(Rss|Pss):' /proc/${pid}/smaps_rollup`,
  );
  const [user = 0, system = 0] = out.split(/\s+/).map(Number);
  const kb = (name: string): number => Number(new RegExp(`${name}: +(\\d+) kB`).exec(out)?.[1]);
  return { processorMs: (user + system) * TICK_MS, rssKb: kb('Rss'), pssKb: kb('Pss') };
}
