import assert from 'node:assert/strict';
import { currencyNumberOf } from '../../../firmware/devices/currency-number-of.js';
import { minorUnits } from '../../../flows/minor-units.js';

/** ISO 4217, list one. */
const NUMBERS = {
  AUD: 36,
  BDT: 50,
  BRL: 986,
  CAD: 124,
  CLP: 152,
  CNY: 156,
  EUR: 978,
  GBP: 826,
  HKD: 344,
  IDR: 360,
  JPY: 392,
  KRW: 410,
  MOP: 446,
  MXN: 484,
  MYR: 458,
  NZD: 554,
  PEN: 604,
  PHP: 608,
  PKR: 586,
  PLN: 985,
  SGD: 702,
  THB: 764,
  TWD: 901,
  USD: 840,
  VND: 704,
};

describe('currencyNumberOf', () => {
  it('has the number of every currency that can be configured', () => {
    const numbers = Object.fromEntries(Object.keys(minorUnits).map((code) => [code, currencyNumberOf(code)]));
    assert.deepEqual(numbers, NUMBERS);
  });

  for (const name of ['XXX', 'cny', '', 'constructor', '__proto__']) {
    it(`refuses '${name}'`, () => {
      assert.throws(() => currencyNumberOf(name), new Error(`no ISO 4217 number for ${name}`));
    });
  }
});
