import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type DocumentOp,
  diffDocument,
  foldDocument,
  type Json,
  replayDocument,
} from '../../../../firmware/journal/store/document.js';

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
/* Few keys, so that two documents have some in common. */
const document = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    json,
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', ''), tie('node'), { noNullPrototype: true }),
  ),
})).node;

const asJson = (value: Json): Json => JSON.parse(JSON.stringify(value));

describe('document', () => {
  it('is led by its difference to the next document, folded or replayed', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const ops = asJson(diffDocument(before, after) as unknown as Json) as unknown as readonly DocumentOp[];
        assert.deepEqual(asJson(ops.reduce(foldDocument, before)), asJson(after));
        assert.deepEqual(asJson(replayDocument(asJson(before), ops)), asJson(after));
      }),
    );
  });

  it('replays as it folds, also changes of what a change put there', () => {
    fc.assert(
      fc.property(document, fc.array(document, { maxLength: 5 }), (first, others) => {
        const ops = [first, ...others].flatMap((each, index, all) => diffDocument(all[index - 1] ?? null, each));
        for (const op of ops) Object.freeze('put' in op ? op.put : op);
        assert.deepEqual(asJson(replayDocument(null, ops)), asJson(ops.reduce(foldDocument, null)));
      }),
    );
  });

  it('tells only what changed', () => {
    const kept = { deep: { list: [1, 2] } };
    const before = { kept, sales: { one: { open: true, amount: 5 }, two: { open: true, amount: 6 } }, gone: 1 };
    const after = { kept, sales: { ...before.sales, one: { ...before.sales.one, open: false } } };
    assert.deepEqual(diffDocument(before, after), [{ at: ['gone'] }, { at: ['sales', 'one', 'open'], put: false }]);
    assert.deepEqual(diffDocument(before, structuredClone(before)), []);
  });

  it('leaves unchanged parts the same objects', () => {
    const before = { one: { value: 1 }, two: { value: 2 } };
    const after = foldDocument(before, { at: ['two', 'value'], put: 3 });
    assert.ok(typeof after === 'object' && after !== null && 'one' in after);
    assert.equal(after.one, before.one);
  });
});
