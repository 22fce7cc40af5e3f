import assert from 'node:assert/strict';
import { presentReversal } from '../../../firmware/api/present-reversal.js';
import type { Reversal } from '../../../flows/reversal.js';

const LEAST: Reversal = {
  reversalId: 'c1',
  saleId: 's1',
  cause: 'budgetSpent',
  paymentRequestId: 'p1',
  amount: { currency: 'CNY', value: '1250' },
  kind: 'cancel',
  known: false,
  payableUntilWallMs: 2000,
  paidAtWallMs: 1000,
  startedAtWallMs: 3000,
  state: 'open',
  manual: false,
};
const LEAST_SHOWN = {
  reversalId: 'c1',
  saleId: 's1',
  cause: 'budgetSpent',
  kind: 'cancel',
  state: 'open',
  manual: false,
  amount: { currency: 'CNY', value: '1250' },
  paymentRequestId: 'p1',
  startedAt: '1970-01-01T00:00:03Z',
};

describe('a reversal as callers see it', () => {
  const SHOWN: readonly [name: string, known: Partial<Reversal>, shown: object][] = [
    ['no more than is known', {}, {}],
    ['the payment id', { paymentId: 'P1' }, { paymentId: 'P1' }],
    [
      'a refund that was asked for',
      { refundRequestId: 'p1R1', refundId: 'R-1', reason: 'cold' },
      { refundRequestId: 'p1R1', refundId: 'R-1', reason: 'cold' },
    ],
    [
      'the last code, and what it means',
      { lastCode: 'RISK_REJECT' },
      {
        lastCode: 'RISK_REJECT',
        operatorText: 'refused for risk; nothing to do for a payment; for a refund: ask Alipay technical support',
      },
    ],
    [
      'how the acquirer ended it',
      { end: { how: 'cancelled', atWallMs: 4000 } },
      { end: { how: 'cancelled', at: '1970-01-01T00:00:04Z' } },
    ],
    [
      'how a person ended it',
      { end: { how: 'settledByHand', atWallMs: 4000, by: 'Ada', note: 'cash', outcome: 'paid' } },
      { end: { how: 'settledByHand', at: '1970-01-01T00:00:04Z', by: 'Ada', note: 'cash', outcome: 'paid' } },
    ],
    [
      'until when it may still be charged though a person settled it as reversed',
      { end: { how: 'settledByHand', atWallMs: 4000, by: 'Ada', note: 'cash', mayArriveUntilWallMs: 90_000 } },
      {
        end: { how: 'settledByHand', at: '1970-01-01T00:00:04Z', by: 'Ada', note: 'cash' },
        mayArriveUntil: '1970-01-01T00:01:30Z',
        warning:
          'the payment may still be charged until 1970-01-01T00:01:30Z; where the terminal hears of that it raises an alarm and reverses it',
      },
    ],
  ];
  for (const [name, known, shown] of SHOWN) {
    it(`reports ${name}`, () =>
      assert.deepEqual(presentReversal({ ...LEAST, ...known }), { ...LEAST_SHOWN, ...shown }));
  }
});
