import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CANARIES } from './canaries.js';

describe('canaries of the fuzz', () => {
  for (const { name, file, find } of CANARIES) {
    it(`find the one place of '${name}' in the build`, () => {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      assert.equal(text.split(find).length - 1, 1, `${find} in ${file}`);
    });
  }
});
