import assert from 'node:assert/strict';
import fc from 'fast-check';
import { receiptBox } from '../../../hw-sim/bench/receipt-box.js';
import { code128Modules } from '../../../hw-sim/devices/code128.js';
import type { Dots } from '../../../hw-sim/devices/paper.js';
import { readCode128 } from '../../../hw-sim/devices/read-code128.js';
import { readCodes } from '../../support/read-codes.js';
import { createTypedBench, typedSettings } from './typed-bench.js';

describe('the receipt as a box of text', () => {
  it('draws a QR code that a reader takes from the screen', async () => {
    const typed = createTypedBench(typedSettings({ PRINTER_COLUMNS: '32' }));
    const told = typed.type(['12.50', 'scan'], 12_000);
    const [payment] = [...typed.bench.kiosk.acquirer.ledger.payments()];
    assert.ok(payment);
    const codes = await readCodes(screenDots(told.split('\n').filter((line) => /[█▀▄]/.test(line))));
    assert.deepEqual(
      codes.map(({ text }) => text),
      [payment.paymentRequestId],
    );
  });

  it('keeps its right edge straight in both languages and widths', () => {
    for (const [LOCALE, PRINTER_COLUMNS] of [
      ['en', '48'],
      ['en', '32'],
      ['zh-CN', '48'],
      ['zh-CN', '32'],
    ] as const) {
      const typed = createTypedBench(typedSettings({ LOCALE, PRINTER_COLUMNS, MERCHANT_NAME: '东方小食 Snacks' }));
      const box = typed
        .type(['1 可乐', 'scan'], 12_000)
        .split('\n')
        .filter((line) => /[│┌└]/.test(line));
      assert.ok(box.length > 10);
      const widths = box.map((line) => [...line].reduce((sum, one) => sum + (/[\u4e00-\u9fff]/.test(one) ? 2 : 1), 0));
      assert.deepEqual(new Set(widths).size, 1, box.join('\n'));
    }
  });

  it('is empty for blank paper, which is cut off after a power cut', () => {
    const typed = createTypedBench(typedSettings());
    typed.type([], 6_000);
    typed.type(['12.50', 'scan'], 100);
    typed.type(['power'], 500);
    const told = typed.type(['power'], 20_000) + typed.type(['paper'], 100);
    assert.match(told, /printer {3}cuts off a piece of blank paper/);
    assert.match(told, /no paper came out so far/);
    assert.doesNotMatch(told, /┌/);
  });

  it('says so where bars cannot be read', () => {
    const modules = [true, false, true, true, false];
    const [, line] = receiptBox([{ kind: 'barcode', modules, moduleDots: 2, heightDots: 72, leftDots: 0 }], 384);
    assert.match(line ?? '', /a barcode that cannot be read/);
  });
});

describe('readCode128', () => {
  const code = (set: 'B' | 'C', data: readonly number[]) => code128Modules([0x7b, set.charCodeAt(0), ...data]) ?? [];

  it('reads code sets B and C', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 30 }), (pairs) => {
        assert.equal(readCode128(code('C', pairs)), pairs.map((pair) => String(pair).padStart(2, '0')).join(''));
      }),
    );
    const plain = fc.array(fc.integer({ min: 0x20, max: 0x7a }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(plain, (bytes) => assert.equal(readCode128(code('B', bytes)), String.fromCharCode(...bytes))),
    );
  });

  it('reads a change of code set', () => {
    assert.equal(readCode128(code128Modules([0x7b, 0x42, 0x41, 0x7b, 0x43, 12, 34]) ?? []), 'A1234');
  });

  it('never reads a code with one wrong bar as another one', () => {
    const bars = code('C', [20, 26, 11, 23]);
    bars.forEach((bar, at) => {
      assert.equal(readCode128(bars.with(at, !bar)), undefined, `module ${at}`);
    });
    assert.equal(readCode128([]), undefined);
  });
});

/** Blocks on a dark screen: what is written is white. Four dots a module. */
function screenDots(lines: readonly string[]): Dots {
  const rows = lines.map((line) => [...(/│ +(.*?) +│/.exec(line.replace(/(?<=[█▀▄ ]) (?=│)/, ' '))?.[1] ?? '')]);
  const columns = Math.max(...rows.map((row) => row.length));
  const size = 4;
  const width = columns * size;
  const height = rows.length * 2 * size;
  const black = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const character = rows[Math.floor(y / (2 * size))]?.[Math.floor(x / size)] ?? ' ';
      const upper = Math.floor(y / size) % 2 === 0;
      const white = character === '█' || character === (upper ? '▀' : '▄');
      black[y * width + x] = white ? 0 : 1;
    }
  }
  return { width, height, black };
}
