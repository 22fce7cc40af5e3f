import assert from 'node:assert/strict';
import { CUSTOMER_TEXTS, customerText, type Locale, type TextKey } from '../../flows/customer-texts.js';

const LOCALES: readonly Locale[] = ['en', 'zh-CN'];
/** A small display: two lines of 32 characters, of which a Chinese one takes two. */
const COLUMNS = 32;
const LINES = 2;

const widthOf = (text: string): number => [...text].reduce((sum, one) => sum + (one > '\u2e7f' ? 2 : 1), 0);

/** The number of lines of a text that is broken at blanks and between Chinese characters. */
function linesOf(text: string): number {
  let lines = 1;
  let used = 0;
  for (const word of text.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*/g) ?? []) {
    if (used + widthOf(word.trimEnd()) > COLUMNS) {
      lines += 1;
      used = 0;
    }
    used += widthOf(word);
  }
  return lines;
}

const placesOf = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

describe('customer texts', () => {
  for (const [key, texts] of Object.entries(CUSTOMER_TEXTS) as [TextKey, Record<Locale, string>][]) {
    it(`${key} exists in both languages, with the same placeholders`, () => {
      for (const locale of LOCALES) assert.ok(texts[locale].trim().length >= 2, `${key} lacks ${locale}`);
      assert.match(texts['zh-CN'], /\p{Script=Han}/u);
      assert.doesNotMatch(texts.en, /\p{Script=Han}/u);
      assert.deepEqual(placesOf(texts.en), placesOf(texts['zh-CN']));
    });
  }

  it('fit two lines of a small display, whatever the amount', () => {
    const amount = 'CNY 123456.78';
    const long = (Object.keys(CUSTOMER_TEXTS) as TextKey[]).flatMap((key) =>
      LOCALES.filter((locale) => linesOf(customerText(key, locale, { amount, name: '' })) > LINES).map(
        (locale) => `${key} ${locale}`,
      ),
    );
    assert.deepEqual(long, []);
    assert.equal(linesOf(`${'A'.repeat(32)} ${'付'.repeat(16)} B`), 3);
  });

  it('have every placeholder filled in', () => {
    assert.equal(customerText('showCode', 'en', { amount: 'CNY 12.50' }), 'Pay CNY 12.50: show your payment code');
    assert.equal(customerText('showCode', 'zh-CN', { amount: 'CNY 12.50' }), '请出示付款码支付 CNY 12.50');
    assert.doesNotMatch(customerText('showCode', 'en'), /[{}]/);
  });
});
