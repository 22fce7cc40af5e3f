import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isPaymentCode, maskPaymentCode } from '../../flows/payment-code.js';

describe('payment code', () => {
  for (const [name, text] of [
    ['the shortest, 17 digits', `28${'0'.repeat(15)}`],
    ['18 digits', '288888888888888888'],
    ['19 digits', '2893612204263667830'],
    ['24 digits', '251001020123456789012345'],
    ['the longest, 32 digits', `30${'1'.repeat(30)}`],
    ...['25', '26', '27', '28', '29', '30'].map((prefix) => [`prefix ${prefix}`, prefix.padEnd(18, '7')] as const),
  ] as const) {
    it(`takes ${name}`, () => assert.equal(isPaymentCode(text, { least: 17, most: 32 }), true));
  }

  for (const [name, text] of [
    ['nothing', ''],
    ['16 digits', `28${'0'.repeat(14)}`],
    ['33 digits', `28${'0'.repeat(31)}`],
    ['prefix 24', '24'.padEnd(18, '7')],
    ['prefix 31', '31'.padEnd(18, '7')],
    ['a WeChat code', '134567890123456789'],
    ['a UnionPay code', '6212345678901234567'],
    ['goods', '6901234567892'],
    ['a link', 'https://qr.alipay.com/28888888888888888'],
    ['a letter', '28888888888888888a'],
    ['a line end', '288888888888888888\n'],
    ['a space in front', ' 288888888888888888'],
    ['other digits', '٢٨٨٨٨٨٨٨٨٨٨٨٨٨٨٨٨٨'],
    ['two codes in one', '288888888888888888 288888888888888888'],
  ] as const) {
    it(`refuses ${name}`, () => assert.equal(isPaymentCode(text, { least: 17, most: 32 }), false));
  }

  it('accepts other lengths by configuration', () => {
    assert.equal(isPaymentCode(`28${'0'.repeat(38)}`, { least: 17, most: 40 }), true);
    assert.equal(isPaymentCode(`28${'0'.repeat(14)}`, { least: 16, most: 32 }), true);
    assert.equal(isPaymentCode(`28${'0'.repeat(14)}`, { least: 17, most: 32 }), false);
  });

  it('shows at most the first 2 and the last 4 digits of a code, and nothing of other texts', () => {
    assert.equal(maskPaymentCode('281234567890123456'), '280000000000003456');
    fc.assert(
      fc.property(fc.stringMatching(/^\d{17,32}$/), (code) => {
        const masked = maskPaymentCode(code);
        assert.equal(masked.length, code.length);
        assert.match(masked.slice(2, -4), /^0+$/);
      }),
    );
    assert.equal(maskPaymentCode('281234567890'), '280000007890');
    assert.equal(maskPaymentCode('hello'), '?5');
    for (const text of ['28123456789', 'x281234567890123456', '281234567890123456\n']) {
      assert.equal(maskPaymentCode(text), `?${text.length}`);
    }
  });
});
