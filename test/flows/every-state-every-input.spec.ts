import assert from 'node:assert/strict';
import type { Step } from '../../flows/step.js';
import { effectWords, recordWords } from './builders.js';
import { type Expectation, type Row, SALE_TABLE } from './sale-table.js';
import { decide, type InputCase, SITUATIONS, type Situation } from './situations.js';

describe('every state and every input', () => {
  for (const [situation, row] of Object.entries(SALE_TABLE) as [Situation, Row][]) {
    describe(situation, () => {
      for (const [name, expected] of Object.entries(row) as [InputCase, Expectation][]) {
        it(`${name}: ${told(expected)}`, () => {
          const drive = SITUATIONS[situation]();
          const before = drive.state;
          const saleId = Object.keys(before.book.sales).at(-1);
          const decision = decide(drive, name);

          const id = saleId ?? Object.keys(decision.state.book.sales).at(-1) ?? 'none';
          const was = before.book.sales[id]?.state;
          const is = decision.state.book.sales[id]?.state;
          assert.deepEqual(
            { to: is, records: recordWords(decision), effects: effectWords(decision), ignored: decision.ignored },
            { to: expected.to ?? was, records: expected.records, effects: expected.effects, ignored: expected.ignored },
          );
          checkAnswer(decision, name, id, expected);
          if (expected.ignored === undefined) return;
          assert.equal(decision.state.book, before.book);
          assert.equal(decision.state.live.notice, before.live.notice);
        });
      }
    });
  }
});

/** The caller is answered about the sale or reversal that it asked about. */
function checkAnswer({ state, effects }: Step, name: InputCase, saleId: string, { effects: words }: Expectation): void {
  const answer = effects.find((effect) => effect.type === 'answerCall')?.answer;
  const reversalId = Object.keys(state.book.reversals).at(-1);
  const newest = Object.keys(state.book.sales).at(-1);
  const created = words.includes('/created');
  switch (answer?.kind) {
    case 'sale':
      return assert.deepEqual(answer, { kind: 'sale', saleId: created ? newest : saleId, created });
    case 'reversal':
      return assert.deepEqual(answer, { kind: 'reversal', reversalId, created });
    case 'notFound':
      return assert.equal(answer.what, name.startsWith('reversal') ? 'reversal' : 'sale');
  }
}

function told({ to, records, effects, ignored }: Expectation): string {
  if (ignored !== undefined) return `ignored, "${ignored}"`;
  return [to ?? 'stays', records, effects].filter((word) => word !== '').join(' · ');
}
