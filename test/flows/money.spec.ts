import assert from 'node:assert/strict';
import fc from 'fast-check';
import { minorUnits } from '../../flows/minor-units.js';
import {
  formatMoney,
  isMoneyValue,
  isPayable,
  parseMoney,
  sameMoney,
  subtractMoney,
  typedMoney,
} from '../../flows/money.js';
import { cny } from './builders.js';

const value = fc.bigInt({ min: 1n, max: 9_999_999_999_999_999n });

describe('money', () => {
  for (const good of ['1', '10', '1250', '9'.repeat(16)]) {
    it(`takes ${good} as a value`, () => assert.equal(isMoneyValue(good), true));
  }
  for (const bad of ['', '0', '-1', '+1', '01', '1.5', '1e3', ' 1', '1\n', '١', '9'.repeat(17)]) {
    it(`refuses ${JSON.stringify(bad)} as a value`, () => assert.equal(isMoneyValue(bad), false));
  }

  it('is the same only in amount and currency', () => {
    assert.equal(sameMoney(cny('1250'), cny('1250')), true);
    assert.equal(sameMoney(cny('1250'), cny('1251')), false);
    assert.equal(sameMoney(cny('1250'), { currency: 'JPY', value: '1250' }), false);
  });

  it('subtracts exactly, beyond what a float holds, and never below nothing', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const rest = subtractMoney(cny(`${a}`), cny(`${b}`));
        assert.deepEqual(rest, a < b ? undefined : cny(`${a - b}`));
      }),
    );
    assert.equal(subtractMoney(cny('5'), { currency: 'JPY', value: '1' }), undefined);
  });

  /** Currencies whose decimals in the acquirer's table are not used in practice. */
  const ITS_OWN: Readonly<Record<string, number>> = { IDR: 2, PKR: 2 };
  for (const [currency, decimals] of Object.entries(minorUnits)) {
    it(`has ${decimals} decimals in ${currency}, as the platform's tables say`, () => {
      const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
      assert.equal(decimals, ITS_OWN[currency] ?? maximumFractionDigits);
    });
  }

  for (const [currency, raw, expected] of [
    ['CNY', '1250', '12.50'],
    ['CNY', '5', '0.05'],
    ['CNY', '100', '1.00'],
    ['JPY', '1250', '1250'],
    ['KRW', '7', '7'],
    ['IDR', '30000', '300.00'],
  ] as const) {
    it(`shows ${raw} ${currency} as ${expected}`, () => {
      assert.equal(formatMoney({ currency, value: raw }), expected);
    });
  }

  it('shows what reads back as the same amount', () => {
    fc.assert(
      fc.property(value, fc.constantFrom('CNY', 'JPY', 'USD', 'VND'), (amount, currency) => {
        const digits = formatMoney({ currency, value: `${amount}` }).replace('.', '');
        assert.equal(BigInt(digits), amount);
      }),
    );
  });

  it('reads what it shows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99_999_999 }),
        fc.constantFrom('CNY', 'JPY', 'USD', 'VND'),
        (n, currency) => {
          const money = { currency, value: `${n}` };
          assert.deepEqual(parseMoney(formatMoney(money), currency), money);
        },
      ),
    );
  });

  for (const [currency, text, expected] of [
    ['CNY', '12.50', '1250'],
    ['CNY', '12.5', '1250'],
    ['CNY', '012', '1200'],
    ['CNY', '0.05', '5'],
    ['CNY', '0.00', undefined],
    ['CNY', '1.', undefined],
    ['CNY', '.5', undefined],
    ['CNY', '1.005', undefined],
    ['CNY', '1,50', undefined],
    ['CNY', ' 1', undefined],
    ['CNY', '-1', undefined],
    ['CNY', '1e2', undefined],
    ['CNY', '9999999999', undefined],
    ['JPY', '100', '100'],
    ['JPY', '100.0', undefined],
    ['IDR', '15000', '1500000'],
    ['IDR', '15000.50', undefined],
    ['XXX', '1', undefined],
  ] as const) {
    it(`reads ${JSON.stringify(text)} ${currency} as ${expected}`, () => {
      assert.deepEqual(parseMoney(text, currency), expected && { currency, value: expected });
    });
  }

  it('takes digits of a keypad as smallest units, and rupiahs whole, as the acquirer wants them', () => {
    assert.deepEqual(typedMoney('CNY', '1250'), cny('1250'));
    assert.deepEqual(typedMoney('IDR', '15000'), { currency: 'IDR', value: '1500000' });
    assert.equal(isPayable({ currency: 'IDR', value: '1500050' }), false);
    assert.equal(isPayable(typedMoney('IDR', '')), false);
    assert.equal(isPayable(typedMoney('IDR', '0')), false);
    assert.equal(isPayable(cny('1')), true);
  });
});
