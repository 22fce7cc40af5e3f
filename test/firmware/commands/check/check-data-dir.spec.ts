import assert from 'node:assert/strict';
import { checkDataDir } from '../../../../firmware/commands/check/check-data-dir.js';
import { checkJournal } from '../../../../firmware/commands/check/check-journal.js';
import type { CheckRow } from '../../../../firmware/commands/check/check-row.js';
import { BOOK_SEGMENT_BYTES, BOOK_VOLUMES } from '../../../../firmware/journal/open-book.js';
import { readBook } from '../../../../firmware/journal/read-card.js';
import { createFlashRig, type FlashRig } from '../../journal/store/flash-rig.js';

/** Runs the card while a promise waits for it. */
async function settled<T>(rig: FlashRig, asked: Promise<T>): Promise<T> {
  let over = false;
  const end = asked.finally(() => {
    over = true;
  });
  while (!over) {
    rig.run();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return end;
}

const check = (rig: FlashRig): Promise<CheckRow> =>
  settled(
    rig,
    checkDataDir({
      flash: rig.card,
      random: { bytes: (count) => Uint8Array.from({ length: count }, () => rig.random() * 256) },
      dataDir: '/data',
    }),
  );

describe('checkDataDir', () => {
  it('passes on a sound card, again and again', async () => {
    const rig = createFlashRig(1);
    for (let times = 0; times < 3; times += 1) {
      assert.deepEqual(await check(rig), {
        item: 'data directory',
        outcome: 'PASS',
        found: '/data is there, free and writable, and holds what was written',
      });
    }
    assert.equal(rig.card.image('self-test')?.length, 4096);
    assert.equal(rig.card.image('journal-a'), undefined);
  });

  const faults: readonly (readonly [string, (rig: FlashRig) => unknown, RegExp])[] = [
    ['is not there', ({ card }) => card.faults.missing.add('self-test'), /put the card in/],
    ['is full', ({ card }) => Object.assign(card.faults, { full: true }), /make room/],
    ['is read-only', ({ card }) => Object.assign(card.faults, { readOnly: true }), /mount it writable/],
    ['reports errors', ({ card }) => Object.assign(card.faults, { io: true }), /new card/],
    ['accepts and forgets', ({ card }) => Object.assign(card.faults, { forgets: true }), /new card/],
  ];
  for (const [what, breakIt, todo] of faults) {
    it(`fails on a card that ${what}`, async () => {
      const rig = createFlashRig(2);
      breakIt(rig);
      const row = await check(rig);
      assert.equal(row.outcome, 'FAIL', row.found);
      assert.match(row.todo ?? '', todo);
    });
  }
});

describe('checkJournal', () => {
  it('takes a new directory for one', async () => {
    const rig = createFlashRig(3);
    const row = checkJournal(await settled(rig, readBook(rig.card)), { dataDir: '/data' });
    assert.deepEqual([row.outcome, row.found], ['PASS', 'none yet in /data; the first start makes it']);
  });

  it('asks for room for what is not there yet', async () => {
    const rig = createFlashRig(3);
    const rowWith = async (roomBytes: number) => {
      const reading = await settled(rig, readBook(rig.card));
      const { outcome, found } = checkJournal(reading, { dataDir: '/data' }, roomBytes);
      return `${outcome} ${found}`;
    };
    assert.match(
      await rowWith(2 * BOOK_SEGMENT_BYTES - 1),
      /^FAIL .*no room .*: 8192 KiB are needed, 8191 KiB are free$/,
    );
    assert.match(await rowWith(2 * BOOK_SEGMENT_BYTES), /^PASS/);
    rig.card.insert(BOOK_VOLUMES[0], new Uint8Array(BOOK_SEGMENT_BYTES));
    assert.match(await rowWith(BOOK_SEGMENT_BYTES - 1), /^FAIL .*: 4096 KiB are needed/);
    assert.match(await rowWith(BOOK_SEGMENT_BYTES), /^PASS/);
  });

  it('does not take a volume full of noise for one', async () => {
    const rig = createFlashRig(4);
    for (const name of BOOK_VOLUMES) rig.card.insert(name, new Uint8Array(BOOK_SEGMENT_BYTES).fill(0x5a));
    const row = checkJournal(await settled(rig, readBook(rig.card)), { dataDir: '/data' });
    assert.deepEqual([row.outcome, row.found], ['FAIL', 'neither volume holds a readable record']);
  });

  it('does not take volumes that cannot be opened for one', async () => {
    const rig = createFlashRig(6);
    for (const name of BOOK_VOLUMES) rig.card.insert(name, new Uint8Array(4096));
    assert.equal(checkJournal(await settled(rig, readBook(rig.card)), { dataDir: '/data' }).outcome, 'FAIL');
  });

  it('does not take a missing partition for one', async () => {
    const rig = createFlashRig(5);
    const journalPartitions = ['/dev/mmcblk0p3', '/dev/mmcblk0p4'] as const;
    const row = checkJournal(await settled(rig, readBook(rig.card)), { dataDir: '/data', journalPartitions });
    assert.equal(row.outcome, 'FAIL');
    assert.match(row.todo ?? '', /JOURNAL_PARTITIONS/);
  });
});
