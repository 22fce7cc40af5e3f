import assert from 'node:assert/strict';
import fc from 'fast-check';
import { closestName } from '../../../firmware/config/closest-name.js';
import { variables } from '../../../firmware/config/variables.js';

const names = Object.keys(variables);
const letters = [...new Set(names.join(''))].sort();

/** One letter more, less or another. */
const edit = fc.record({
  at: fc.nat(80),
  kind: fc.constantFrom('add', 'drop', 'change'),
  letter: fc.constantFrom(...letters),
});

function edited(name: string, edits: readonly { at: number; kind: string; letter: string }[]): string {
  return edits.reduce((text, { at, kind, letter }) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + (kind === 'drop' ? '' : letter) + text.slice(kind === 'add' ? from : from + 1);
  }, name);
}

describe('the closest name', () => {
  for (const mostEdits of [1, 2] as const) {
    it(`is found for each of our variables after ${mostEdits} edits, in any case`, () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...names),
          fc.array(edit, { maxLength: mostEdits }),
          fc.boolean(),
          (name, edits, small) => {
            const text = edited(name, edits);
            const found = closestName(small ? text.toLowerCase() : text, names, mostEdits);
            assert.ok(found !== undefined, text);
            /* Another name may be as close. */
            if (found !== name) assert.ok(closestName(text, [found], mostEdits) === found);
          },
        ),
        { numRuns: 2_000 },
      );
    });
  }

  it('is the one with the fewest edits', () => {
    assert.equal(closestName('MERCHANT_NAMES', ['MERCHANT_MCC', 'MERCHANT_NAME'], 2), 'MERCHANT_NAME');
    assert.equal(closestName('AB', ['ABCD', 'ABC', 'A'], 2), 'ABC');
  });

  it('is none where more would have to change', () => {
    assert.equal(closestName('MERCHANT', names, 2), undefined);
    assert.equal(closestName('PANEL_XYZDY_PIN', ['PANEL_READY_PIN'], 2), undefined);
    assert.equal(closestName('BALENA_HOST_OS_VERSION', names, 2), undefined);
    assert.equal(closestName('API_PORT'.padEnd(65, 'X'), ['API_PORT'.padEnd(65, 'X')], 2), undefined);
  });
});
