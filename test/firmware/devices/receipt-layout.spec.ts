import assert from 'node:assert/strict';
import { receiptHeadOf, receiptLayout } from '../../../firmware/devices/receipt-layout.js';
import { kioskSettings, simEnvironment } from '../../../hw-sim/kiosk-settings.js';
import { testKeyPairs } from '../../support/test-key-pairs.js';

/** The times on a receipt and on that of a refund, of a terminal with that TZ. */
function timesOf(TZ: string, utcOffsetMinutes: number): readonly string[] {
  const { config } = kioskSettings({ ...simEnvironment(testKeyPairs), TZ });
  const slip = {
    orderId: 'A-1',
    amount: { currency: 'CNY', value: '1250' },
    paymentRequestId: '2026112321460110010001250012507',
    at: '2026-11-23 21:46:01',
    utcOffsetMinutes,
  };
  const head = receiptHeadOf(config);
  const lines = [
    ...receiptLayout({ kind: 'sale', ...slip }, head).lines,
    ...receiptLayout({ kind: 'refund', refundId: 'R', ...slip }, head).lines,
  ];
  return lines.flatMap((line) => (line.kind === 'pair' && /time/i.test(line.left) ? [line.right] : []));
}

describe('the time on a receipt', () => {
  const cases = [
    ['names UTC where nobody chose a zone', '', 0, '2026-11-23 21:46:01 UTC'],
    ['names the zone that the sale was made in', '', 480, '2026-11-23 21:46:01 UTC+08:00'],
    ['stands alone where the zone was chosen', 'Asia/Shanghai', 480, '2026-11-23 21:46:01'],
    ['stands alone where UTC was chosen', 'UTC', 0, '2026-11-23 21:46:01'],
  ] as const;
  for (const [what, zone, offset, expected] of cases) {
    it(what, () => assert.deepEqual(timesOf(zone, offset), [expected, expected]));
  }
});

describe('the payment on a receipt', () => {
  const SAID = {
    sale: 'Paid with Alipay',
    copy: 'Paid with Alipay',
    reversed: 'Payment with Alipay',
  } as const;
  for (const [kind, said] of Object.entries(SAID) as [keyof typeof SAID, string][]) {
    it(`reads "${said}" on a ${kind} slip`, () => {
      const { config } = kioskSettings(simEnvironment(testKeyPairs));
      const receipt = {
        kind,
        orderId: 'A-1',
        amount: { currency: 'CNY', value: '1250' },
        paymentRequestId: '2026112321460110010001250012507',
        at: '2026-11-23 21:46:01',
        utcOffsetMinutes: 0,
      };
      const texts = receiptLayout(receipt, receiptHeadOf(config)).lines.flatMap((line) =>
        line.kind === 'text' ? [line.text] : [],
      );
      assert.ok(texts.includes(said), texts.join('\n'));
    });
  }
});
