import assert from 'node:assert/strict';
import fc from 'fast-check';
import { composeReceipt } from '../../../drivers/printer/compose-receipt.js';
import { printableText } from '../../../drivers/printer/printable-text.js';
import { PRINTER_CHARSETS, type PrinterCharset } from '../../../drivers/printer/printer-charset.js';
import type { ReceiptLine } from '../../../drivers/printer/receipt-document.js';
import { createEscposPage } from '../../../hw-sim/devices/escpos-page.js';
import { createEscposTokenizer, type EscposToken } from '../../../hw-sim/devices/escpos-tokens.js';
import { addToStrip, columnsOf, type PaperItem, paperDots, paperText } from '../../../hw-sim/devices/paper.js';
import { readCodes } from '../../support/read-codes.js';

const REQUEST_ID = '202611232015300001234500012507';

interface Printed {
  readonly tokens: readonly EscposToken[];
  readonly items: readonly PaperItem[];
  readonly text: readonly string[];
  readonly widthDots: number;
}

function print(lines: readonly ReceiptLine[], columns: 32 | 48 = 48, charset: PrinterCharset = 'gbk'): Printed {
  const composed = composeReceipt({ lines }, { columns, charset });
  assert.ok(composed.ok, composed.ok ? '' : composed.why);
  const tokens: EscposToken[] = [];
  const tokenizer = createEscposTokenizer((token) => tokens.push(token));
  for (const byte of composed.pieces.flatMap((piece) => [...piece])) tokenizer.push(byte);
  assert.ok(tokenizer.isComplete(), 'the receipt ends inside a command');
  const page = createEscposPage(columns * 12);
  const items: PaperItem[] = [];
  for (const token of tokens) addToStrip(items, page.take(token));
  return { tokens, items, text: paperText(items), widthDots: columns * 12 };
}

/** Everything that is not text or the typesetting that this composer uses. */
function foreignTokens(tokens: readonly EscposToken[]): string[] {
  const ours = /^(ESC [@MaE2{t$\\ -]|GS [LWB!awhHk]|FS [-S.&C])$/;
  return tokens.flatMap((token) => {
    if (token.kind === 'command') return ours.test(token.name) ? [] : [token.name];
    return token.kind === 'block' || token.kind === 'realTimeStatus' || token.kind === 'realTimeCommand'
      ? [token.kind]
      : [];
  });
}

describe('composing a receipt', () => {
  it('sets text left, centred, right and in pairs', () => {
    const { text } = print(
      [
        { kind: 'text', text: 'left' },
        { kind: 'text', text: 'centre', align: 'centre' },
        { kind: 'text', text: 'right', align: 'right' },
        { kind: 'pair', left: 'Amount', right: 'CNY 12.50' },
        { kind: 'rule' },
      ],
      32,
    );
    assert.deepEqual(text, [
      'left',
      `${' '.repeat(13)}centre`,
      `${' '.repeat(27)}right`,
      `Amount${' '.repeat(17)}CNY 12.50`,
      '-'.repeat(32),
    ]);
  });

  it('puts a pair that is too long on two lines', () => {
    const { text } = print([{ kind: 'pair', left: 'Payment', right: REQUEST_ID }], 32);
    assert.deepEqual(text, ['Payment', `  ${REQUEST_ID}`]);
  });

  it('counts a Chinese character as two columns', () => {
    const { text } = print([{ kind: 'pair', left: '金额', right: '¥12.50' }], 32);
    assert.deepEqual(text, [`金额${' '.repeat(21)}￥12.50`]);
    assert.equal(
      [...(text[0] ?? '')].reduce((sum, one) => sum + columnsOf(one), 0),
      32,
    );
  });

  it('wraps long text within the paper', () => {
    const { text } = print([{ kind: 'text', text: '支付'.repeat(20) }], 32);
    assert.deepEqual(text, ['支付'.repeat(8), '支付'.repeat(8), '支付'.repeat(4)]);
  });

  it('replaces what the font of the printer lacks', () => {
    assert.deepEqual(print([{ kind: 'text', text: '𠮷 € 😀 café ½' }]).text, ['? EUR ? café ?']);
    assert.deepEqual(print([{ kind: 'text', text: 'café ¥5 支付' }], 48, 'ascii').text, ['cafe Y5 ??']);
  });

  it('prints a letter without the accent that the font lacks, rather than a question mark', () => {
    for (const [text, printed] of [
      ['Brûlée Ünïcode', 'Brulée Unicode'],
      ['Çilek ½ l', 'Cilek ? l'],
      ['שלום 😀', '???? ?'],
    ] as const) {
      assert.equal(printableText(text, 'gbk'), printed);
    }
  });

  it('sends every character of GBK in two bytes that read back as that character', () => {
    const decoder = new TextDecoder('gbk');
    const all: string[] = [];
    for (let lead = 0x81; lead <= 0xfe; lead += 1) {
      for (let trail = 0x40; trail <= 0xfe; trail += 1) {
        const one = decoder.decode(Uint8Array.of(lead, trail));
        const isWhole = trail !== 0x7f && one.length === 1 && one.normalize('NFC') === one;
        if (isWhole && !/[\ufffd\ue000-\uf8ff\u3000]/.test(one) && !RELATED.has(one)) all.push(one);
      }
    }
    assert.ok(all.length > 21_000, `only ${all.length} characters`);
    const lines: ReceiptLine[] = [];
    for (let at = 0; at < all.length; at += 200) lines.push({ kind: 'text', text: all.slice(at, at + 200).join('') });
    for (let at = 0; at < lines.length; at += 50) {
      const part = lines.slice(at, at + 50);
      const wanted = part.map((line) => (line.kind === 'text' ? line.text : '')).join('');
      const got = print(part).text.join('');
      assert.deepEqual([...got].filter((one, index) => [...wanted][index] !== one).slice(0, 5), []);
      assert.equal(got.length, wanted.length);
    }
  });

  for (const [charset, letters] of [
    ['cp437', 'Cà phê ñ Ö ¥5'],
    ['cp852', 'Żółć Đđ ß'],
    ['cp858', 'Crème brûlée Øæ €'],
    ['cp866', 'Кофе ёЁ'],
    ['cp1252', 'Œuvre Þór Š €'],
  ] as const) {
    it(`tells the printer to take ${charset}, whose letters are one column wide`, () => {
      const { text, tokens } = print([{ kind: 'pair', left: letters, right: 'CNY 12.50' }], 48, charset);
      assert.deepEqual(text, [`${letters}${' '.repeat(39 - letters.length)}CNY 12.50`]);
      assert.ok(tokens.every((token) => token.kind !== 'command' || token.name !== 'FS &'));
    });
  }

  it('sends nothing but ASCII, and calls no Chinese font, to a printer of which no more is known', () => {
    const { tokens } = print([{ kind: 'text', text: 'Cà phê Đà Nẵng 咖啡 😀' }], 32, 'ascii');
    const bytes = tokens.flatMap((token) => (token.kind === 'text' ? token.bytes : []));
    assert.equal(String.fromCharCode(...bytes), 'Ca phe Da Nang ?? ?');
    assert.ok(tokens.every((token) => token.kind !== 'command' || token.name !== 'FS &'));
  });

  it('lets no text reach the printer as commands', () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        '{code:1}',
        '|',
        '---',
        '=',
        '{i:AAAA}',
        '{x:\\x1b@}',
        '\\x1b@',
        '{command:\\x10\\x14}',
        '~',
        '"',
        '_',
        '`',
        '^^^',
        '\x1b@',
        '\x10\x04\x01',
        '\x1dV\x00',
        '\n{code:9}',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    );
    const text = fc.array(hostile, { maxLength: 5 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, fc.constantFrom(...PRINTER_CHARSETS), (one, two, charset) => {
        const { tokens, items } = print(
          [
            { kind: 'text', text: one },
            { kind: 'text', text: one, align: 'centre', size: 'double', bold: true },
            { kind: 'pair', left: one, right: two },
          ],
          32,
          charset,
        );
        assert.deepEqual(foreignTokens(tokens), []);
        assert.ok(items.every((item) => item.kind === 'textLine' || item.kind === 'feed'));
      }),
      { numRuns: 400 },
    );
  });

  it('prints text as it was given, marks of the markup included', () => {
    const marks = String.raw`{|}~_"^\ - = #*[]()<>&%$@!?;:,./+'`;
    assert.deepEqual(print([{ kind: 'text', text: marks }]).text, [marks]);
    assert.deepEqual(print([{ kind: 'text', text: '---' }]).text, ['---']);
    assert.deepEqual(print([{ kind: 'text', text: '=' }]).text, ['=']);
    assert.deepEqual(print([{ kind: 'text', text: 'back`tick' }]).text, ['back`tick']);
  });

  const limits: [why: RegExp, line: ReceiptLine][] = [
    [/too long/, { kind: 'text', text: 'x'.repeat(1_001) }],
    [/printable ASCII/, { kind: 'code', payload: 'a b', symbology: 'auto' }],
    [/printable ASCII/, { kind: 'code', payload: '', symbology: 'qr' }],
    [/too long/, { kind: 'code', payload: '1'.repeat(201), symbology: 'qr' }],
    [/feed/, { kind: 'feed', lines: 21 }],
    [/feed/, { kind: 'feed', lines: 0.5 }],
  ];
  for (const [why, line] of limits) {
    it(`refuses ${JSON.stringify(line).slice(0, 40)}`, () => {
      const composed = composeReceipt({ lines: [line] }, { columns: 48, charset: 'gbk' });
      assert.ok(!composed.ok);
      assert.match(composed.why, why);
    });
  }

  it('cuts the receipt into pieces of whole commands, none of them long', () => {
    const payload = 'https://example.com/'.repeat(10);
    const lines: ReceiptLine[] = Array.from({ length: 30 }, (_, at) => ({ kind: 'text', text: `line ${at}` }));
    for (const columns of [32, 48] as const) {
      const document = { lines: [...lines, { kind: 'code', payload, symbology: 'qr' } as const, ...lines] };
      const composed = composeReceipt(document, { columns, charset: 'gbk' });
      assert.ok(composed.ok);
      const tokenizer = createEscposTokenizer(() => undefined);
      for (const piece of composed.pieces) {
        assert.ok(piece.length <= 480, `${piece.length} bytes`);
        for (const byte of piece) tokenizer.push(byte);
        assert.ok(tokenizer.isComplete(), 'a piece ends inside a command');
      }
    }
  });

  it('refuses more than 200 lines', () => {
    const lines = Array.from({ length: 201 }, () => ({ kind: 'rule' }) as const);
    assert.equal(composeReceipt({ lines }, { columns: 48, charset: 'gbk' }).ok, false);
  });
});

/** Characters that are replaced by a relative on purpose. */
const RELATED = new Set(['\u2014', '\u2018', '\u2019', '\u201c', '\u201d', '\u2026', '\u2013', '\u20ac']);

describe('codes on a receipt', () => {
  const cases: [name: string, payload: string, columns: 32 | 48, symbology: 'auto' | 'qr', format: string][] = [
    ['a request id of 30 digits on 80 mm', REQUEST_ID, 48, 'auto', 'Code128'],
    ['the longest that fits 80 mm, 42 digits', '1'.repeat(42), 48, 'auto', 'Code128'],
    ['43 digits on 80 mm', '1'.repeat(43), 48, 'auto', 'QRCode'],
    ['24 digits on 58 mm', '9'.repeat(24), 32, 'auto', 'Code128'],
    ['a request id on 58 mm', REQUEST_ID, 32, 'auto', 'QRCode'],
    ['64 digits on 58 mm', REQUEST_ID.repeat(3).slice(0, 64), 32, 'auto', 'QRCode'],
    ['an odd number of digits', '1234567', 48, 'auto', 'Code128'],
    ['letters and marks', 'A-1{b}|"', 48, 'auto', 'Code128'],
    ['a QR code where one is asked for', '12345678', 48, 'qr', 'QRCode'],
    ['digits that are DLE ENQ in set C', '1605021604011620', 48, 'auto', 'QRCode'],
    ['200 characters', 'https://example.com/'.repeat(10), 32, 'auto', 'QRCode'],
  ];
  for (const [name, payload, columns, symbology, format] of cases) {
    it(`prints ${name} so that another decoder reads it`, async () => {
      const { items, text, tokens, widthDots } = print([{ kind: 'code', payload, symbology }], columns);
      assert.deepEqual(foreignTokens(tokens), []);
      const found = await readCodes(paperDots(items, widthDots));
      assert.deepEqual(found, [{ format, text: payload }]);
      const belowIt = text
        .slice(text.findIndex((line) => line.startsWith('[')) + 1)
        .join('')
        .replaceAll(' ', '');
      assert.equal(belowIt, payload, 'the code can be read by people too');
    });
  }

  it('reads nothing where bars were changed (the decoder does look)', async () => {
    const { items, widthDots } = print([{ kind: 'code', payload: REQUEST_ID, symbology: 'auto' }]);
    const spoiled = items.map((item) =>
      item.kind === 'barcode' ? { ...item, modules: item.modules.map((bar, at) => (at === 40 ? !bar : bar)) } : item,
    );
    assert.deepEqual(await readCodes(paperDots(spoiled, widthDots)), []);
  });

  it('never contains a real-time command, whatever the digits', () => {
    const digits = fc.array(fc.constantFrom('16', '04', '05', '20', '01', '02', '7'), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(digits, fc.constantFrom(32 as const, 48 as const), (pairs, columns) => {
        const composed = composeReceipt(
          { lines: [{ kind: 'code', payload: pairs.join(''), symbology: 'auto' }] },
          { columns, charset: 'gbk' },
        );
        assert.ok(composed.ok);
        const bytes = composed.pieces.flatMap((piece) => [...piece]);
        const found = bytes.some((byte, at) => byte === 0x10 && [4, 5, 0x14].includes(bytes[at + 1] ?? 0));
        assert.equal(found, false);
      }),
      { numRuns: 200 },
    );
  });
});
