import assert from 'node:assert/strict';
import { type Book, EMPTY_BOOK } from '../../flows/book.js';
import { CUSTOMER_TEXTS, type TextKey } from '../../flows/customer-texts.js';
import { attemptText, endText } from '../../flows/end-text.js';
import type { Reversal, ReversalCause, ReversalEnd } from '../../flows/reversal.js';
import type { Attempt, Sale } from '../../flows/sale.js';
import { view } from '../../flows/view.js';
import { CODE, cny, failure, found, paid, SILENCE, success, unclear } from './builders.js';
import { createReadyDrive, type Drive, startPaying, startSale } from './drive.js';

const ATTEMPT: Attempt = { paymentRequestId: '1', startedAtWallMs: 0, expiresAtWallMs: 60_000 };

/** Causes that leave the sale as it is. */
type NotOfSale = 'refundRequested' | 'paidAfterFailure' | 'unknownPayment';

/** The stages of a reversal. */
type Stage = 'open' | 'needsPerson' | 'byHand' | ReversalEnd['how'];

function undoing(cause: ReversalCause, stage: Stage, change: Partial<Reversal> = {}): Reversal {
  const how = stage === 'byHand' ? 'settledByHand' : stage;
  const ended = how !== 'open' && how !== 'needsPerson';
  return {
    reversalId: `c-${cause}`,
    saleId: 's1',
    cause,
    paymentRequestId: '1',
    amount: cny('1250'),
    kind: 'cancel',
    known: true,
    payableUntilWallMs: 60_000,
    paidAtWallMs: 0,
    startedAtWallMs: 0,
    manual: false,
    state: ended ? 'finished' : how,
    ...(ended ? { end: { how, atWallMs: 1 } } : {}),
    ...change,
  };
}

function saleOf(change: Partial<Sale>): Sale {
  return {
    saleId: 's1',
    orderId: 'A-1',
    amount: cny('1250'),
    state: 'reversing',
    attempts: [ATTEMPT],
    receipt: 'none',
    startedAtWallMs: 0,
    updatedAtWallMs: 0,
    ...change,
  };
}

const bookOf = (sale: Sale, ...reversals: readonly Reversal[]): Book => ({
  ...EMPTY_BOOK,
  sales: { s1: sale },
  reversals: Object.fromEntries(reversals.map((one) => [one.reversalId, one])),
});

const PROMISES_MONEY = /goes back|will be returned|was returned/;

describe('what the customer of a reversed sale reads', () => {
  const STAGES = ['open', 'needsPerson', 'cancelled', 'refunded', 'nothingCharged', 'byHand'] as const;
  type Texts = Readonly<Record<(typeof STAGES)[number], TextKey>>;

  /* For customers who read "paid" before, and for those who did not. */
  const PAID: Texts = {
    open: 'moneyGoesBack',
    needsPerson: 'askOperator',
    cancelled: 'moneyGoesBack',
    refunded: 'moneyGoesBack',
    nothingCharged: 'chargeGoesBack',
    byHand: 'moneyReturned',
  };
  const UNDELIVERED: Texts = {
    open: 'vendFailed',
    needsPerson: 'askOperator',
    cancelled: 'vendFailedReturned',
    refunded: 'vendFailedReturned',
    nothingCharged: 'chargeGoesBack',
    byHand: 'vendFailedReturned',
  };
  const UNPAID: Texts = {
    open: 'reversing',
    needsPerson: 'askOperator',
    cancelled: 'reversing',
    refunded: 'moneyGoesBack',
    nothingCharged: 'notCharged',
    byHand: 'reversing',
  };

  const CAUSES: Readonly<Record<Exclude<ReversalCause, NotOfSale>, readonly Texts[]>> = {
    budgetSpent: [UNPAID],
    inquiryRefused: [UNPAID],
    customerCancelled: [UNPAID],
    hostCancelled: [UNPAID, PAID],
    powerLost: [UNPAID, PAID],
    hostSilent: [PAID],
    vendUnknown: [PAID],
    vendFailed: [UNDELIVERED],
    notDelivered: [UNDELIVERED],
  };
  for (const [cause, tables] of Object.entries(CAUSES) as [ReversalCause, readonly Texts[]][]) {
    for (const texts of tables) {
      for (const stage of STAGES) {
        const wasPaid = texts !== UNPAID;
        it(`${cause}, ${wasPaid ? 'read "paid" before' : 'never read "paid"'}, ${stage}: ${texts[stage]}`, () => {
          const reversal = undoing(cause, stage);
          const attempts = [wasPaid ? { ...ATTEMPT, result: 'S' as const } : ATTEMPT];
          const state = reversal.state === 'finished' ? 'reversed' : 'reversing';
          const sale = saleOf({ state, attempts, endCode: cause });
          assert.equal(endText(bookOf(sale, reversal), sale), texts[stage]);
        });
      }
    }
  }

  it('never denies the payment to a customer who read "paid", and never promises held money', () => {
    for (const texts of [PAID, UNDELIVERED]) {
      for (const key of Object.values(texts)) assert.doesNotMatch(CUSTOMER_TEXTS[key].en, /not completed|cancelled/i);
    }
    for (const texts of [PAID, UNDELIVERED, UNPAID]) {
      assert.doesNotMatch(CUSTOMER_TEXTS[texts.needsPerson].en, PROMISES_MONEY);
      assert.match(CUSTOMER_TEXTS[texts.open].en, PROMISES_MONEY);
    }
  });

  it('contains no technical term', () => {
    for (const texts of Object.values(CUSTOMER_TEXTS)) assert.doesNotMatch(texts.en, /revers|refund|acquirer|settle/i);
  });
});

describe('what the customer reads about a payment that failed and was charged after all', () => {
  const failed: Attempt = { ...ATTEMPT, result: 'F', resultCode: 'EXPIRED_CODE', chargedAfterAll: true };
  const ENDS: Readonly<Partial<Record<Stage, TextKey>>> = {
    open: 'reversing',
    needsPerson: 'askOperator',
    cancelled: 'reversing',
    refunded: 'reversing',
  };
  for (const [stage, text] of Object.entries(ENDS) as [Stage, TextKey][]) {
    for (const state of ['cancelled', 'declined'] as const) {
      it(`${state}, its reversal ${stage}: ${text}`, () => {
        const sale = saleOf({ state, attempts: [failed], endCode: 'EXPIRED_CODE' });
        const book = bookOf(sale, undoing('paidAfterFailure', stage));
        assert.equal(endText(book, sale), text);
      });
    }
  }

  it('is left to the operator where a person declared that this payment stands', () => {
    const sale = saleOf({ state: 'declined', attempts: [failed], endCode: 'EXPIRED_CODE' });
    const end = { how: 'settledByHand', atWallMs: 1, outcome: 'paid' } as const;
    const book = bookOf(sale, undoing('paidAfterFailure', 'byHand', { end }));
    assert.equal(endText(book, sale), 'askOperator');
  });

  it('replaces the text that nothing was charged, also where a reversal found no charge', () => {
    const sale = saleOf({
      state: 'reversed',
      attempts: [{ ...ATTEMPT, chargedAfterAll: true }],
      endCode: 'budgetSpent',
    });
    const book = bookOf(sale, undoing('budgetSpent', 'nothingCharged'), undoing('paidAfterFailure', 'open'));
    assert.equal(endText(book, sale), 'reversing');
  });

  it('stays true where the payment by another code is undone, too', () => {
    const attempts = [failed, { ...ATTEMPT, paymentRequestId: '2', result: 'S' as const }];
    const sale = saleOf({ state: 'reversing', attempts, endCode: 'hostSilent' });
    const own = undoing('hostSilent', 'open', { paymentRequestId: '2' });
    assert.equal(endText(bookOf(sale, undoing('paidAfterFailure', 'open'), own), sale), 'moneyGoesBack');
  });

  it('does not show for a sale that is paid by another code', () => {
    const sale = saleOf({ state: 'settled', attempts: [failed, { ...ATTEMPT, paymentRequestId: '2', result: 'S' }] });
    assert.equal(endText(bookOf(sale, undoing('paidAfterFailure', 'open')), sale), undefined);
  });
});

describe('what an attempt that failed says', () => {
  const text = (state: Sale['state'], resultCode: string): TextKey | undefined => {
    const attempt: Attempt = { ...ATTEMPT, result: 'F', resultCode };
    const sale = saleOf({ state, attempts: [attempt] });
    return attemptText(sale, attempt);
  };
  const AGAIN = [
    'EXPIRED_CODE',
    'INVALID_PAYMENT_CODE',
    'USER_BALANCE_NOT_ENOUGH',
    'NO_PAY_OPTIONS',
    'USER_AMOUNT_EXCEED_LIMIT',
    'ORDER_IS_CANCELED',
    'ORDER_IS_CLOSED',
    'FAIL',
    'CANCELLED',
  ];
  const INVITES = /\bshow\b/i;

  for (const code of AGAIN) {
    it(`${code}: asks for another code while the sale waits for one, but not once it has ended`, () => {
      const [waiting = 'ready', ended = 'ready'] = [text('awaitingCode', code), text('declined', code)];
      assert.match(CUSTOMER_TEXTS[waiting].en, INVITES);
      assert.match(CUSTOMER_TEXTS[waiting]['zh-CN'], /出示|刷新|更换/);
      for (const state of ['declined', 'cancelled', 'settled', 'paying'] as const) {
        assert.equal(text(state, code), ended);
      }
      assert.doesNotMatch(CUSTOMER_TEXTS[ended].en, INVITES);
      assert.doesNotMatch(CUSTOMER_TEXTS[ended]['zh-CN'], /出示|刷新/);
    });
  }

  const MEANT: readonly [code: string, never: RegExp][] = [
    ['PAYMENT_AMOUNT_EXCEED_LIMIT', /your/i],
    ['ORDER_IS_CANCELED', /expired/],
    ['ORDER_IS_CLOSED', /expired/],
    ['USER_PAYMENT_VERIFICATION_FAILED', /support|contact/],
  ];
  for (const [code, never] of MEANT) {
    it(`${code}: never ${never}`, () => {
      for (const state of ['awaitingCode', 'declined'] as const) {
        assert.doesNotMatch(CUSTOMER_TEXTS[text(state, code) ?? 'ready'].en, never);
      }
    });
  }
});

describe('the request to confirm on the phone', () => {
  const PAY = ['payAnswered'] as const;
  const ASKED = ['payAnswered', 'inquiryAnswered'] as const;
  const WORDS: readonly [
    name: string,
    by: readonly ('payAnswered' | 'inquiryAnswered')[],
    Parameters<typeof tell>[2],
    TextKey,
  ][] = [
    ['PAYMENT_IN_PROCESS', ASKED, unclear('PAYMENT_IN_PROCESS'), 'confirmOnPhone'],
    ['PROCESSING', ['inquiryAnswered'], found('PROCESSING'), 'confirmOnPhone'],
    ['a state of next year', ['inquiryAnswered'], found('PENDING'), 'checkingPayment'],
    ['UNKNOWN_EXCEPTION', ASKED, unclear('UNKNOWN_EXCEPTION'), 'checkingPayment'],
    ['UNKNOWN_EXCEPTION with a payment id', PAY, unclear('UNKNOWN_EXCEPTION', { paymentId: 'P1' }), 'checkingPayment'],
    ['REQUEST_TRAFFIC_EXCEED_LIMIT', ASKED, unclear('REQUEST_TRAFFIC_EXCEED_LIMIT'), 'checkingPayment'],
    ['SYSTEM_ERROR', PAY, failure('SYSTEM_ERROR'), 'checkingPayment'],
    ['another amount', PAY, paid(cny('1')), 'checkingPayment'],
    [
      'an unsigned PAYMENT_IN_PROCESS',
      ASKED,
      unclear('PAYMENT_IN_PROCESS', { signature: 'missing' }),
      'checkingPayment',
    ],
    ['silence', ASKED, SILENCE, 'checkingPayment'],
  ];

  function tell(
    drive: Drive,
    by: 'payAnswered' | 'inquiryAnswered',
    answer: ReturnType<typeof success> | typeof SILENCE,
  ) {
    const { paymentRequestId } = drive.lastSent('sendPay').payment;
    if (by === 'inquiryAnswered') drive.fire('inquiry');
    drive.feed({ type: by, paymentRequestId, answer });
  }

  for (const [name, calls, answer, text] of WORDS) {
    for (const by of calls) {
      it(`${by} with ${name}: ${text}`, () => {
        const drive = createReadyDrive();
        startPaying(drive);
        assert.equal(view(drive.state).text, 'paying');
        tell(drive, by, answer);
        assert.equal(view(drive.state).text, text);
      });
    }
  }

  it('shows once the acquirer said so, and stays whatever it answers afterwards', () => {
    const drive = createReadyDrive();
    startPaying(drive);
    tell(drive, 'payAnswered', unclear('UNKNOWN_EXCEPTION', { paymentId: 'P1' }));
    tell(drive, 'inquiryAnswered', found('PROCESSING'));
    tell(drive, 'inquiryAnswered', SILENCE);
    assert.equal(view(drive.state).text, 'confirmOnPhone');
    const shown = drive.records.filter(({ type }) => type === 'paymentShown').length;
    for (let again = 0; again < 5; again += 1) tell(drive, 'inquiryAnswered', found('PROCESSING'));
    assert.equal(drive.records.filter(({ type }) => type === 'paymentShown').length, shown);
  });

  it('does not carry over to the next attempt', () => {
    const drive = createReadyDrive();
    startPaying(drive);
    tell(drive, 'payAnswered', unclear('PAYMENT_IN_PROCESS'));
    tell(drive, 'inquiryAnswered', found('FAIL'));
    drive.feed({ type: 'codeScanned', code: CODE });
    tell(drive, 'payAnswered', SILENCE);
    assert.equal(view(drive.state).text, 'checkingPayment');
  });
});

describe('news of a sale on the screen', () => {
  it('changes with the state of the money, and keeps its id', () => {
    const drive = createReadyDrive({ vend: 'device' });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'no' });
    const before = view(drive.state);
    const { exchange, reversalId } = drive.lastSent('sendReversal');
    drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: success() });
    const after = view(drive.state);
    assert.deepEqual([before.text, after.text], ['vendFailed', 'vendFailedReturned']);
    assert.equal(before.refusal, after.refusal);
  });

  it('no longer says paid once the host app could not deliver', () => {
    const drive = createReadyDrive({ vend: 'host', hostConfirmMs: 0 });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    assert.deepEqual([view(drive.state).text, view(drive.state).lamps.paid], ['paid', true]);
    drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
    assert.deepEqual([view(drive.state).text, view(drive.state).lamps.paid], ['vendFailed', false]);
  });

  it('ends where the next sale begins', () => {
    const drive = createReadyDrive({ vend: 'host' });
    startPaying(drive);
    drive.feed({ type: 'keyPressed', key: '*' });
    assert.equal(view(drive.state).text, 'reversing');
    startSale(drive, '300', 'order-2');
    assert.equal(view(drive.state).text, 'showCode');
  });
});
