import assert from 'node:assert/strict';
import { presentReversal } from '../../../../firmware/api/present-reversal.js';
import { presentSale } from '../../../../firmware/api/present-sale.js';
import type { QueueSource, Settlement } from '../../../../firmware/commands/queue/queue-source.js';
import { workOnQueue } from '../../../../firmware/commands/queue/work-on-queue.js';
import { createReadyDrive, startPaying } from '../../../flows/drive.js';

function createSource(troubles: readonly string[] = []) {
  const drive = createReadyDrive();
  startPaying(drive);
  drive.feed({ type: 'keyPressed', key: '*' });
  const open = presentReversal({ ...drive.reversal(), reversalId: 'c1' });
  const done = presentReversal({ ...drive.reversal(), reversalId: 'c2', saleId: 'gone', state: 'finished' });
  const sale = presentSale(drive.state.book, drive.sale(), 'en');
  const calls: (string | Settlement)[][] = [];
  const source: QueueSource = {
    from: 'card',
    about: { place: '/data' },
    troubles,
    reversals: () => Promise.resolve([open, done]),
    cutOff: () => Promise.resolve([]),
    sales: () => Promise.resolve([sale]),
    sale: (saleId) => Promise.resolve(saleId === sale.saleId ? sale : undefined),
    retry: (id) => {
      calls.push(['retry', id]);
      return Promise.resolve(open);
    },
    settle: (id, settlement) => {
      calls.push(['settle', id, settlement]);
      return Promise.resolve({ ...open, state: 'finished' });
    },
  };
  return { source, open, done, sale, calls };
}

async function work(
  fixture: ReturnType<typeof createSource>,
  order: Parameters<typeof workOnQueue>[1],
): Promise<string> {
  let out = '';
  await workOnQueue(fixture.source, order, (text) => {
    out += text;
  });
  return out;
}

describe('work on the queue', () => {
  it('lists what waits, and with all also what is finished', async () => {
    const fixture = createSource();
    const { open, done } = fixture;
    const list = async (all: boolean) => JSON.parse(await work(fixture, { action: 'list', all, json: true }));
    assert.deepEqual(await list(false), { from: 'card', troubles: [], reversals: [open], cutOff: [] });
    assert.deepEqual(await list(true), { from: 'card', troubles: [], reversals: [open, done], cutOff: [] });
    assert.match(await work(fixture, { action: 'list', all: false, json: false }), /\nc1 .*\n1 waiting\n$/);
    assert.match(await work(fixture, { action: 'list', all: true, json: false }), /\nc1 .*\nc2 .*\n1 waiting\n$/);
  });

  it('says in a list why that may not be all', async () => {
    const fixture = createSource(['a part cannot be read']);
    const { troubles } = JSON.parse(await work(fixture, { action: 'list', all: false, json: true }));
    assert.deepEqual(troubles, ['a part cannot be read']);
  });

  it('shows one, with its sale where that is still kept', async () => {
    const fixture = createSource();
    const { open, done, sale } = fixture;
    const show = async (id: string) => JSON.parse(await work(fixture, { action: 'show', id, json: true }));
    assert.deepEqual(await show('c1'), { from: 'card', reversal: open, sale });
    assert.deepEqual(await show('c2'), { from: 'card', reversal: done });
  });

  it('retries and settles the one that was meant, and shows what it is then', async () => {
    const fixture = createSource();
    const settlement = { by: 'Ada', note: 'cash' };
    assert.match(await work(fixture, { action: 'retry', id: 'c1', json: false }), /^reversal +c1\nstate +open\n/);
    const settled = await work(fixture, { action: 'settle', id: 'c1', settlement, json: false });
    assert.match(settled, /^reversal +c1\nstate +finished\n/);
    assert.deepEqual(fixture.calls, [
      ['retry', 'c1'],
      ['settle', 'c1', settlement],
    ]);
  });
});
