import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isPrintedOtherwise, printableText } from '../../../drivers/printer/printable-text.js';
import { PRINTER_CHARSETS, type PrinterCharset } from '../../../drivers/printer/printer-charset.js';

describe('text that a printer can print', () => {
  const PRINTED: readonly [text: string, printed: Readonly<Partial<Record<PrinterCharset, string>>>][] = [
    [
      'Cà phê Đà Nẵng',
      { ascii: 'Ca phe Da Nang', cp437: 'Cà phê Dà Nang', cp858: 'Cà phê Dà Nang', gbk: 'Cà phê Dà Nang' },
    ],
    ['Đđ Łł ß ẞ Øø Ææ ı İ', { ascii: 'Dd Ll ss SS Oo AEae i I', cp852: 'Đđ Łł ß SS Oo AEae i I' }],
    ['Œuvre, Þór, Ŋ, ǿ Ǽ ﬁn', { ascii: 'OEuvre, Thor, NG, o AE fin', cp1252: 'Œuvre, Þór, NG, ø Æ fin' }],
    ['Żółć gęślą jaźń', { ascii: 'Zolc gesla jazn', cp852: 'Żółć gęślą jaźń', cp437: 'Zólc gesla jazn' }],
    ['Кофе', { ascii: '????', cp866: 'Кофе', gbk: 'Кофе' }],
    ['咖啡 €5 ¥5', { ascii: '?? EUR5 Y5', cp858: '?? €5 ¥5', gbk: '咖啡 EUR5 ￥5' }],
    ['ＡＢＣ　１２', { ascii: 'ABC 12', gbk: 'ＡＢＣ　１２' }],
    [
      '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466} Café',
      { ascii: '? Cafe', cp1252: '? Café', gbk: '? Café' },
    ],
    ['\u{1f1fb}\u{1f1f3}\u{1f44d}\u{1f3fd}', { ascii: '??', gbk: '??' }],
    ['1\ufe0f\u20e3 e\u0301 x\u0302', { ascii: '1 e x', cp437: '1 é x' }],
    ['กาแฟ น้ำ', { ascii: '???? ?', gbk: '???? ?' }],
    ['„Zur Post“ «Chez» Oʻzbek −5 ƙasa Ɓɗ Ǆ ǆ Ⅻ 1ª', { ascii: '"Zur Post" "Chez" O\'zbek -5 kasa Bd DZ dz XII 1a' }],
    ['½ ≠ ①', { ascii: '? ? ?', cp437: '½ ? ?' }],
    ['a\u200b\ufeff\u202eb\x00\x1b\x07', { ascii: 'ab', gbk: 'ab' }],
    ['a\tb\r\nc\nd', { ascii: 'a b c d' }],
    ['“Joe’s” – 2…', { ascii: '"Joe\'s" - 2...', gbk: '"Joe\'s" - 2...' }],
  ];
  for (const [text, printed] of PRINTED) {
    for (const [charset, expected] of Object.entries(printed) as [PrinterCharset, string][]) {
      it(`${JSON.stringify(text)} in ${charset}: ${expected}`, () =>
        assert.equal(printableText(text, charset), expected));
    }
  }

  it('has at most one question mark for what people see as one character, and is never longer for nothing', () => {
    const visible = new Intl.Segmenter('en', { granularity: 'grapheme' });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...PRINTER_CHARSETS), (text, charset) => {
        const seen = [...visible.segment(text.normalize('NFC'))].length;
        const marks = printableText(text, charset).split('?').length - 1;
        assert.ok(marks <= seen, `${marks} marks for ${seen} characters`);
        assert.doesNotMatch(printableText(text, charset), /\p{Cc}/u);
        if (charset === 'ascii') assert.match(printableText(text, charset), /^[ -~]*$/);
      }),
    );
  });

  it('is found to say something else only where letters differ', () => {
    for (const [text, charset, otherwise] of [
      ['Corner Drinks, Gate 3', 'ascii', false],
      ['Joe’s “Snacks” – 2', 'ascii', false],
      ['Cà phê', 'ascii', true],
      ['Cà phê', 'cp858', false],
      ['Đà Nẵng', 'cp858', true],
      ['绿叶', 'gbk', false],
      ['绿叶', 'cp1252', true],
      ['กาแฟ', 'gbk', true],
    ] as const) {
      assert.equal(isPrintedOtherwise(text, charset), otherwise, `${text} in ${charset}`);
    }
  });
});
