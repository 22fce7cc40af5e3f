import assert from 'node:assert/strict';
import type { FlashHost } from '../../../../drivers/host.js';
import { openStore } from '../../../../firmware/journal/store/store.js';
import type { StoreError } from '../../../../firmware/journal/store/store-error.js';
import {
  commitAll,
  createFlashRig,
  createHangingFlash,
  type FlashRig,
  ledgerOptions,
  mustOpen,
  openLedger,
  rigSegmentBytes,
  rigVolumes,
} from './flash-rig.js';
import { emptyLedger, foldLedger, type Ledger, type LedgerOp, ledgerOp } from './ledger.js';

const ops = (from: number, count: number, live = 10) =>
  Array.from({ length: count }, (_, index) => ledgerOp(from + index, live));

describe('openStore', () => {
  it('makes a new store on an empty card and says so', () => {
    const rig = createFlashRig(1);
    const { store, report } = mustOpen(rig);
    assert.equal(report.provisioned, true);
    assert.equal(report.epoch, 1);
    assert.equal(report.readBack, 'verified');
    assert.deepEqual(store.state, emptyLedger);
  });

  it('finds everything again after a restart, over many segment turns', () => {
    const rig = createFlashRig(2);
    let expected: Ledger = emptyLedger;
    for (let boot = 0; boot < 20; boot += 1) {
      const { store, report } = mustOpen(rig);
      assert.deepEqual(store.state, expected);
      assert.equal(report.provisioned, boot === 0);
      assert.equal(report.epoch, boot + 1);
      assert.equal(report.cutTail, false);
      assert.equal(report.unreadableSlots, 0);
      const batch = ops(boot * 37, 37);
      commitAll(rig, store, batch);
      expected = batch.reduce(foldLedger, expected);
      assert.deepEqual(store.state, expected);
      store.close();
    }
  });

  it('writes one slot and flushes once for a commit', () => {
    const rig = createFlashRig(3);
    const { store } = mustOpen(rig);
    commitAll(rig, store, ops(0, 10));
    assert.equal(store.status.flushes, 10);
    assert.equal(store.status.bytesWritten, 10 * 4096);
  });

  it('makes commits that arrive during a flush durable with one flush, in order', () => {
    const rig = createFlashRig(4);
    const { store } = mustOpen(rig);
    const order: number[] = [];
    let state = store.state;
    for (const [index, op] of ops(0, 16).entries()) {
      state = foldLedger(state, op);
      store.commit([op], state, () => order.push(index));
    }
    assert.deepEqual(order, [], 'nothing is answered inside the call');
    rig.run();
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    assert.equal(order.length, 16);
    assert.equal(store.status.flushes, 2);
    store.close();
    assert.deepEqual(mustOpen(rig).store.state, state);
  });

  it('shows a state only when it is durable', () => {
    const rig = createFlashRig(5);
    const { store } = mustOpen(rig);
    const op = ledgerOp(0, 1);
    store.commit([op], foldLedger(store.state, op), () => {});
    assert.deepEqual(store.state, emptyLedger);
    rig.run();
    assert.equal(store.state.count, 1);
  });

  it('hands out frozen states only', () => {
    const rig = createFlashRig(6);
    const { store } = mustOpen(rig);
    commitAll(rig, store, ops(0, 1));
    assert.throws(() => Object.assign(store.state.entries['sale-0'] ?? {}, { amount: 1 }), TypeError);
    store.close();
    const again = mustOpen(rig).store;
    assert.throws(() => Object.assign(again.state.entries['sale-0'] ?? {}, { amount: 1 }), TypeError);
  });

  it('spreads an operation larger than a slot over more slots', () => {
    const rig = createFlashRig(7);
    const { store } = mustOpen(rig);
    const large = { kind: 'opened', id: 'large', amount: 1, note: 'x'.repeat(9_000) } as const;
    commitAll(rig, store, [ledgerOp(0, 5), large, ledgerOp(1, 5), large, ...ops(2, 40)]);
    const expected = store.state;
    store.close();
    assert.deepEqual(mustOpen(rig).store.state, expected);
  });

  it('takes an empty commit after what is under way, without writing', () => {
    const rig = createFlashRig(8);
    const { store } = mustOpen(rig);
    const answers: string[] = [];
    const op = ledgerOp(0, 1);
    store.commit([op], foldLedger(store.state, op), () => answers.push('first'));
    store.commit([], foldLedger(store.state, op), () => answers.push('second'));
    rig.run();
    assert.deepEqual(answers, ['first', 'second']);
    assert.equal(store.status.flushes, 1);
  });

  it('refuses an operation that is not JSON', () => {
    const rig = createFlashRig(9);
    const { store } = mustOpen(rig);
    const bad = (() => {}) as unknown as ReturnType<typeof ledgerOp>;
    assert.throws(() => store.commit([bad], store.state, () => {}), TypeError);
  });

  it('fails for good when the state outgrows a segment', () => {
    const rig = createFlashRig(10);
    const { store } = mustOpen(rig);
    const huge = { kind: 'opened', id: 'huge', amount: 1, note: 'x'.repeat(rigSegmentBytes) } as const;
    const errors: (string | undefined)[] = [];
    store.commit([huge], foldLedger(store.state, huge), (error) => errors.push(error?.code));
    rig.run();
    store.commit([], store.state, (error) => errors.push(error?.code));
    rig.run();
    assert.deepEqual(errors, ['tooLarge', 'tooLarge']);
    assert.deepEqual(store.state, emptyLedger);
    store.close();
    assert.deepEqual(mustOpen(rig).store.state, emptyLedger);
  });

  describe('what is missing', () => {
    const cases = [
      { name: 'both volumes where none may be made', remove: [], provision: 'never', fresh: true },
      { name: 'the first volume', remove: [rigVolumes[0]], provision: 'ifNew', fresh: false },
      { name: 'the second volume', remove: [rigVolumes[1]], provision: 'ifNew', fresh: false },
    ] as const;
    for (const { name, remove, provision, fresh } of cases) {
      it(`is a fault: ${name}`, () => {
        const rig = createFlashRig(11);
        if (!fresh) mustOpen(rig).store.close();
        for (const volume of remove) rig.card.remove(volume);
        const opening = openLedger(rig, rig.card, { provision });
        assert.equal(opening.kind === 'failed' && opening.error.code, 'absent');
      });
    }

    it('is made good when the making itself was interrupted', () => {
      const rig = createFlashRig(12);
      rig.card.insert(rigVolumes[1], new Uint8Array(rigSegmentBytes));
      assert.equal(mustOpen(rig).report.provisioned, true);
    });

    it('is made again where its first frame lies among remains, wherever the next power cut comes', () => {
      const rig = createFlashRig(13);
      mustOpen(rig).store.close();
      const made = rig.card.image(rigVolumes[0]) ?? assert.fail();
      made.fill(0xa5, 4 * 4096, 5 * 4096);
      rig.card.insert(rigVolumes[0], made);
      rig.card.insert(rigVolumes[1], new Uint8Array(rigSegmentBytes));

      const opening = createFlashRig(14, rig.card);
      openStore(ledgerOptions(opening), () => undefined);
      do {
        const dark = opening.card.copy();
        dark.powerCut({ fate: () => 'shorn', collateral: 'volume' });
        assert.deepEqual(mustOpen(createFlashRig(15, dark)).store.state, emptyLedger);
      } while (opening.run(1) > 0);
    });
  });

  for (const [what, firstThere] of [
    ['the second volume', false],
    ['the one that was missing', true],
  ] as const) {
    it(`lets go of the other volume when ${what} cannot be made`, () => {
      const rig = createFlashRig(24);
      if (firstThere) rig.card.insert(rigVolumes[0], new Uint8Array(rigSegmentBytes));
      const flash: FlashHost = {
        open(request, opened) {
          rig.card.faults.full = request.create && request.name === rigVolumes[1];
          rig.card.open(request, opened);
        },
      };
      const opening = openLedger(rig, rig.card, { flash });
      assert.equal(opening.kind === 'failed' && opening.error.code, 'full');
      rig.card.faults.full = false;
      assert.equal(mustOpen(rig).report.provisioned, true);
    });
  }

  describe('a card that hangs while the store opens', () => {
    const cards: readonly [what: string, prepare: (rig: FlashRig) => void][] = [
      ['a new card', () => undefined],
      [
        'a card whose making was interrupted',
        ({ card }) => card.insert(rigVolumes[1], new Uint8Array(rigSegmentBytes)),
      ],
      ['a card with a store', (rig) => mustOpen(rig).store.close()],
    ];
    for (const [what, prepare] of cards) {
      it(`fails the opening once, a minute after the step that is not answered, and is released: ${what}`, () => {
        const prepared = createFlashRig(25);
        prepare(prepared);
        let calls = 0;
        for (let steps = 1; ; steps += 1) {
          const rig = createFlashRig(26, prepared.card);
          const hanging = createHangingFlash(rig.card, steps);
          const codes: (string | undefined)[] = [];
          openStore<Ledger, LedgerOp>({ ...ledgerOptions(rig), flash: hanging.flash }, (error) =>
            codes.push(error?.code),
          );
          rig.run();
          if (hanging.answerLate === undefined) break;
          calls = steps;
          assert.deepEqual(codes, ['hung'], hanging.step);
          assert.ok(rig.clock.monotonicMs() >= 60_000 && rig.clock.monotonicMs() < 61_000, hanging.step);
          const asked = hanging.asked();
          hanging.answerLate();
          rig.run();
          assert.deepEqual(codes, ['hung'], `${hanging.step}, answered late`);
          assert.equal(hanging.asked(), asked, `nothing is tried after ${hanging.step}`);
          mustOpen(rig).store.close();
        }
        assert.ok(calls >= 8);
      });
    }
  });

  it('refuses two volumes of different stores', () => {
    const one = createFlashRig(13);
    const two = createFlashRig(14);
    mustOpen(one).store.close();
    mustOpen(two).store.close();
    one.card.insert(rigVolumes[1], two.card.image(rigVolumes[1]) ?? new Uint8Array());
    const opening = openLedger(one);
    assert.equal(opening.kind === 'failed' && opening.error.code, 'damaged');
  });

  const REMAINS: readonly (readonly [name: string, bytes: number, lost: boolean])[] = [
    ['of one unfinished write', 4096, false],
    ['that are more than one unfinished write', rigSegmentBytes, true],
  ];
  for (const [name, bytes, lost] of REMAINS) {
    it(`distinguishes remains ${name} ${lost ? 'from' : 'as'} what a power cut leaves`, () => {
      const rig = createFlashRig(16);
      const { store } = mustOpen(rig);
      commitAll(rig, store, ops(0, 9));
      store.close();
      const image = rig.card.image(rigVolumes[1]) ?? new Uint8Array();
      const from = bytes === rigSegmentBytes ? 0 : (image.findLastIndex((byte) => byte !== 0) >> 12) << 12;
      rig.card.insert(rigVolumes[1], image.fill(0x5a, from, from + bytes));
      const { store: again, report } = mustOpen(rig);
      assert.deepEqual(again.state, store.state);
      assert.deepEqual([report.cutTail, report.lostSlots], [true, lost]);
    });
  }

  it('refuses swapped volumes', () => {
    const rig = createFlashRig(15);
    mustOpen(rig).store.close();
    const images = rigVolumes.map((name) => rig.card.image(name) ?? new Uint8Array());
    rig.card.insert(rigVolumes[0], images[1] ?? new Uint8Array());
    rig.card.insert(rigVolumes[1], images[0] ?? new Uint8Array());
    const opening = openLedger(rig);
    assert.equal(opening.kind === 'failed' && opening.error.code, 'swapped');
  });

  describe('flash trouble', () => {
    const cases = [
      { name: 'an input/output error', fault: (faults: { io: boolean }) => (faults.io = true), code: 'io' },
      {
        name: 'a read-only card',
        fault: (faults: { readOnly: boolean }) => (faults.readOnly = true),
        code: 'readOnly',
      },
      {
        name: 'a card that is gone',
        fault: (faults: { missing: Set<string> }) => rigVolumes.map((volume) => faults.missing.add(volume)),
        code: 'disconnected',
      },
      { name: 'a hanging flush', fault: (faults: { syncMs: number }) => (faults.syncMs = 40_000), code: 'hung' },
    ] as const;
    for (const { name, fault, code } of cases) {
      it(`fails the store for good at ${name}, without a second try`, () => {
        const rig = createFlashRig(16);
        const seen: string[] = [];
        const { store } = mustOpen(rig, rig.card, { healthChanged: ({ health }) => seen.push(health.kind) });
        commitAll(rig, store, ops(0, 3));
        const before = store.state;
        fault(rig.card.faults);
        const errors: (StoreError | undefined)[] = [];
        const op = ledgerOp(3, 1);
        store.commit([op], foldLedger(before, op), (error) => errors.push(error));
        rig.run();
        Object.assign(rig.card.faults, { io: false, readOnly: false, syncMs: 1 });
        rig.card.faults.missing.clear();
        store.commit([op], foldLedger(before, op), (error) => errors.push(error));
        rig.run();
        assert.deepEqual(
          errors.map((error) => error?.code),
          [code, code],
        );
        assert.equal(store.state, before);
        assert.equal(seen.at(-1), 'failed');
        assert.equal(store.status.flushes, 3);
      });
    }

    it('is slow after a flush that took too long, and well again by itself after a quick one', () => {
      const rig = createFlashRig(17);
      const seen: string[] = [];
      const { store } = mustOpen(rig, rig.card, { healthChanged: ({ health }) => seen.push(health.kind) });
      const before = store.status.flushes;
      rig.card.faults.syncMs = 6_000;
      const op = ledgerOp(17, 0);
      store.commit([op], foldLedger(store.state, op), () => undefined);
      while (store.status.flushes < before + 2) rig.run(1);
      assert.deepEqual([seen, store.state.count], [['slow'], 1], 'a trial was slow too');
      rig.card.faults.syncMs = 3;
      rig.run();
      assert.deepEqual([seen, store.state.count], [['slow', 'ok'], 1]);
      commitAll(rig, store, ops(1, 1));
      const after = store.status.flushes;
      rig.run();
      assert.equal(store.status.flushes, after, 'a card that is well is left alone');
      store.close();
      assert.equal(mustOpen(rig).store.state.count, 2);
    });

    it('needs no space: a full card takes a thousand commits', () => {
      const rig = createFlashRig(18);
      const { store } = mustOpen(rig);
      rig.card.faults.full = true;
      commitAll(rig, store, ops(0, 1_000));
      assert.equal(store.state.count, 1_000);
    });

    it('finds a card that accepts and forgets when it opens', () => {
      const rig = createFlashRig(19);
      const { store } = mustOpen(rig);
      commitAll(rig, store, ops(0, 5));
      store.close();
      rig.card.faults.forgets = true;
      const opening = openLedger(rig);
      assert.equal(opening.kind === 'failed' && opening.error.code, 'forgetful');
    });

    it('finds a card that lost an old record when it verifies', () => {
      const rig = createFlashRig(20);
      const { store } = mustOpen(rig);
      const answers: (string | undefined)[] = [];
      commitAll(rig, store, ops(0, 5));
      store.verify((error, result) => answers.push(error?.code ?? result));
      rig.run();
      rig.card.flipBit(rigVolumes[0], (4_096 + 100) * 8);
      store.verify((error, result) => answers.push(error?.code ?? result));
      rig.run();
      assert.deepEqual(answers, ['verified', 'forgetful']);
      assert.equal(store.status.health.kind, 'failed');
    });

    it('says where the platform cannot read past the cache, and goes on', () => {
      const rig = createFlashRig(21);
      rig.card.faults.readBackUnsupported = true;
      const { store, report } = mustOpen(rig);
      assert.equal(report.readBack, 'unsupported');
      commitAll(rig, store, ops(0, 5));
      let result: string | undefined;
      store.verify((_error, verified) => {
        result = verified;
      });
      rig.run();
      assert.equal(result, 'unsupported');
    });

    it('opens once at a time', () => {
      const rig = createFlashRig(22);
      const { store } = mustOpen(rig);
      const second = openLedger(rig);
      assert.equal(second.kind === 'failed' && second.error.code, 'busy');
      store.close();
      assert.equal(openLedger(rig).kind, 'open');
    });
  });

  it('commits while it verifies', () => {
    const rig = createFlashRig(23);
    const { store } = mustOpen(rig);
    commitAll(rig, store, ops(0, 50));
    let result: string | undefined;
    store.verify((error, verified) => {
      result = error?.code ?? verified;
    });
    commitAll(rig, store, ops(50, 50));
    assert.equal(result, 'verified');
    assert.equal(store.state.count, 100);
  });
});
