import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readStore } from '../../firmware/journal/store/read-store.js';
import type { SimFlash } from '../../hw-sim/sim-flash.js';
import {
  commitAll,
  createFlashRig,
  type FlashRig,
  mustOpen,
  openLedger,
  rigSegmentBytes,
  rigVolumes,
} from '../firmware/journal/store/flash-rig.js';
import { emptyLedger, foldLedger, type Ledger, ledgerOp } from '../firmware/journal/store/ledger.js';

/** Cards at several ages, each with every state it ever acknowledged. */
const cards = [1, 5, 14, 15, 16, 33, 120].map((commits) => {
  const rig = createFlashRig(commits);
  const { store } = mustOpen(rig);
  const history: Ledger[] = [emptyLedger];
  for (let index = 0; index < commits; index += 1) {
    const op = ledgerOp(index, 4, index % 9 === 0 ? 4_500 : 150);
    history.push(foldLedger(history.at(-1) ?? emptyLedger, op));
    commitAll(rig, store, [op]);
  }
  store.close();
  return { card: rig.card, history };
});

const anyCard = fc.constantFrom(...cards);
const anyVolume = fc.constantFrom(...rigVolumes);

const clearWords = ['damaged', 'absent', 'format', 'io', 'forgetful'];

/** Opens a damaged card. It has everything, or lacks only the last commit and reports that, or is refused with a clear error. */
function judge(card: SimFlash, history: readonly Ledger[]): 'whole' | 'cut' | 'refused' {
  const rig = createFlashRig(1, card);
  const opening = openLedger(rig);
  if (opening.kind === 'failed') {
    assert.ok(clearWords.includes(opening.error.code), opening.error.code);
    return 'refused';
  }
  const { state } = opening.store;
  assert.deepEqual(state, history[state.count], 'a wrong record was accepted');
  assert.equal(opening.report.provisioned, false, 'taken for new');
  const lost = history.length - 1 - state.count;
  if (lost === 0) return 'whole';
  assert.equal(lost, 1, `${lost} commits are missing without a report`);
  assert.equal(opening.report.cutTail, true);
  return 'cut';
}

function damage(card: SimFlash, inflict: (card: SimFlash) => void): SimFlash {
  const damaged = createFlashRig(0, card).card;
  inflict(damaged);
  return damaged;
}

describe('damage', () => {
  it('of one bit loses at most the newest record, and that is reported', () => {
    fc.assert(
      fc.property(anyCard, anyVolume, fc.nat(rigSegmentBytes * 8 - 1), ({ card, history }, name, bit) => {
        const verdict = judge(
          damage(card, (each) => each.flipBit(name, bit)),
          history,
        );
        assert.notEqual(verdict, 'refused');
      }),
      { numRuns: 1_500 },
    );
  });

  it('of many bits is detected or repaired', () => {
    const bits = fc.array(fc.tuple(anyVolume, fc.nat(rigSegmentBytes * 8 - 1)), { minLength: 2, maxLength: 60 });
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyCard, bits, ({ card, history }, flips) => {
        const damaged = damage(card, (each) => {
          for (const [name, bit] of flips) each.flipBit(name, bit);
        });
        seen.add(judge(damaged, history));
      }),
      { numRuns: 1_500 },
    );
    assert.deepEqual([...seen].sort(), ['cut', 'refused', 'whole']);
  });

  it('of both newest records is refused', () => {
    for (const { card, history } of cards.slice(1)) {
      const damaged = damage(card, (each) => {
        for (const name of rigVolumes) each.flipBit(name, newestSlot(each, name) * 4096 * 8 + 1_000);
      });
      assert.equal(judge(damaged, history), 'refused');
    }
  });

  it('by garbage in any place and of any length is detected or repaired', () => {
    const garbage = fc.uint8Array({ minLength: 1, maxLength: 9_000 });
    fc.assert(
      fc.property(anyCard, anyVolume, fc.nat(rigSegmentBytes - 1), garbage, ({ card, history }, name, at, bytes) => {
        const damaged = damage(card, (each) => {
          const image = each.image(name) ?? new Uint8Array();
          image.set(bytes.subarray(0, image.length - at), at);
          each.insert(name, image);
        });
        assert.notEqual(judge(damaged, history), 'refused', 'one volume is enough');
      }),
      { numRuns: 500 },
    );
  });

  it('by cutting a file is detected, and the rest can be read', () => {
    fc.assert(
      fc.property(anyCard, anyVolume, fc.nat(rigSegmentBytes - 1), ({ card, history }, name, length) => {
        const damaged = damage(card, (each) =>
          each.insert(name, (each.image(name) ?? new Uint8Array()).slice(0, length)),
        );
        assert.equal(judge(damaged, history), 'refused');
        const rig: FlashRig = createFlashRig(2, damaged);
        let read: Ledger | undefined;
        readStore<Ledger, ReturnType<typeof ledgerOp>>(
          {
            flash: {
              open: (options, opened) =>
                rig.card.open({ ...options, sizeBytes: sizeOf(rig.card, options.name) }, opened),
            },
            volumes: rigVolumes,
            segmentSizeBytes: rigSegmentBytes,
            fold: foldLedger,
          },
          ({ state }) => {
            read = state;
          },
        );
        rig.run();
        assert.ok(read !== undefined && history.length - 1 - read.count <= 1);
        assert.deepEqual(read, history[read.count]);
      }),
      { numRuns: 300 },
    );
  });

  it('by noise on the whole card is refused; it does not count as a new card', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 255 })), (noise) => {
        const rig = createFlashRig(3);
        for (const name of rigVolumes) {
          rig.card.insert(
            name,
            Uint8Array.from({ length: rigSegmentBytes }, () => noise.next().value),
          );
        }
        const opening = openLedger(rig);
        assert.equal(opening.kind === 'failed' && opening.error.code, 'damaged');
      }),
      { numRuns: 20 },
    );
  });
});

function sizeOf(card: SimFlash, name: string): number {
  return card.image(name)?.length ?? 0;
}

/** The slot with the greatest sequence, read by the layout and not by the code under test. */
function newestSlot(card: SimFlash, name: string): number {
  const image = Buffer.from(card.image(name) ?? []);
  let newest = 0;
  let sequence = -1;
  for (let slot = 0; slot * 4096 < image.length; slot += 1) {
    const found = image.readUInt32LE(slot * 4096) === 0 ? -1 : image.readUIntLE(slot * 4096 + 16, 6);
    if (found >= sequence) {
      newest = slot;
      sequence = found;
    }
  }
  return newest;
}
