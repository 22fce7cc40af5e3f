import assert from 'node:assert/strict';
import { answerMessages } from '../../../firmware/api/answer-messages.js';
import type { Conflict, Invalid } from '../../../flows/call-answer.js';

const amount = { currency: 'CNY', value: '1250' };
const paid = { saleId: 's1', orderId: 'a', amount };

describe('the message of a conflict', () => {
  const MESSAGES: readonly (readonly [Conflict, string])[] = [
    [{ code: 'machineSells' }, 'the vending machine starts the sales of this terminal (SALE_MODE=mdb)'],
    [{ code: 'goodsMoving' }, 'the goods are already moving'],
    [
      { code: 'alreadyDelivered' },
      'the sale is paid and over; to give the money back ask for a refund with POST /v1/refunds',
    ],
    [{ code: 'notYourDelivery' }, 'this terminal hands out the goods itself; set VEND=none to do it from the host'],
    [{ code: 'reversalFinished' }, 'the reversal is finished'],
    [{ code: 'saleOpen', because: 'busy', saleId: 's1', state: 'paying' }, 'sale s1 is still paying'],
    [
      { code: 'saleOpen', because: 'paidTwice', orderId: 'a', saleId: 's2', state: 'approved' },
      'order a would be paid twice: its sale s2 is still approved; see first how that ends',
    ],
    [{ code: 'orderPaid', because: 'otherAmount', orderId: 'a' }, 'order a was paid with another amount'],
    [
      { code: 'orderPaid', because: 'notKept', paid },
      'order a was paid with CNY 12.50 by sale s1, which is no longer kept',
    ],
    [
      { code: 'orderPaid', because: 'paidTwice', orderId: 'a', saleId: 's2', kept: true },
      'order a would be paid twice: its sale s2 is paid; give this payment back',
    ],
    [
      { code: 'orderPaid', because: 'paidTwice', orderId: 'a', saleId: 's2', kept: false },
      'order a would be paid twice: its sale s2, which is no longer kept, was paid; give this payment back',
    ],
    [
      { code: 'orderHeld', orderId: 'a', reversalId: 'c1' },
      'order a has a payment that a person has to decide about first: reversal c1',
    ],
    [{ code: 'notAwaitingCode', state: 'paying' }, 'the sale is paying; a code is taken only while it is awaitingCode'],
    [{ code: 'alreadyReversed', state: 'reversing' }, 'the sale is reversing: the goods are not paid for'],
    [
      { code: 'notPaid', because: 'notDeliverable', state: 'declined' },
      'the sale is declined; only a paid sale can be delivered',
    ],
    [
      { code: 'notPaid', because: 'notRefundable', state: 'declined' },
      'the sale is declined; only a settled sale is refunded',
    ],
    [{ code: 'notPaid', because: 'endedWithout' }, 'the sale ended without this payment, so it cannot end as paid'],
    [
      { code: 'notPaid', because: 'neverProven' },
      'the acquirer never confirmed this payment to the terminal, so it cannot end as paid',
    ],
    [{ code: 'notPaid', because: 'otherAmount' }, 'the acquirer says that another amount was paid'],
    [
      { code: 'notPaid', because: 'cancelled' },
      'the acquirer says that the payment is cancelled: it does not stand, and the reversal is finished',
    ],
    [
      { code: 'notPaid', because: 'nothingCharged' },
      'the acquirer says that the payment failed: it does not stand, and the reversal is finished',
    ],
    [
      { code: 'notPaid', because: 'refunded' },
      'the acquirer says that the money was refunded: it does not stay, and the reversal is finished',
    ],
    [{ code: 'refundDiffers', refundId: 'r1' }, 'refund r1 was asked for differently'],
    [
      { code: 'underWay', because: 'sent' },
      'a request to give the money back has just been sent: see in a few seconds what was answered',
    ],
    [
      { code: 'underWay', because: 'settling' },
      'somebody is settling it as paid at this moment: see in a few seconds what the acquirer says to that',
    ],
    [
      { code: 'unconfirmed', said: 'PROCESSING' },
      'the money may have gone back already, and the acquirer does not confirm that the payment stands (PROCESSING): try again later',
    ],
    [
      { code: 'unconfirmed' },
      'the money may have gone back already, and the acquirer does not confirm that the payment stands (nothing that can be believed): try again later',
    ],
    [
      { code: 'otherAccount', differs: 'account' },
      'the payment was made with another ALIPAY_CLIENT_ID or MERCHANT_ID than the terminal has now',
    ],
    [
      { code: 'otherAccount', differs: 'acquirer', madeAt: 'https://a.example', asked: 'https://b.example' },
      'the payment was made at https://a.example; the terminal asks https://b.example now, and ACQUIRER_MOVED_FROM does not say that it moved',
    ],
    [
      { code: 'otherAccount', differs: 'merchant', madeFor: 'M1', actsFor: 'M2' },
      'the payment was made for the merchant M1, and the terminal acts for M2 now',
    ],
    [{ code: 'nothingToPrint', because: 'noPrinter' }, 'this terminal has no printer'],
    [{ code: 'nothingToPrint', because: 'refundUnconfirmed' }, 'the acquirer has not confirmed the refund'],
    [{ code: 'nothingToPrint', because: 'notPaid', state: 'cancelled' }, 'the sale is cancelled'],
  ];
  for (const [conflict, message] of MESSAGES) {
    const { code, ...facts } = conflict;
    it(`of ${code} ${Object.values(facts).filter((fact) => typeof fact !== 'object')}`, () => {
      assert.equal(answerMessages.conflict(conflict), message);
    });
  }
});

describe('the message about a field', () => {
  const MESSAGES: readonly (readonly [Invalid, string])[] = [
    [{ field: 'amount', problem: 'hundredths', currency: 'IDR' }, 'an amount in IDR has to end in 00'],
    [
      { field: 'amount', problem: 'notPayable', currency: 'CNY' },
      'a whole number of the smallest unit, 1 to 16 digits, in CNY is needed',
    ],
    [
      { field: 'amount', problem: 'aboveRest', rest: amount },
      'a whole number of the smallest unit, at most what is left of the payment: 1250 CNY',
    ],
    [{ field: 'channel', problem: 'noSuchChannel', channelCount: 1 }, 'has to be 1: there is one vend channel'],
    [{ field: 'channel', problem: 'noSuchChannel', channelCount: 8 }, 'has to be 1 to 8: there are 8 vend channels'],
    [
      { field: 'code', problem: 'notAPaymentCode', least: 17, most: 32 },
      'not a payment code: 17 to 32 digits that start with 25 to 30 are needed',
    ],
    [{ field: 'refundId', problem: 'tooManyRefunds', limit: 50 }, 'the sale has 50 refunds, which is the limit'],
  ];
  for (const [invalid, message] of MESSAGES) {
    it(`of ${invalid.field}, ${invalid.problem}: ${message}`, () => {
      assert.equal(answerMessages.invalid(invalid), message);
    });
  }
});

describe('the message about what is not there', () => {
  it('says what, and of a paid sale that is no longer kept where its money can go back', () => {
    assert.equal(answerMessages.notFound('refund'), 'there is no such refund, or it is no longer kept');
    assert.equal(
      answerMessages.notFound('sale', paid),
      "sale s1 of order a was paid with CNY 12.50 and is no longer kept: its money can go back over Alipay's merchant portal only",
    );
  });
});
