import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ReversalView } from '../../../../firmware/api/output-schemas.js';
import { presentReversal } from '../../../../firmware/api/present-reversal.js';
import { pickReversal, shortIds } from '../../../../firmware/commands/queue/pick-reversal.js';
import { createReadyDrive, startPaying } from '../../../flows/drive.js';

function viewsOf(ids: readonly string[]): ReversalView[] {
  const drive = createReadyDrive();
  startPaying(drive);
  drive.feed({ type: 'keyPressed', key: '*' });
  return ids.map((reversalId) => presentReversal({ ...drive.reversal(), reversalId }));
}

const SECOND = 'c20261123201530';
const [FIRST, OTHER] = [`${SECOND}0000471112500000011234`, `${SECOND}0000471112500000021234`];

describe('picking a reversal', () => {
  const PICKS: readonly [typed: string, among: readonly string[], found: string | RegExp][] = [
    [FIRST, [FIRST, OTHER], FIRST],
    [FIRST, [`${FIRST}-2`, FIRST], FIRST],
    [`${FIRST}-`, [`${FIRST}-2`, FIRST], `${FIRST}-2`],
    ['c', [FIRST], FIRST],
    [SECOND, [FIRST, OTHER], /^2 reversals begin so/],
    ['r', [FIRST, OTHER], /^no reversal's id begins with "r"/],
    ['x'.repeat(41), [FIRST], new RegExp(`^no reversal's id begins with "${'x'.repeat(40)}…"`)],
    ['x'.repeat(40), [FIRST], new RegExp(`^no reversal's id begins with "${'x'.repeat(40)}"`)],
    [
      'c',
      Array.from({ length: 7 }, (_, i) => `c${i}`),
      /^7 reversals begin so; say more of the id:\n {2}c0(\n {2}c\d){4}$/,
    ],
  ];
  for (const [typed, among, found] of PICKS) {
    it(`${typed} among ${among.length}: ${found}`, () => {
      const pick = () => pickReversal(viewsOf(among), typed);
      if (typeof found === 'string') assert.equal(pick().reversalId, found);
      else assert.throws(pick, { name: 'QueueError', message: found });
    });
  }

  it('finds each by the short id that is shown for it, which no other has', () => {
    const id = fc.stringMatching(/^[cr]2026112320153[01][01]{0,4}(-2)?$/);
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 12 }), (ids) => {
        const views = viewsOf(ids);
        const short = shortIds(views);
        assert.equal(short.size, ids.length);
        for (const reversalId of ids) {
          const shown = short.get(reversalId) ?? '';
          assert.equal(pickReversal(views, shown).reversalId, reversalId);
          assert.ok(shown === reversalId || shown.length >= 15, `${shown} is too short to stay unambiguous`);
          const shorter = shown.slice(0, -1);
          const shared = ids.filter((one) => one.startsWith(shorter)).length > 1;
          assert.ok(shown.length === 15 || shown === reversalId || shared, `${shown} is longer than it has to be`);
        }
      }),
    );
  });
});
