import assert from 'node:assert/strict';
import type { FlashHost, FlashVolume } from '../../../../drivers/host.js';
import type { StoreStatus } from '../../../../firmware/journal/store/store-status.js';
import { commitAll, createFlashRig, type FlashRig, mustOpen, openLedger, rigVolumes } from './flash-rig.js';
import { foldLedger, type LedgerOp, ledgerOp } from './ledger.js';

const READ_AFTER_MS = 250;
const HUNG_AFTER_MS = 30_000;

const ops = (from: number, count: number, live = 10): readonly LedgerOp[] =>
  Array.from({ length: count }, (_, index) => ledgerOp(from + index, live));

/** A card on which the reads past the cache are counted, and may be changed. */
function watched(
  card: FlashHost,
  changed: (read: FlashVolume['readBack']) => FlashVolume['readBack'] = (read) => read,
) {
  const reads: number[] = [];
  const flash: FlashHost = {
    open(request, opened) {
      card.open(request, (error, volume) => {
        if (volume === undefined) return opened(error);
        const readBack = changed(volume.readBack.bind(volume));
        opened(undefined, {
          ...volume,
          readBack(offset, lengthBytes, done) {
            reads.push(lengthBytes);
            readBack(offset, lengthBytes, done);
          },
        });
      });
    },
  };
  return { flash, reads };
}

/** Opens a store whose health is told, and forgets the reads of its opening. */
function opened(rig: FlashRig, changed?: Parameters<typeof watched>[1]) {
  const { flash, reads } = watched(rig.card, changed);
  const told: StoreStatus['health'][] = [];
  const { store } = mustOpen(rig, rig.card, { flash, healthChanged: ({ health }) => told.push(health) });
  reads.length = 0;
  return { store, reads, told };
}

describe('reading back what was committed', () => {
  it('finds a card that forgot a commit, soon after it, and fails the store', () => {
    for (const before of [0, 1, 7, 200]) {
      const rig = createFlashRig(40 + before);
      const { store, told } = opened(rig);
      commitAll(rig, store, ops(0, before));
      rig.card.faults.forgets = true;
      const startMs = rig.clock.monotonicMs();
      commitAll(rig, store, ops(before, 1));
      assert.deepEqual(
        told.map((health) => health.kind === 'failed' && health.error.code),
        ['forgetful'],
      );
      assert.ok(rig.clock.monotonicMs() - startMs < READ_AFTER_MS + 20, `${rig.clock.monotonicMs() - startMs} ms`);
      let refused: string | undefined;
      store.commit([ledgerOp(0, 10)], store.state, (error) => {
        refused = error?.code;
      });
      rig.run();
      assert.equal(refused, 'forgetful', 'nothing is promised any more');
    }
  });

  it('finds the one commit that was forgotten among others', () => {
    for (let forgotten = 0; forgotten < 12; forgotten += 1) {
      const rig = createFlashRig(50);
      const { store, told } = opened(rig);
      let state = store.state;
      for (const [at, op] of ops(0, 12).entries()) {
        state = foldLedger(state, op);
        let durable = false;
        rig.card.faults.forgets = at === forgotten;
        store.commit([op], state, () => {
          durable = true;
        });
        while (!durable) rig.run(1);
      }
      rig.card.faults.forgets = false;
      rig.run();
      assert.deepEqual(
        told.map(({ kind }) => kind),
        ['failed'],
        `commit ${forgotten}`,
      );
    }
  });

  it('reads the commits of a sale together, and each once', () => {
    const rig = createFlashRig(60);
    const { store, reads, told } = opened(rig);
    let state = store.state;
    for (const op of ops(0, 6)) {
      state = foldLedger(state, op);
      let durable = false;
      store.commit([op], state, () => {
        durable = true;
      });
      while (!durable) rig.run(1);
    }
    assert.deepEqual(reads, [], 'not before its time');
    rig.run();
    assert.deepEqual([reads, told], [[3 * 4_096, 3 * 4_096], []]);
    commitAll(rig, store, ops(6, 1));
    assert.deepEqual(reads.slice(2), [4_096]);
  });

  it('lets no commit wait for a read, however slow', () => {
    const took = (readMs: number): number[] => {
      const rig = createFlashRig(61);
      const { store } = opened(rig, (read) => (offset, length, done) => {
        rig.clock.after(readMs, () => read(offset, length, done));
      });
      const times: number[] = [];
      let state = store.state;
      for (const op of ops(0, 200)) {
        state = foldLedger(state, op);
        const startMs = rig.clock.monotonicMs();
        let durable = false;
        store.commit([op], state, () => {
          durable = true;
        });
        while (!durable) rig.run(1);
        times.push(Math.round((rig.clock.monotonicMs() - startMs) * 1_000));
      }
      rig.run();
      assert.equal(store.status.health.kind, 'ok');
      return times;
    };
    assert.deepEqual(took(5_000), took(0));
  });

  it('takes nothing for forgotten that was overwritten while it was read', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const rig = createFlashRig(100 + seed);
      /* What is there when the read begins, or when it ends, or of both. */
      const { store, told } = opened(rig, (read) => (offset, length, done) => {
        rig.clock.after(rig.random() * 400, () => read(offset, length, done));
      });
      let state = store.state;
      for (const op of ops(0, 150, 40)) {
        state = foldLedger(state, op);
        let durable = false;
        store.commit([op], state, () => {
          durable = true;
        });
        while (!durable) rig.run(1);
        if (rig.random() < 0.2) rig.run(Math.floor(rig.random() * 6));
      }
      rig.run();
      assert.deepEqual([told, store.status.health.kind], [[], 'ok'], `seed ${seed}`);
    }
  });

  it('goes on without it where the platform cannot, and asks once', () => {
    const rig = createFlashRig(62);
    rig.card.faults.readBackUnsupported = true;
    const { store, reads, told } = opened(rig);
    commitAll(rig, store, ops(0, 20));
    assert.deepEqual([reads.length, told, store.state.count], [1, [], 20]);
  });

  it('fails where the card cannot read, or does not answer', () => {
    for (const [fault, code, withinMs] of [
      ['missing', 'disconnected', READ_AFTER_MS + 20],
      ['mute', 'hung', HUNG_AFTER_MS + READ_AFTER_MS + 20],
    ] as const) {
      const rig = createFlashRig(63);
      let mute = false;
      const { store, told } = opened(rig, (read) => (offset, length, done) => {
        if (!mute) read(offset, length, done);
      });
      const startMs = rig.clock.monotonicMs();
      let durable = false;
      store.commit([ledgerOp(0, 10)], foldLedger(store.state, ledgerOp(0, 10)), () => {
        durable = true;
      });
      while (!durable) rig.run(1);
      if (fault === 'mute') mute = true;
      else for (const name of rigVolumes) rig.card.faults.missing.add(name);
      rig.run();
      assert.deepEqual(
        told.map((health) => health.kind === 'failed' && health.error.code),
        [code],
      );
      assert.ok(rig.clock.monotonicMs() - startMs <= withinMs);
    }
  });

  it('reads nothing once the store is closed', () => {
    const rig = createFlashRig(64);
    const { store, reads } = opened(rig);
    let durable = false;
    store.commit([ledgerOp(0, 10)], foldLedger(store.state, ledgerOp(0, 10)), () => {
      durable = true;
    });
    while (!durable) rig.run(1);
    store.close();
    rig.run();
    assert.deepEqual(reads, []);
    assert.equal(openLedger(rig).kind, 'open');
  });
});
