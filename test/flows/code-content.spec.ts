import assert from 'node:assert/strict';
import fc from 'fast-check';
import { codeContent } from '../../flows/code-content.js';
import { isPaymentCode } from '../../flows/payment-code.js';
import { CODE } from './builders.js';

const DIGITS = { least: 17, most: 32 };

const BLANKS = ['\r', '\n', '\r\n', '\t', ' ', '\0', '\x02', '\x03', '\x04', '\x1d', '\x1e', '\u00a0', '\ufeff'];
const MARKS = [
  ...['C0', 'C1', 'E0', 'E4', 'Q0', 'Q1', 'Q2', 'Q3', 'Q4', 'Q5', 'Q6', 'd1', 'd2', 'X0', 'z3', 'L2'].map(
    (id) => `]${id}`,
  ),
  '\\000026',
  '\\\\000026',
  '\\000003',
  '\\000899',
  '\u00ef\u00bb\u00bf',
];

const inFront = fc.array(fc.constantFrom(...BLANKS, ...MARKS), { maxLength: 6 }).map((parts) => parts.join(''));
const behind = fc.array(fc.constantFrom(...BLANKS), { maxLength: 4 }).map((parts) => parts.join(''));
const digits = (least: number, most: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most }).map((list) => list.join(''));
const rightCode = fc.tuple(fc.integer({ min: 25, max: 30 }), digits(15, 30)).map(([head, rest]) => `${head}${rest}`);
/** Other codes that are shown: goods, texts, URLs, other wallets' codes, codes too short or too long. */
const wrongCode = fc.oneof(
  fc.constantFrom(
    'https://qr.alipay.com/281234567890123456',
    'hello',
    '6901234567892',
    'Q281234567890123456',
    '2812 3456 7890 1234 56',
    '28123456789012345678\x1d10ABC',
    '28123456789012345x',
    '-281234567890123456',
    '281234567890123456,281234567890123457',
    '[281234567890123456]',
    ']281234567890123456',
    '<GS>281234567890123456',
  ),
  fc.tuple(fc.integer({ min: 10, max: 24 }), digits(15, 30)).map(([head, rest]) => `${head}${rest}`),
  fc.tuple(fc.integer({ min: 31, max: 99 }), digits(15, 30)).map(([head, rest]) => `${head}${rest}`),
  fc.tuple(fc.integer({ min: 25, max: 30 }), digits(1, 14)).map(([head, rest]) => `${head}${rest}`),
  fc.tuple(fc.integer({ min: 25, max: 30 }), digits(31, 60)).map(([head, rest]) => `${head}${rest}`),
);

describe('the content of a code', () => {
  const CASES: [text: string, content: string][] = [
    [`\\000026${CODE}`, CODE],
    [`]Q2\\000026${CODE}`, CODE],
    [`]Q2\\\\000026${CODE}\r\n`, CODE],
    [`\x02${CODE}\x03\r`, CODE],
    [`]C1\x1d${CODE}`, CODE],
    [`\ufeff${CODE}`, CODE],
    [`  ${CODE}\t`, CODE],
    /* The digits of a mark do not belong to the code, and those of the code not to a mark. */
    ['\\000026', ''],
    ['\\00002', '\\00002'],
    [`\\${CODE}`, CODE.slice(6)],
    [`]Q${CODE}`, CODE.slice(1)],
    [`Q${CODE}`, `Q${CODE}`],
    [`${CODE}]Q2`, `${CODE}]Q2`],
    [`${CODE}\\000026`, `${CODE}\\000026`],
    ['\x01\x02', '\x01'],
    ['', ''],
  ];
  for (const [text, content] of CASES) {
    it(`of ${JSON.stringify(text)} is ${JSON.stringify(content)}`, () => {
      assert.equal(codeContent(text), content);
    });
  }

  it('is the code, whatever is added to it, in any order', () => {
    fc.assert(
      fc.property(inFront, rightCode, behind, (before, code, after) => {
        assert.equal(codeContent(before + code + after), code);
        assert.ok(isPaymentCode(code, DIGITS));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not made a payment code by anything that is added', () => {
    fc.assert(
      fc.property(inFront, wrongCode, behind, (before, code, after) => {
        assert.equal(isPaymentCode(codeContent(before + code + after), DIGITS), false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not changed by a second pass', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        assert.equal(codeContent(codeContent(text)), codeContent(text));
      }),
    );
  });
});
