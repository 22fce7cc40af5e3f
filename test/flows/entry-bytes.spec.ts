import assert from 'node:assert/strict';
import fc from 'fast-check';
import { entryBytes } from '../../flows/entry-bytes.js';

describe('the size of an entry', () => {
  it('is its size in a JSON object, with the comma, in any script', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, fc.integer(), (id, description, number) => {
        const entry = { description, number };
        assert.equal(
          entryBytes(id, entry),
          Buffer.byteLength(JSON.stringify({ x: 0, [id]: entry })) - '{"x":0}'.length,
        );
      }),
    );
    assert.equal(entryBytes('s1', { text: 'é咖🙂' }), '"s1":{"text":""},'.length + 2 + 3 + 4);
  });
});
