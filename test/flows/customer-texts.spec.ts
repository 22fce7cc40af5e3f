import assert from 'node:assert/strict';
import { CUSTOMER_TEXTS, customerText, type Locale, type TextKey } from '../../flows/customer-texts.js';

const LOCALES: readonly Locale[] = ['en', 'zh-CN'];
const placesOf = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

describe('customer texts', () => {
  for (const [key, texts] of Object.entries(CUSTOMER_TEXTS) as [TextKey, Record<Locale, string>][]) {
    it(`${key} is told in both languages, with the same places`, () => {
      for (const locale of LOCALES) assert.ok(texts[locale].trim().length >= 2, `${key} lacks ${locale}`);
      assert.match(texts['zh-CN'], /\p{Script=Han}/u);
      assert.doesNotMatch(texts.en, /\p{Script=Han}/u);
      assert.deepEqual(placesOf(texts.en), placesOf(texts['zh-CN']));
    });
  }

  it('fills in its places, and leaves none open', () => {
    assert.equal(customerText('showCode', 'en', { amount: 'CNY 12.50' }), 'Pay CNY 12.50: show your payment code');
    assert.equal(customerText('showCode', 'zh-CN', { amount: 'CNY 12.50' }), '请出示付款码支付 CNY 12.50');
    assert.doesNotMatch(customerText('showCode', 'en'), /[{}]/);
  });
});
