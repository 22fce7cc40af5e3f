import assert from 'node:assert/strict';
import { readOnlyLow } from '../../../firmware/journal/read-only-low.js';

describe('readOnlyLow', () => {
  it('shows what was read, and cannot be changed or written', async () => {
    const db = readOnlyLow({ sales: { one: { amount: 5 } } });
    assert.throws(() => Object.assign(db.data.sales.one, { amount: 6 }), TypeError);
    await assert.rejects(db.write(), { code: 'readOnly' });
    await assert.rejects(
      db.update((book) => {
        book.sales = { one: { amount: 6 } };
      }),
      TypeError,
    );
    await db.read();
    assert.deepEqual(db.data, { sales: { one: { amount: 5 } } });
  });
});
