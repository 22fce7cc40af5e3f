import assert from 'node:assert/strict';
import { processZoneOffset } from '../../../drivers/linux/process-zone-offset.js';
import { createTimeZone } from '../../../firmware/clock/time-zone.js';

const INSTANTS = ['1970-01-01', '1999-07-01', '2026-01-15', '2026-07-15', '2026-03-29T00:59:59', '2026-03-29T01:00:00'];

describe('the offset of the process’s time zone', () => {
  const before = process.env.TZ;

  after(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  it('is that of a formatter of dates in every zone', () => {
    const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC'];
    assert.ok(zones.length > 400);
    for (const zone of zones) {
      const [offset, wanted] = [processZoneOffset(zone), createTimeZone(zone)];
      for (const instant of INSTANTS) {
        const wallMs = Date.parse(`${instant}${instant.includes('T') ? '' : 'T12:00:00'}Z`);
        /* Half a minute more, long ago, is cut off by the one and rounded by the other. */
        assert.equal(Math.trunc(offset?.(wallMs) ?? Number.NaN), wanted(wallMs), `${zone} at ${instant}`);
      }
    }
  });

  it('is left to others where the name is none of the usual ones', () => {
    for (const name of ['asia/shanghai', 'Asia/Nowhere', 'GMT0', '']) assert.equal(processZoneOffset(name), undefined);
  });
});
