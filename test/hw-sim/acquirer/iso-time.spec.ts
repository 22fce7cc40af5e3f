import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatHttpDate, formatIsoTime, parseIsoTime } from '../../../hw-sim/acquirer/iso-time.js';

const seconds = fc.integer({ min: Date.UTC(1970, 0, 1) / 1_000, max: Date.UTC(2200, 0, 1) / 1_000 });

describe('ISO times of the acquirer', () => {
  it('agree with Date for every second and offset', () => {
    fc.assert(
      fc.property(seconds, fc.integer({ min: -840, max: 840 }), (second, offset) => {
        const text = formatIsoTime(second * 1_000, offset);
        assert.equal(Date.parse(text), second * 1_000, text);
        assert.equal(parseIsoTime(text), second * 1_000, text);
        assert.equal(formatHttpDate(second * 1_000), new Date(second * 1_000).toUTCString());
      }),
    );
  });

  for (const [text, expected] of [
    ['2020-06-11T13:35:02+08:00', Date.UTC(2020, 5, 11, 5, 35, 2)],
    ['2020-06-11T13:35:02.125Z', Date.UTC(2020, 5, 11, 13, 35, 2, 125)],
    ['2020-02-29T00:00:00Z', Date.UTC(2020, 1, 29)],
    ['2021-02-29T00:00:00Z', undefined],
    ['2020-13-01T00:00:00Z', undefined],
    ['2020-06-11T24:00:00Z', undefined],
    ['2020-06-11T13:35+08:00', undefined],
    ['2020-06-11T13:35:02', undefined],
    ['2020-06-11 13:35:02Z', undefined],
    ['', undefined],
  ] as const) {
    it(`reads ${JSON.stringify(text)} as ${expected}`, () => assert.equal(parseIsoTime(text), expected));
  }
});
