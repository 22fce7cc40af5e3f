import assert from 'node:assert/strict';
import { readStore } from '../../../../firmware/journal/store/read-store.js';
import { openStore, type Store } from '../../../../firmware/journal/store/store.js';
import { createSimFlash } from '../../../../hw-sim/sim-flash.js';

/* A sale with vend is three durable commits: intent, outcome, delivery. About 350 bytes each. */
type Op = { readonly sale: number; readonly step: 0 | 1 | 2; readonly detail: string };
type Kept = readonly (readonly [sale: number, step: number, detail: string])[];

const salesKept = 100;
const fold = (kept: Kept, op: Op): Kept => {
  const others = op.step === 0 ? kept : kept.slice(0, -1);
  return [...others, [op.sale, op.step, op.detail] as const].slice(-salesKept);
};

const segmentSizeBytes = 1024 * 1024;
const volumes = ['journal.0', 'journal.1'] as const;

/* A day in every test run; `KIOSK_DAYS=365` is the year. */
const days = Number(process.env.KIOSK_DAYS ?? 12);
const salesPerDay = 500;

describe("a kiosk's life", () => {
  it(`costs one slot a commit, stays in its two volumes and opens as fast as at first: ${days} days`, function () {
    this.timeout(600_000);
    const due: (() => void)[] = [];
    const card = createSimFlash({ after: (_delayMs, callback) => void due.push(callback), random: () => 0.5 });
    const settle = (): void => {
      for (let next = due.shift(); next !== undefined; next = due.shift()) next();
    };
    const clock = {
      monotonicMs: () => 0,
      wallMs: () => 0,
      after(delayMs: number, callback: () => void) {
        if (delayMs === 0) due.push(callback);
        return { cancel() {} };
      },
    };
    const boot = (): Store<Kept, Op> => {
      let store: Store<Kept, Op> | undefined;
      const random = { bytes: (count: number) => new Uint8Array(count).fill(7) };
      const options = { flash: card, clock, random, volumes, segmentSizeBytes, provision: 'ifNew', empty: [] } as const;
      openStore<Kept, Op>({ ...options, fold }, (error, opened) => {
        if (error !== undefined) throw error;
        store = opened;
      });
      settle();
      if (store === undefined) throw new Error('the store never answered');
      return store;
    };

    let commits = 0;
    let bytesWritten = 0;
    let flushes = 0;
    let kept: Kept = [];
    for (let day = 0; day < days; day += 1) {
      const store = boot();
      assert.deepEqual(store.state, kept);
      for (let sale = day * salesPerDay; sale < (day + 1) * salesPerDay; sale += 1) {
        for (const step of [0, 1, 2] as const) {
          const op: Op = { sale, step, detail: String(sale % 10).repeat(300) };
          kept = fold(kept, op);
          store.commit([op], kept, (error) => {
            if (error !== undefined) throw error;
          });
          settle();
        }
      }
      commits += store.status.commits;
      flushes += store.status.flushes;
      bytesWritten += store.status.bytesWritten;
      store.close();
    }

    assert.equal(commits, days * salesPerDay * 3);
    assert.equal(flushes, commits);
    const bytesPerCommit = bytesWritten / commits;
    assert.ok(bytesPerCommit <= 4096 * 1.05, `${bytesPerCommit.toFixed(0)} bytes a commit`);
    const gigabytesAYear = (bytesPerCommit * salesPerDay * 3 * 365) / 1e9;
    assert.ok(gigabytesAYear < 2.4, `${gigabytesAYear.toFixed(2)} GB a year`);
    for (const name of volumes) assert.equal(card.image(name)?.length, segmentSizeBytes);

    /* Of this process alone: others on the machine take time, too. */
    const started = process.cpuUsage();
    let read: Kept | undefined;
    readStore<Kept, Op>({ flash: card, volumes, segmentSizeBytes, fold }, (reading) => {
      assert.deepEqual(reading.troubles, []);
      read = reading.state;
    });
    settle();
    assert.deepEqual(read, kept);
    const tookMs = process.cpuUsage(started).user / 1000;
    assert.ok(tookMs < 1_000, `reading it all takes ${tookMs} ms`);
  });
});
