import assert from 'node:assert/strict';
import { watchCardMarks } from '../../../firmware/journal/watch-card-marks.js';

describe('the marks of a known card', () => {
  it('warn of each place that cannot be written, and say what to set', () => {
    const warnings: string[] = [];
    const unexpected = (): never => assert.fail('only warnings are expected');
    watchCardMarks({
      marks: { read: () => [], write: () => ['/data.card-mark: EACCES'] },
      storeId: 'f215fb1a261ef105',
      clock: { monotonicMs: () => 0, wallMs: () => 0, after: unexpected },
      log: {
        debug: unexpected,
        info: unexpected,
        error: unexpected,
        warn: (message, fields) => warnings.push(`${message} ${JSON.stringify(fields)}`),
      },
      doubted: (doubted) => assert.equal(doubted, false),
    });
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /^the card cannot be marked as known .*\/data\.card-mark: EACCES.*set CARD_MARK_FILE/,
    );
  });
});
