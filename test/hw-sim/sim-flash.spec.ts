import assert from 'node:assert/strict';
import type { FlashVolume, HostError } from '../../drivers/host.js';
import { createSimFlash, type FlashFaults, type SimFlash } from '../../hw-sim/sim-flash.js';

const sizeBytes = 65_536;

interface Rig {
  readonly card: SimFlash;
  run(): void;
}

const createRig = (): Rig => {
  const due: (() => void)[] = [];
  let dice = 0;
  /* A fixed, uneven row of numbers is chance enough here. */
  const random = (): number => {
    dice = (dice * 7 + 3) % 101;
    return dice / 101;
  };
  const card = createSimFlash({ after: (_delayMs, callback) => void due.push(callback), random });
  return {
    card,
    run: () => {
      for (let next = due.shift(); next !== undefined; next = due.shift()) next();
    },
  };
};

const open = ({ card, run }: Rig, create = true): FlashVolume | HostError => {
  let answer: FlashVolume | HostError | undefined;
  card.open({ name: 'a', sizeBytes, create }, (error, volume) => {
    answer = error ?? volume;
  });
  run();
  if (answer === undefined) throw new Error('no answer');
  return answer;
};

const mustOpen = (rig: Rig): FlashVolume => {
  const opened = open(rig);
  if (opened instanceof Error) throw opened;
  return opened;
};

const write = (rig: Rig, volume: FlashVolume, offset: number, value: number): string => {
  let answer = 'silence';
  volume.write(offset, new Uint8Array(4096).fill(value), (error) => {
    answer = error?.code ?? 'done';
  });
  rig.run();
  return answer;
};

const sync = (rig: Rig, volume: FlashVolume): string => {
  let answer = 'silence';
  volume.sync((error) => {
    answer = error?.code ?? 'done';
  });
  rig.run();
  return answer;
};

const byteAt = (rig: Rig, volume: FlashVolume, offset: number, how: 'read' | 'readBack' = 'read'): number | string => {
  let answer: number | string = 'silence';
  volume[how](offset, 1, (error, bytes) => {
    answer = error?.code ?? bytes?.[0] ?? 'nothing';
  });
  rig.run();
  return answer;
};

const cutTo = (fate: 'old' | 'new' | 'shorn') => ({ fate: () => fate, collateral: 'none' as const });

describe('createSimFlash', () => {
  it('never answers inside the call', () => {
    const { card } = createRig();
    let answered = false;
    card.open({ name: 'a', sizeBytes, create: true }, () => {
      answered = true;
    });
    assert.equal(answered, false);
  });

  it('has only volumes that were created, and keeps them', () => {
    const rig = createRig();
    const missing = open(rig, false);
    assert.equal(missing instanceof Error && missing.code, 'absent');
    mustOpen(rig).close();
    assert.ok(!(open(rig, false) instanceof Error));
  });

  it('keeps what was flushed, and of the rest what the cut says', () => {
    for (const [fate, expected] of [
      ['old', 1],
      ['new', 2],
    ] as const) {
      const rig = createRig();
      const volume = mustOpen(rig);
      write(rig, volume, 0, 1);
      sync(rig, volume);
      write(rig, volume, 0, 2);
      write(rig, volume, 8192, 3);
      assert.equal(rig.card.unflushedSectors(), 16);
      rig.card.powerCut(cutTo(fate));
      const again = mustOpen(rig);
      assert.equal(byteAt(rig, again, 0), expected);
      assert.equal(byteAt(rig, again, 8192), fate === 'old' ? 0 : 3);
    }
  });

  it('makes a write durable in one step, which a cut may still catch on its way', () => {
    const rig = createRig();
    const volume = mustOpen(rig);
    let answers = 0;
    const bytes = new Uint8Array(4096).fill(9);
    volume.writeDurably(0, bytes, (error) => {
      assert.equal(error, undefined);
      answers += 1;
    });
    const early = rig.card.copy();
    early.powerCut(cutTo('old'));
    assert.equal(early.image('a')?.[0], 0);
    rig.run();
    assert.equal(answers, 1);
    assert.equal(rig.card.unflushedSectors(), 0);
    assert.equal(rig.card.image('a')?.[0], 9);
  });

  it('cuts within a page, sector by sector', () => {
    const rig = createRig();
    const volume = mustOpen(rig);
    write(rig, volume, 4096, 5);
    rig.card.powerCut({ fate: (index) => (index % 2 === 0 ? 'new' : 'old'), collateral: 'none' });
    const image = rig.card.image('a') ?? new Uint8Array();
    assert.deepEqual(
      Array.from({ length: 8 }, (_, sector) => image[4096 + sector * 512]),
      [5, 0, 5, 0, 5, 0, 5, 0],
    );
  });

  for (const [collateral, spanBytes] of [
    ['page', 16_384],
    ['block', 65_536],
    ['volume', sizeBytes],
  ] as const) {
    it(`may lose the ${collateral} around a write that was cut, and nothing when nothing was written`, () => {
      const rig = createRig();
      const volume = mustOpen(rig);
      for (let offset = 0; offset < sizeBytes; offset += 4096) write(rig, volume, offset, 1);
      sync(rig, volume);
      const idle = rig.card.copy();
      idle.powerCut({ fate: () => 'old', collateral });
      assert.ok(idle.image('a')?.every((byte) => byte === 1));
      write(rig, volume, 20_480, 2);
      rig.card.powerCut({ fate: () => 'old', collateral });
      const image = rig.card.image('a') ?? new Uint8Array();
      const start = Math.floor(20_480 / spanBytes) * spanBytes;
      for (let offset = 0; offset < sizeBytes; offset += 4096) {
        const inside = offset >= start && offset < start + spanBytes;
        assert.equal(image[offset] === 1 && image[offset + 1] === 1, !inside, `at ${offset}`);
      }
    });
  }

  it('keeps the cache when only the process dies, and no longer answers that process', () => {
    const rig = createRig();
    const volume = mustOpen(rig);
    write(rig, volume, 0, 4);
    rig.card.processCrash();
    assert.equal(sync(rig, volume), 'silence');
    const again = mustOpen(rig);
    assert.equal(byteAt(rig, again, 0), 4);
    assert.equal(byteAt(rig, again, 0, 'readBack'), 0);
    rig.card.powerCut(cutTo('old'));
    assert.equal(byteAt(rig, mustOpen(rig), 0), 0);
  });

  it('shows a forgotten write to a reader and not to one past the cache, until the power goes', () => {
    const rig = createRig();
    const volume = mustOpen(rig);
    rig.card.faults.forgets = true;
    write(rig, volume, 0, 6);
    assert.equal(sync(rig, volume), 'done');
    assert.equal(byteAt(rig, volume, 0), 6);
    assert.equal(byteAt(rig, volume, 0, 'readBack'), 0);
    rig.card.powerCut();
    assert.equal(byteAt(rig, mustOpen(rig), 0), 0);
  });

  it('reports success at the flush after a failed one, as Linux does', () => {
    const rig = createRig();
    const volume = mustOpen(rig);
    for (let offset = 0; offset < sizeBytes; offset += 4096) write(rig, volume, offset, 7);
    rig.card.faults.io = true;
    assert.equal(sync(rig, volume), 'io');
    rig.card.faults.io = false;
    assert.equal(sync(rig, volume), 'done');
    const image = rig.card.image('a') ?? new Uint8Array();
    assert.ok(image.includes(0) && image.includes(7), 'a part of it, not more');
  });

  const refusals: readonly (readonly [string, (faults: FlashFaults) => void, string])[] = [
    ['a read-only card', (faults) => Object.assign(faults, { readOnly: true }), 'readOnly'],
    ['a failing card', (faults) => Object.assign(faults, { io: true }), 'io'],
    ['a card that was pulled', (faults) => faults.missing.add('a'), 'disconnected'],
  ];
  for (const [name, fault, code] of refusals) {
    it(`refuses a write to ${name}`, () => {
      const rig = createRig();
      const volume = mustOpen(rig);
      fault(rig.card.faults);
      assert.equal(write(rig, volume, 0, 1), code);
    });
  }

  it('has no space for a new volume when full, but space in an old one', () => {
    const rig = createRig();
    rig.card.faults.full = true;
    const refused = open(rig);
    assert.equal(refused instanceof Error && refused.code, 'full');
    rig.card.faults.full = false;
    const volume = mustOpen(rig);
    rig.card.faults.full = true;
    assert.equal(write(rig, volume, 0, 1), 'done');
  });

  it('can be copied, and the copies are independent', () => {
    const rig = createRig();
    const volume = mustOpen(rig);
    write(rig, volume, 0, 8);
    const copy = rig.card.copy();
    copy.powerCut(cutTo('old'));
    rig.card.powerCut(cutTo('new'));
    assert.equal(copy.image('a')?.[0], 0);
    assert.equal(rig.card.image('a')?.[0], 8);
  });

  it('flips single bits', () => {
    const rig = createRig();
    mustOpen(rig);
    rig.card.flipBit('a', 8 * 5_000 + 3);
    assert.equal(rig.card.image('a')?.[5_000], 8);
    rig.card.flipBit('a', 8 * 5_000 + 3);
    assert.equal(rig.card.image('a')?.[5_000], 0);
  });

  it('lets a volume be open once', () => {
    const rig = createRig();
    const volume = mustOpen(rig);
    const second = open(rig);
    assert.equal(second instanceof Error && second.code, 'busy');
    volume.close();
    assert.ok(!(open(rig) instanceof Error));
  });
});
