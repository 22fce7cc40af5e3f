import assert from 'node:assert/strict';
import { readStore, type StoreReading } from '../../../../firmware/journal/store/read-store.js';
import { commitAll, createFlashRig, type FlashRig, mustOpen, rigSegmentBytes, rigVolumes } from './flash-rig.js';
import { foldLedger, type Ledger, ledgerOp } from './ledger.js';

const read = (rig: FlashRig): StoreReading<Ledger> => {
  let reading: StoreReading<Ledger> | undefined;
  readStore<Ledger, ReturnType<typeof ledgerOp>>(
    { flash: rig.card, volumes: rigVolumes, segmentSizeBytes: rigSegmentBytes, fold: foldLedger },
    (done) => {
      reading = done;
    },
  );
  rig.run();
  if (reading === undefined) throw new Error('never answered');
  return reading;
};

const usedCard = (seed: number, commits = 40): { readonly rig: FlashRig; readonly state: Ledger } => {
  const rig = createFlashRig(seed);
  const { store } = mustOpen(rig);
  commitAll(
    rig,
    store,
    Array.from({ length: commits }, (_, index) => ledgerOp(index, 5)),
  );
  store.close();
  return { rig, state: store.state };
};

const imagesOf = (rig: FlashRig): (Uint8Array | undefined)[] => rigVolumes.map((name) => rig.card.image(name));

describe('readStore', () => {
  it('reads a sound card and leaves it as it is', () => {
    const { rig, state } = usedCard(1);
    const before = imagesOf(rig);
    const reading = read(rig);
    assert.deepEqual(reading.troubles, []);
    assert.deepEqual(reading.state, state);
    assert.equal(reading.epoch, 1);
    assert.deepEqual(imagesOf(rig), before);
  });

  for (const missing of rigVolumes) {
    it(`reads a card that lost ${missing}, all but the last commit at worst`, () => {
      const { rig, state } = usedCard(2);
      rig.card.remove(missing);
      const reading = read(rig);
      assert.match(reading.troubles.join(), new RegExp(`${missing}: no such volume`));
      assert.ok(reading.state !== undefined && state.count - reading.state.count <= 1);
    });
  }

  it('reads what a box refuses', () => {
    const { rig, state } = usedCard(3, 20);
    for (const name of rigVolumes) {
      const image = rig.card.image(name) ?? new Uint8Array();
      const last = image.findLastIndex((byte) => byte !== 0);
      rig.card.flipBit(name, (last - (last % 4096) + 100) * 8);
    }
    const reading = read(rig);
    assert.match(reading.troubles.join(), /the ends of both volumes cannot be read/);
    assert.ok(reading.state !== undefined && state.count - reading.state.count === 2);
  });

  it('distinguishes a card on which nothing was ever stored from one that cannot be looked at', () => {
    const blank = createFlashRig(4);
    for (const name of rigVolumes) blank.card.insert(name, new Uint8Array(rigSegmentBytes));
    const reading = read(blank);
    assert.deepEqual([reading.state, reading.troubles], [undefined, ['nothing was ever stored here']]);
    const absent = read(createFlashRig(4));
    assert.equal(absent.state, undefined);
    assert.deepEqual(
      absent.troubles,
      rigVolumes.map((name) => `${name}: no such volume`),
    );
  });
});
