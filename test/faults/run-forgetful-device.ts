import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLinuxClock } from '../../drivers/linux/clock.js';
import { createLinuxFlash } from '../../drivers/linux/flash.js';
import { createLinuxRandom } from '../../drivers/linux/random.js';
import { openStore, type Store } from '../../firmware/journal/store/store.js';
import { createLoopVolume, type LoopVolume, whyNoLoopDevices } from '../bench/loop-volume.js';

/*
 * A device that accepts a commit and forgets it, below a real ext4: `node dist/test/faults/run-forgetful-device.js`, as root.
 * Right after a commit its block on the device gets its old content back. The system's cache still has the new one, so that
 * every usual read is well; the store has to notice it within a second. Where it cannot run it says so and ends with 0, or
 * with 1 where REAL_CUTS_REQUIRED is set.
 */
const SLOT_BYTES = 4_096;
const NOTICED_MS = 1_000;
const COMMITS = 20;
const names = ['journal-a', 'journal-b'] as const;

interface Counted {
  readonly count: number;
}

function open(dataDir: string): Promise<Store<Counted, number>> {
  return new Promise((resolve, reject) =>
    openStore<Counted, number>(
      {
        flash: createLinuxFlash({ dataDir }),
        clock: createLinuxClock(),
        random: createLinuxRandom(),
        volumes: names,
        segmentSizeBytes: 256 * 1024,
        provision: 'ifNew',
        empty: { count: 0 },
        fold: (state, op) => ({ count: state.count + op }),
      },
      (error, store) => (store === undefined ? reject(error) : resolve(store)),
    ),
  );
}

function commit(store: Store<Counted, number>): Promise<void> {
  return new Promise((resolve, reject) =>
    store.commit([1], { count: store.state.count + 1 }, (error) => (error === undefined ? resolve() : reject(error))),
  );
}

/** Both files, as every program sees them. */
const cached = (dir: string): readonly Buffer[] => names.map((name) => fs.readFileSync(join(dir, name)));

/** Gives the slot that changed since `before` its old content on the device. */
function forget({ dir, image }: LoopVolume, before: readonly Buffer[]): void {
  for (const [at, now] of cached(dir).entries()) {
    const old = before[at] ?? Buffer.alloc(0);
    for (let slot = 0; slot < now.length; slot += SLOT_BYTES) {
      const content = now.subarray(slot, slot + SLOT_BYTES);
      if (content.equals(old.subarray(slot, slot + SLOT_BYTES))) continue;
      const device = fs.readFileSync(image);
      const where = device.indexOf(content);
      assert.ok(where > 0 && where % SLOT_BYTES === 0, 'the commit is on the device');
      const file = fs.openSync(image, 'r+');
      fs.writeSync(file, old, slot, SLOT_BYTES, where);
      fs.closeSync(file);
      assert.deepEqual(cached(dir)[at], now, 'the cache does not know it');
    }
  }
}

async function run(): Promise<void> {
  let [noticed, slowestMs, falseAlarms] = [0, 0, 0];
  const volume = createLoopVolume(64, 'noatime');
  try {
    for (let times = 0; times < COMMITS; times += 1) {
      for (const name of names) fs.rmSync(join(volume.dir, name), { force: true });
      const store = await open(volume.dir);
      for (let well = 0; well < times; well += 1) await commit(store);
      await sleep(NOTICED_MS / 2);
      if (store.status.health.kind !== 'ok') falseAlarms += 1;
      const before = cached(volume.dir);
      await commit(store);
      const startMs = performance.now();
      forget(volume, before);
      while (store.status.health.kind === 'ok' && performance.now() - startMs < NOTICED_MS) await sleep(5);
      const { health } = store.status;
      if (health.kind === 'failed' && health.error.code === 'forgetful') {
        noticed += 1;
        slowestMs = Math.max(slowestMs, performance.now() - startMs);
      }
      store.close();
      await sleep(50);
    }
  } finally {
    volume.dispose();
  }
  process.stdout.write(
    `forgetful device: ${noticed} of ${COMMITS} forgotten commits noticed, the slowest after ${slowestMs.toFixed(0)} ms; ` +
      `${falseAlarms} false alarms\n`,
  );
  if (noticed < COMMITS || falseAlarms > 0) process.exitCode = 1;
}

const why = whyNoLoopDevices();
if (why === undefined) await run();
else {
  process.stdout.write(`forgetful device: NOT RUN: ${why}\n`);
  process.exitCode = process.env.REAL_CUTS_REQUIRED === undefined ? 0 : 1;
}
