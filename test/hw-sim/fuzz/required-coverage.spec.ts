import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { missingCoverage } from '../../../hw-sim/fuzz/required-coverage.js';

/* The compiled spec is in `dist/test/hw-sim/fuzz`. */
const FLOWS = fileURLToPath(new URL('../../../../flows/', import.meta.url));

describe('the coverage that a long fuzz has to reach', () => {
  const required = missingCoverage(new Map());

  it('names only reasons for which the flow ignores an input', () => {
    const flows = readdirSync(FLOWS).map((file) => readFileSync(`${FLOWS}${file}`, 'utf8'));
    const reasons = required.flatMap((name) => /^ignored \w+: (.+)$/.exec(name)?.[1] ?? []);
    assert.ok(reasons.length >= 5, `only ${reasons.length} reasons`);
    const unknown = reasons.filter((reason) => !flows.some((text) => text.includes(`'${reason}'`)));
    assert.deepEqual(unknown, [], 'no long run can reach these');
  });
});
