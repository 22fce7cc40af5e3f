import { createPrivateKey, createPublicKey } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLinuxClock } from '../../drivers/linux/clock.js';
import { createLinuxFlash } from '../../drivers/linux/flash.js';
import { createLinuxRandom } from '../../drivers/linux/random.js';
import { createRsaSigner } from '../../firmware/acquirer/signer.js';
import { openStore, type Store } from '../../firmware/journal/store/store.js';
import { eventually } from '../support/eventually.js';
import { testKeyPairs } from '../support/test-key-pairs.js';
import { startEquipped } from './equipped-process.js';
import { createTimedRelay, type TimedRelay } from './timed-relay.js';

/*
 * The latency table: how long a customer waits for the terminal itself. A real process, a scan engine and a printer on real
 * ttys, an acquirer on loopback; a durable commit and a signature alone, in between and on the same disk, are the least that
 * can be waited for. `BENCH_QUICK=1`: 15 sales instead of 55.
 */
const SALES = process.env.BENCH_QUICK === undefined ? 55 : 15;
const CODE_TO_PAY_MS = 15;
const REPLY_TO_EVENT_MS = 5;
const REPLY_TO_PAPER_MS = 12;
const LIMIT_MS = 20_000;
const DLE = 0x10;

interface Marks {
  code: number;
  pay: number;
  reply: number;
  event: number;
  paper: number;
}

const rows: Marks[] = [];
let marks: Partial<Marks> = {};
let relay: TimedRelay | undefined;

async function until(what: string, holds: () => boolean): Promise<void> {
  const startMs = performance.now();
  while (!holds()) {
    if (performance.now() - startMs > LIMIT_MS) throw new Error(`${what}: not within ${LIMIT_MS} ms`);
    await sleep(5);
  }
}

/** A commit and a signature of a usual size, one after the other. */
async function createFloor(): Promise<{ measure(): Promise<number>; close(): void }> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-floor-'));
  const store = await new Promise<Store<number, string>>((resolve, reject) =>
    openStore<number, string>(
      {
        flash: createLinuxFlash({ dataDir }),
        clock: createLinuxClock(),
        random: createLinuxRandom(),
        volumes: ['journal-a', 'journal-b'],
        segmentSizeBytes: 4 * 1024 * 1024,
        provision: 'ifNew',
        empty: 0,
        fold: (state) => state + 1,
      },
      (error, opened) => (opened === undefined ? reject(error) : resolve(opened)),
    ),
  );
  const { terminalPrivate, acquirerPublic } = testKeyPairs;
  const signer = createRsaSigner(createPrivateKey(terminalPrivate), createPublicKey(acquirerPublic));
  const content = 'x'.repeat(900);
  return {
    async measure() {
      const startMs = performance.now();
      await new Promise<void>((resolve, reject) =>
        store.commit([content], store.state + 1, (error) => (error === undefined ? resolve() : reject(error))),
      );
      signer.sign(content);
      return performance.now() - startMs;
    },
    close() {
      store.close();
      fs.rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const p90 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.9)] ?? Number.NaN;

const floor = await createFloor();
const floors: number[] = [];
const box = await startEquipped(
  {
    scanner: 'plain',
    machine: false,
    async through(url) {
      relay = await createTimedRelay(url, {
        asked(text, atMs) {
          if (/^POST \S+\/pay /.test(text)) marks.pay ??= atMs;
        },
        answered(_text, atMs) {
          if (marks.pay !== undefined) marks.reply ??= atMs;
        },
      });
      return relay.url;
    },
  },
  { PRINTER_BAUD: '115200', HOST_CONFIRM_MS: '0' },
);
try {
  box.printerLine.onBytes((bytes) => {
    if (marks.reply !== undefined && bytes[0] !== DLE) marks.paper ??= performance.now();
  });
  const stream = await fetch(`${box.terminal.apiUrl}/v1/events`);
  void (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of stream.body ?? []) {
      if (marks.reply !== undefined && /"state":"(approved|settled)"/.test(decoder.decode(bytes))) {
        marks.event ??= performance.now();
      }
    }
  })().catch(() => undefined);
  for (let number = 0; number < SALES; number += 1) {
    const { saleId } = await box.terminal.startSale();
    await sleep(100 + Math.random() * 100);
    marks = { code: performance.now() };
    box.scannerLine.send(`28${String(1e15 + number)}\r`);
    await until('a receipt begins', () => marks.paper !== undefined && marks.event !== undefined);
    rows.push(marks as Marks);
    await box.terminal.reached(saleId, 'settled');
    await eventually(
      'the receipt is printed and cut',
      async () => (await box.terminal.sale(saleId)).receipt.state === 'printed',
    );
    floors.push(await floor.measure());
    await sleep(100);
  }
} finally {
  relay?.close();
  floor.close();
  await box.stop();
}

/* The first sales compile what they run. */
const warm = rows.slice(3);
const lines: readonly (readonly [name: string, times: readonly number[]])[] = [
  ['a commit and a signature alone', floors.slice(3)],
  ['last byte of a code to the signed pay on the wire', warm.map(({ code, pay }) => pay - code)],
  ['reply to pay to the event of the API', warm.map(({ reply, event }) => event - reply)],
  ['reply to pay to the first byte of the receipt', warm.map(({ reply, paper }) => paper - reply)],
];
process.stdout.write(`latency: ${warm.length} sales, 115,200 baud, node ${process.version}\n\n`);
process.stdout.write('| from, to | p50 ms | p90 ms |\n| --- | --- | --- |\n');
for (const [name, times] of lines) {
  process.stdout.write(`| ${name} | ${median(times).toFixed(1)} | ${p90(times).toFixed(1)} |\n`);
}
const say = (goal: string, limitMs: number, times: readonly number[] = []): void =>
  void process.stdout.write(
    `${median(times) <= limitMs ? 'met ' : 'MISSED'} ${goal} in ${limitMs} ms: ${median(times).toFixed(1)}\n`,
  );
process.stdout.write('\n');
say('code to pay', CODE_TO_PAY_MS, lines[1]?.[1]);
say('reply to event', REPLY_TO_EVENT_MS, lines[2]?.[1]);
say('reply to receipt', REPLY_TO_PAPER_MS, lines[3]?.[1]);
process.exit(0);
