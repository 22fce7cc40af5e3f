import assert from 'node:assert/strict';
import { presentSale } from '../../../firmware/api/present-sale.js';
import { EMPTY_BOOK } from '../../../flows/book.js';
import { customerText, type TextKey } from '../../../flows/customer-texts.js';
import type { Sale } from '../../../flows/sale.js';

const LEAST: Sale = {
  saleId: 's1',
  orderId: 'A-1',
  amount: { currency: 'CNY', value: '1250' },
  state: 'awaitingCode',
  attempts: [],
  receipt: 'none',
  startedAtWallMs: 1000,
  updatedAtWallMs: 2000,
};
const LEAST_SHOWN = {
  saleId: 's1',
  orderId: 'A-1',
  state: 'awaitingCode',
  amount: { currency: 'CNY', value: '1250' },
  attempts: [],
  receipt: { state: 'none' },
  startedAt: '1970-01-01T00:00:01Z',
  updatedAt: '1970-01-01T00:00:02Z',
};

describe('a sale as callers see it', () => {
  const SHOWN: readonly [name: string, known: Partial<Sale>, shown: object][] = [
    ['no more than is known', {}, {}],
    ['what is bought', { description: 'Tea', channel: '2' }, { description: 'Tea', channel: '2' }],
    ['that it is paid', { state: 'settled' }, { state: 'settled', outcome: 'paid' }],
    ...(['untold', 'told'] as const).map((goodsUnknown): [string, Partial<Sale>, object] => [
      `that nobody knows of its goods, whether the operator was ${goodsUnknown}`,
      { state: 'settled', goodsUnknown },
      { state: 'settled', outcome: 'paid', goodsUnknown: true },
    ]),
  ];
  for (const [name, known, shown] of SHOWN) {
    it(`reports ${name}`, () =>
      assert.deepEqual(presentSale(EMPTY_BOOK, { ...LEAST, ...known }, 'en'), { ...LEAST_SHOWN, ...shown }));
  }

  const ENDS: readonly [state: Sale['state'], endCode: string, outcome: string | undefined, text: TextKey][] = [
    ['declined', 'USER_BALANCE_NOT_ENOUGH', 'declined', 'balanceNotEnough'],
    ['declined', 'EXPIRED_CODE', 'declined', 'declined'],
    ['cancelled', 'noCode', 'cancelled', 'cancelled'],
    ['reversing', 'budgetSpent', undefined, 'reversing'],
    ['reversing', 'vendFailed', undefined, 'vendFailed'],
    ['reversing', 'notDelivered', undefined, 'vendFailed'],
    ['reversed', 'budgetSpent', 'reversed', 'reversing'],
    ['reversed', 'vendFailed', 'reversed', 'vendFailedReturned'],
    ['inquiring', '', undefined, 'checkingPayment'],
  ];
  it('never says that nothing was charged where the acquirer said so and charged it all the same', () => {
    const attempt = { paymentRequestId: '1', startedAtWallMs: 0, expiresAtWallMs: 60_000, result: 'F' } as const;
    const charged = { ...attempt, resultCode: 'EXPIRED_CODE', chargedAfterAll: true } as const;
    for (const [state, endCode] of [
      ['cancelled', 'noCode'],
      ['declined', 'RISK_REJECT'],
    ] as const) {
      const sale: Sale = { ...LEAST, state, endCode, attempts: [charged, attempt] };
      assert.equal(presentSale(EMPTY_BOOK, sale, 'en').customerText, customerText('reversing', 'en'));
    }
  });

  for (const [state, endCode, outcome, text] of ENDS) {
    it(`shows the customer of one that is ${state} for ${endCode}: ${text}`, () => {
      const shown = presentSale(EMPTY_BOOK, { ...LEAST, state, endCode }, 'en');
      assert.deepEqual([shown.outcome, shown.code, shown.customerText], [outcome, endCode, customerText(text, 'en')]);
    });
  }
});
