import assert from 'node:assert/strict';
import fc from 'fast-check';
import { civilTime, digitsTime, isoTime, nextDayAt, readableTime } from '../../flows/civil-time.js';

/** Years 0001 to 9999, where ISO 8601 has four digits, at every offset in use. */
const instant = fc.integer({ min: Date.UTC(1, 0, 2), max: Date.UTC(9999, 11, 30) });
const offset = fc.integer({ min: -12 * 60, max: 14 * 60 });

describe('civil time', () => {
  it('reads the calendar as the platform does', () => {
    fc.assert(
      fc.property(instant, offset, (wallMs, utcOffsetMinutes) => {
        const local = new Date(wallMs + utcOffsetMinutes * 60_000);
        assert.deepEqual(civilTime(wallMs, utcOffsetMinutes), {
          year: local.getUTCFullYear(),
          month: local.getUTCMonth() + 1,
          day: local.getUTCDate(),
          hour: local.getUTCHours(),
          minute: local.getUTCMinutes(),
          second: local.getUTCSeconds(),
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('reads the days around the end of February of every year that may have a leap day', () => {
    for (let year = 0; year <= 9996; year += 4) {
      for (const day of [28, 29, 30]) {
        const at = new Date(0);
        at.setUTCFullYear(year, 1, day);
        const { year: read, month, day: readDay } = civilTime(at.getTime(), 0);
        assert.deepEqual([read, month, readDay], [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()]);
      }
    }
  });

  it('reads what Intl reads in a zone', () => {
    const zone = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Asia/Shanghai',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) }), (wallMs) => {
        assert.equal(readableTime(wallMs, 480), zone.format(new Date(wallMs)));
      }),
    );
  });

  it('writes ISO 8601 that reads back as the same second', () => {
    fc.assert(
      fc.property(instant, offset, (wallMs, utcOffsetMinutes) => {
        const text = isoTime(wallMs, utcOffsetMinutes);
        assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
        assert.equal(Date.parse(text), Math.floor(wallMs / 1000) * 1000);
      }),
    );
  });

  it('writes four digits of a year, and a sign before no offset', () => {
    const early = Date.UTC(2026, 0) - 63_113_904_000_000;
    assert.equal(digitsTime(early, 0).slice(0, 4), '0026');
    assert.equal(readableTime(early, 0).slice(0, 5), '0026-');
    assert.equal(isoTime(0, 0), '1970-01-01T00:00:00+00:00');
  });

  it('writes digits only, in the order of time', () => {
    assert.equal(digitsTime(Date.UTC(2026, 10, 23, 12, 15, 30), 480), '20261123201530');
    fc.assert(
      fc.property(instant, instant, (a, b) => {
        const [first, second] = [digitsTime(a, 0), digitsTime(b, 0)];
        assert.match(first, /^\d{14}$/);
        if (Math.floor(a / 1000) < Math.floor(b / 1000)) assert.ok(first < second);
      }),
    );
  });

  for (const [name, paid, end] of [
    ['at noon', '2026-11-23T12:00:00+08:00', '2026-11-24T00:15:00+08:00'],
    ['a second before midnight', '2026-11-23T23:59:59+08:00', '2026-11-24T00:15:00+08:00'],
    ['at midnight', '2026-11-24T00:00:00+08:00', '2026-11-25T00:15:00+08:00'],
    ['before the quarter past', '2026-11-24T00:10:00+08:00', '2026-11-25T00:15:00+08:00'],
    ['on the last day of a leap February, told in UTC', '2028-02-29T15:59:59Z', '2028-03-01T00:15:00+08:00'],
  ] as const) {
    it(`ends the period of a payment made ${name}`, () => {
      assert.equal(nextDayAt(Date.parse(paid), 15, 480), Date.parse(end));
    });
  }
});
