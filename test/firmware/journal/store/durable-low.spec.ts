import assert from 'node:assert/strict';
import { type OpenedLow, openDurableLow, readOnlyLow } from '../../../../firmware/journal/store/durable-low.js';
import { createFlashRig, type FlashRig, ledgerOptions } from './flash-rig.js';

type Book = { readonly sales: { readonly [id: string]: { readonly amount: number } } };

const openBook = async (rig: FlashRig): Promise<OpenedLow<Book>> => {
  const { fold: _fold, ...options } = ledgerOptions(rig);
  const opening = openDurableLow<Book>({ ...options, empty: { sales: {} } });
  rig.run();
  return opening;
};

const addSale =
  (id: string, amount: number) =>
  (book: Book): Book => ({ ...book, sales: { ...book.sales, [id]: { amount } } });

describe('DurableLow', () => {
  it('finds after a restart what was written', async () => {
    const rig = createFlashRig(1);
    const { db, store } = await openBook(rig);
    const updated = db.update(addSale('one', 5));
    rig.run();
    await updated;
    db.data = { ...db.data, sales: { ...db.data.sales, two: { amount: 6 } } };
    const written = db.write();
    rig.run();
    await written;
    store.close();
    const again = await openBook(rig);
    assert.deepEqual(again.db.data, { sales: { one: { amount: 5 }, two: { amount: 6 } } });
    assert.equal(again.report.replayedOperations, 2);
  });

  it('refuses a change in place, which would otherwise be missed', async () => {
    const rig = createFlashRig(2);
    const { db } = await openBook(rig);
    const updated = db.update(addSale('one', 5));
    rig.run();
    await updated;
    assert.throws(() => Object.assign(db.data.sales.one ?? {}, { amount: 1 }), TypeError);
  });

  it('resolves each write when it is durable, with the newest data', async () => {
    const rig = createFlashRig(3);
    const { db, store } = await openBook(rig);
    const updates = [1, 2, 3].map((amount) => db.update(addSale(`sale-${amount}`, amount)));
    assert.deepEqual(store.state, { sales: {} });
    rig.run();
    await Promise.all(updates);
    assert.deepEqual(Object.keys(store.state.sales), ['sale-1', 'sale-2', 'sale-3']);
    assert.equal(store.status.flushes, 2);
  });

  it('goes back to what the flash holds when a write fails', async () => {
    const rig = createFlashRig(4);
    const { db } = await openBook(rig);
    const updated = db.update(addSale('one', 5));
    rig.run();
    await updated;
    rig.card.faults.io = true;
    const failing = assert.rejects(db.update(addSale('two', 6)), { name: 'StoreError', code: 'io' });
    rig.run();
    await failing;
    assert.deepEqual(db.data, { sales: { one: { amount: 5 } } });
  });

  it('rejects with the reason when it cannot open', async () => {
    const rig = createFlashRig(5);
    rig.card.faults.full = true;
    await assert.rejects(openBook(rig), { name: 'StoreError', code: 'full' });
  });

  it('cannot be written when it was read from a card', async () => {
    const db = readOnlyLow({ sales: { one: { amount: 5 } } });
    await assert.rejects(
      db.update((book) => ({ sales: { ...book.sales, one: { amount: 6 } } })),
      { code: 'readOnly' },
    );
    await db.read();
    assert.deepEqual(db.data, { sales: { one: { amount: 5 } } });
  });
});
