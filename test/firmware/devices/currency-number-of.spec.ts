import assert from 'node:assert/strict';
import { currencyNumberOf } from '../../../firmware/devices/currency-number-of.js';
import { minorUnits } from '../../../flows/minor-units.js';

describe('currencyNumberOf', () => {
  it('knows every currency that can be configured, each by a number of its own', () => {
    const numbers = Object.keys(minorUnits).map(currencyNumberOf);
    assert.equal(new Set(numbers).size, numbers.length);
    assert.ok(numbers.every((number) => number > 0 && number < 1000));
    assert.equal(currencyNumberOf('CNY'), 156);
  });

  it('guesses none', () => {
    assert.throws(() => currencyNumberOf('XXX'), /no ISO 4217 number for XXX/);
  });
});
