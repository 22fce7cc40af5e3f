import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { composeReceipt } from '../../../drivers/printer/compose-receipt.js';
import { receiptLayout } from '../../../firmware/devices/receipt-layout.js';
import type { Receipt } from '../../../flows/receipt.js';
import { createEscposPage } from '../../../hw-sim/devices/escpos-page.js';
import { createEscposTokenizer } from '../../../hw-sim/devices/escpos-tokens.js';
import { addToStrip, columnsOf, type PaperItem, paperDots } from '../../../hw-sim/devices/paper.js';
import { paperSvg } from '../../../hw-sim/devices/paper-svg.js';
import { readCodes } from '../../support/read-codes.js';

/**
 * Pictures of receipts, looked at by eye and kept. After an intended change: `UPDATE_GOLDEN=1 npm test`, then look at
 * the files in test/golden again before they are committed.
 */
const GOLDEN = new URL('../../../../test/golden/', import.meta.url);

const SALE = {
  orderId: 'KIOSK-2026-000417',
  description: 'Jasmine tea 茉莉花茶 500 ml',
  amount: { currency: 'CNY', value: '1250' },
  at: '2026-11-23 20:15:30',
  utcOffsetMinutes: 480,
  paymentRequestId: '202611232015300001234500012507',
  paymentId: '20261123190741020001001888880277404',
};

const RECEIPTS = {
  sale: { kind: 'sale', ...SALE },
  copy: { kind: 'copy', ...SALE },
  refund: {
    kind: 'refund',
    ...SALE,
    refundId: 'REFUND-2026-000417-1',
    amount: { currency: 'CNY', value: '250' },
    at: '2026-11-24 09:01:07',
    utcOffsetMinutes: 480,
  },
} as const satisfies Partial<Record<Receipt['kind'], Receipt>>;

function print(receipt: Receipt, columns: 32 | 48, locale: 'en' | 'zh-CN'): readonly PaperItem[] {
  const head = {
    merchantName: locale === 'en' ? 'Green Leaf Vending' : '绿叶自助售货有限公司',
    storeName: locale === 'en' ? 'Central Station, Hall B' : '中央车站 B 厅',
    terminalNumber: '00012345',
    locale,
    zoneShown: false,
  };
  const composed = composeReceipt(receiptLayout(receipt, head), { columns, charset: 'gbk' });
  assert.ok(composed.ok);
  const page = createEscposPage(columns * 12);
  const strip: PaperItem[] = [];
  const tokenizer = createEscposTokenizer((token) => addToStrip(strip, page.take(token)));
  for (const byte of composed.pieces.flatMap((piece) => [...piece])) tokenizer.push(byte);
  return strip;
}

describe('pictures of receipts', () => {
  for (const columns of [32, 48] as const) {
    for (const locale of ['en', 'zh-CN'] as const) {
      for (const [kind, receipt] of Object.entries(RECEIPTS)) {
        const name = `${kind}-${columns === 32 ? 58 : 80}mm-${locale}`;

        it(`look like the kept one: ${name}`, () => {
          const svg = paperSvg(print(receipt, columns, locale), columns * 12);
          const file = new URL(`${name}.svg`, GOLDEN);
          if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, svg);
          assert.ok(existsSync(file), `${name}.svg is missing: run with UPDATE_GOLDEN=1 and look at it`);
          assert.ok(svg === readFileSync(file, 'utf8'), `${name}.svg differs: if intended, UPDATE_GOLDEN=1 and look`);
        });

        it(`carry a code that reads as the request id: ${name}`, async () => {
          const found = await readCodes(paperDots(print(receipt, columns, locale), columns * 12));
          assert.deepEqual(
            found.map((code) => code.text),
            [SALE.paymentRequestId],
          );
        });

        it(`keep within the paper: ${name}`, () => {
          for (const item of print(receipt, columns, locale)) {
            if (item.kind !== 'textLine') continue;
            for (const run of item.runs) {
              const width = [...run.text].reduce((sum, one) => sum + columnsOf(one), 0) * 12 * (run.wide ? 2 : 1);
              assert.ok(run.leftDots >= 0 && run.leftDots + width <= columns * 12, run.text);
            }
          }
        });
      }
    }
  }
});
