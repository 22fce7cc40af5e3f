import assert from 'node:assert/strict';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import { CANCEL_CODES, INQUIRY_CODES, PAY_CODES, REFUND_CODES } from '../../flows/result-codes.js';
import { view } from '../../flows/view.js';
import {
  cny,
  effectWords,
  failure,
  forged,
  found,
  paid,
  recordWords,
  refundFound,
  SILENCE,
  success,
  unclear,
  unsigned,
} from './builders.js';
import { createReadyDrive, type Drive, startPaying } from './drive.js';

const AMOUNT = cny('1250');

/** Codes of an interface, each with what has to follow from it. */
type Table = Readonly<Record<string, string>>;

/** Each key is a group of codes, `CODE CODE …`. */
function table(groups: Readonly<Record<string, string>>): Table {
  const rows = Object.entries(groups).flatMap(([action, codes]) => codes.split(' ').map((code) => [code, action]));
  assert.equal(new Set(rows.map(([code]) => code)).size, rows.length, 'a code stands twice');
  return Object.fromEntries(rows);
}

function covers(expected: Table, known: Readonly<Record<string, unknown>>): void {
  const missing = Object.keys(known).filter((code) => expected[code] === undefined);
  assert.deepEqual(missing, [], 'codes of the flow that this table does not judge');
}

describe('result codes', () => {
  describe('pay', () => {
    const PAY_MISCONFIGURED =
      'CURRENCY_NOT_SUPPORT INVALID_SIGNATURE KEY_NOT_FOUND ACCESS_DENIED INVALID_CONTRACT ' +
      'INVALID_MERCHANT_STATUS MERCHANT_KYB_NOT_QUALIFIED MERCHANT_NOT_REGISTERED NO_INTERFACE_DEF ' +
      'BUSINESS_NOT_SUPPORT INVALID_CLIENT CLIENT_INVALID INVALID_TOKEN MEDIA_TYPE_NOT_ACCEPTABLE METHOD_NOT_SUPPORTED';
    const PAY = table({
      awaitingCode:
        'EXPIRED_CODE INVALID_PAYMENT_CODE USER_BALANCE_NOT_ENOUGH NO_PAY_OPTIONS USER_AMOUNT_EXCEED_LIMIT ' +
        'ORDER_IS_CANCELED ORDER_IS_CLOSED',
      declined:
        'PAYMENT_AMOUNT_EXCEED_LIMIT PAYMENT_COUNT_EXCEED_LIMIT USER_NOT_EXIST USER_STATUS_ABNORMAL ' +
        'USER_KYC_NOT_QUALIFIED USER_PAYMENT_VERIFICATION_FAILED PAYMENT_NOT_QUALIFIED FRAUD_REJECT RISK_REJECT ' +
        'REGULATION_RESTRICTION UNAVAILABLE_PAYMENT_METHOD PROCESS_FAIL A_CODE_OF_NEXT_YEAR',
      notReady: PAY_MISCONFIGURED,
      /* Perhaps because of the text of this order only. */
      suspect: 'PARAM_ILLEGAL',
      inquiring:
        'SYSTEM_ERROR ORDER_STATUS_INVALID REPEAT_REQ_INCONSISTENT SUCCESS PAYMENT_IN_PROCESS UNKNOWN_EXCEPTION ' +
        'REQUEST_TRAFFIC_EXCEED_LIMIT',
    });

    /** Of those that stop sales, the ones that do so only with the acquirer's signature. */
    const ONLY_SIGNED = ['CURRENCY_NOT_SUPPORT', 'PARAM_ILLEGAL'];

    it('has an expectation for every code that the flow knows', () => covers(PAY, PAY_CODES));

    /** A box that just got `answer` to its pay request. */
    function afterPay(answer: AcquirerAnswer): Drive {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive, AMOUNT.value);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer });
      return drive;
    }

    for (const [code, expected] of Object.entries(PAY)) {
      it(`F ${code}: ${expected}`, () => {
        const drive = afterPay(failure(code));
        const { state, endCode } = drive.sale();
        if (expected !== 'notReady' && expected !== 'suspect') assert.equal(state, expected);
        else {
          assert.equal(state, 'declined');
          assert.equal(drive.state.live.acquirer, expected === 'suspect' ? 'reachable' : 'misconfigured');
          assert.equal(drive.sent('raiseAlarm').filter(({ alarm }) => alarm === 'acquirerMisconfigured').length, 1);
        }
        if (state === 'declined') assert.equal(endCode, code);
        assert.deepEqual(drive.sent('sendReversal'), [], 'what surely failed needs no reversal');
      });

      for (const [how, distrusted] of [
        ['unsigned', unsigned(failure(code))],
        ['wrongly signed', forged(failure(code))],
      ] as const) {
        it(`${how} F ${code}: never believed, inquires`, () => {
          const drive = afterPay(distrusted);
          assert.equal(drive.sale().state, 'inquiring');
          const raised = expected === 'notReady' && !ONLY_SIGNED.includes(code);
          const condition = raised ? 'misconfigured' : 'unverified';
          assert.equal(drive.state.live.acquirer, condition);
        });
      }

      it(`U ${code}: inquires whatever the code`, () => {
        assert.equal(afterPay(unclear(code)).sale().state, 'inquiring');
      });
    }

    const READ = table({
      codeExpired: 'EXPIRED_CODE',
      showNewCode: 'ORDER_IS_CANCELED ORDER_IS_CLOSED',
      codeInvalid: 'INVALID_PAYMENT_CODE',
      balanceTooLow: 'USER_BALANCE_NOT_ENOUGH',
      noWayToPay: 'NO_PAY_OPTIONS',
      limitReached: 'USER_AMOUNT_EXCEED_LIMIT',
      walletNotAccepted: 'UNAVAILABLE_PAYMENT_METHOD',
      amountTooHigh: 'PAYMENT_AMOUNT_EXCEED_LIMIT',
      tooManyPayments: 'PAYMENT_COUNT_EXCEED_LIMIT',
      notVerified: 'USER_PAYMENT_VERIFICATION_FAILED',
      contactWallet: 'USER_NOT_EXIST USER_STATUS_ABNORMAL USER_KYC_NOT_QUALIFIED',
      declined:
        'PAYMENT_NOT_QUALIFIED FRAUD_REJECT RISK_REJECT REGULATION_RESTRICTION PROCESS_FAIL A_CODE_OF_NEXT_YEAR',
      serviceUnavailable: `${PAY_MISCONFIGURED} PARAM_ILLEGAL`,
    });
    it('has a text for each failure', () => {
      const failures = Object.entries(PAY).filter(([, action]) => action !== 'inquiring');
      assert.deepEqual(Object.keys(READ).sort(), failures.map(([code]) => code).sort());
    });
    for (const [code, text] of Object.entries(READ)) {
      it(`F ${code}: the customer reads ${text}`, () => {
        assert.equal(view(afterPay(failure(code)).state).text, text);
      });
    }

    it('S with the amount of the request: paid', () => {
      assert.equal(afterPay(paid(AMOUNT)).sale().state, 'settled');
    });

    const doubtful: Readonly<Record<string, readonly [AcquirerAnswer, string]>> = {
      'S with another amount': [paid(cny('1251')), 'amountDiffers'],
      'S with another currency': [paid({ currency: 'JPY', value: '1250' }), 'amountDiffers'],
      'S without an amount': [success({ paymentId: 'P1' }), 'amountDiffers'],
      'S unsigned': [unsigned(paid(AMOUNT)), 'signatureWrong'],
      'S wrongly signed': [forged(paid(AMOUNT)), 'signatureWrong'],
    };
    for (const [name, [answer, alarm]] of Object.entries(doubtful)) {
      it(`${name}: unknown, inquires, alarms`, () => {
        const drive = afterPay(answer);
        assert.equal(drive.sale().state, 'inquiring');
        assert.deepEqual(
          drive.sent('raiseAlarm').map((effect) => effect.alarm),
          [alarm],
        );
      });
    }

    for (const reason of ['timeout', 'disconnected', 'httpStatus', 'garbled', 'tooLarge', 'mismatch'] as const) {
      it(`silence (${reason}): inquires`, () => {
        assert.equal(afterPay({ kind: 'silence', reason }).sale().state, 'inquiring');
      });
    }

    it('believes the first answer: a second one is late', () => {
      const drive = afterPay(paid(AMOUNT));
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      const again = drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('RISK_REJECT') });
      assert.equal(again.ignored, 'late reply to pay');
      assert.equal(drive.sale().state, 'settled');
    });
  });

  describe('inquiry of a payment being made', () => {
    function afterInquiry(answer: AcquirerAnswer): Drive {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive, AMOUNT.value);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS') });
      drive.fire('inquiry');
      drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer });
      return drive;
    }

    const CALL = table({
      inquiring: 'ORDER_NOT_EXIST',
      reversing: 'SYSTEM_ERROR PROCESS_FAIL PARAM_ILLEGAL ACCESS_DENIED RISK_REJECT A_CODE_OF_NEXT_YEAR',
    });
    it('has an expectation for every code that the flow knows', () => covers(CALL, INQUIRY_CODES));

    for (const [code, expected] of Object.entries(CALL)) {
      it(`F ${code}: ${expected}`, () => assert.equal(afterInquiry(failure(code)).sale().state, expected));
      it(`unsigned or wrongly signed F ${code}: never believed, inquires again`, () => {
        assert.equal(afterInquiry(unsigned(failure(code))).sale().state, 'inquiring');
        assert.equal(afterInquiry(forged(failure(code))).sale().state, 'inquiring');
      });
    }

    const STATUS: Readonly<Record<string, readonly [AcquirerAnswer, string]>> = {
      'S SUCCESS': [found('SUCCESS', { amount: AMOUNT }), 'settled'],
      'S SUCCESS with another amount': [found('SUCCESS', { amount: cny('125') }), 'inquiring'],
      'S SUCCESS without an amount': [found('SUCCESS'), 'inquiring'],
      'S SUCCESS unsigned': [unsigned(found('SUCCESS', { amount: AMOUNT })), 'inquiring'],
      'S SUCCESS wrongly signed': [forged(found('SUCCESS', { amount: AMOUNT })), 'inquiring'],
      'S FAIL': [found('FAIL'), 'awaitingCode'],
      'S FAIL because of USER_BALANCE_NOT_ENOUGH': [
        found('FAIL', { paymentResultCode: 'USER_BALANCE_NOT_ENOUGH' }),
        'awaitingCode',
      ],
      'S FAIL because of SYSTEM_ERROR': [found('FAIL', { paymentResultCode: 'SYSTEM_ERROR' }), 'awaitingCode'],
      'S FAIL because of a code of next year': [found('FAIL', { paymentResultCode: 'NEXT_YEAR' }), 'awaitingCode'],
      'S FAIL because of RISK_REJECT': [found('FAIL', { paymentResultCode: 'RISK_REJECT' }), 'declined'],
      'S FAIL because of INVALID_CONTRACT': [found('FAIL', { paymentResultCode: 'INVALID_CONTRACT' }), 'declined'],
      'S FAIL unsigned': [unsigned(found('FAIL')), 'inquiring'],
      'S CANCELLED': [found('CANCELLED'), 'awaitingCode'],
      'S PROCESSING': [found('PROCESSING'), 'inquiring'],
      'S PENDING': [found('PENDING'), 'inquiring'],
      'S with a status of next year': [found('NEXT_YEAR'), 'inquiring'],
      'S without a status': [success({ amount: AMOUNT }), 'inquiring'],
      U: [unclear(), 'inquiring'],
      silence: [SILENCE, 'inquiring'],
    };
    for (const [name, [answer, expected]] of Object.entries(STATUS)) {
      it(`${name}: ${expected}`, () => assert.equal(afterInquiry(answer).sale().state, expected));
    }

    it('stops sales when the payment failed for a reason of configuration', () => {
      const drive = afterInquiry(found('FAIL', { paymentResultCode: 'INVALID_CONTRACT' }));
      assert.equal(drive.state.live.acquirer, 'misconfigured');
    });
  });

  describe('cancel', () => {
    /** A paid sale is reversed because the goods did not come out; `answer` is that to the cancel. */
    function afterCancel(answer: AcquirerAnswer, knownToAcquirer = true): Drive {
      const drive = createReadyDrive({ vend: 'host', hostConfirmMs: 30_000 });
      const paymentRequestId = startPaying(drive, AMOUNT.value);
      if (knownToAcquirer) drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
      drive.feed({ type: 'cancelRequested', callId: 'c', saleId: drive.sale().saleId });
      drive.news();
      answerReversal(drive, answer);
      return drive;
    }

    const CANCEL = table({
      'inquires at once':
        'CANCEL_WINDOW_EXCEED ORDER_STATUS_INVALID PROCESS_FAIL ORDER_IS_CANCELED ORDER_IS_CLOSED ORDER_NOT_EXIST',
      'cancels again':
        'CLIENT_INVALID ACCESS_DENIED PARAM_ILLEGAL INVALID_SIGNATURE SYSTEM_ERROR REPEAT_REQ_INCONSISTENT A_CODE_OF_NEXT_YEAR',
    });
    it('has an expectation for every code that the flow knows', () => covers(CANCEL, CANCEL_CODES));

    for (const [code, expected] of Object.entries(CANCEL)) {
      it(`F ${code} for a payment the acquirer knows: ${expected}`, () => {
        const drive = afterCancel(failure(code));
        assert.equal(drive.reversal().state, 'open');
        if (expected === 'inquires at once') assert.equal(drive.news(), 'sendReversal:inquiry');
        else {
          assert.equal(drive.news(), '', 'nothing goes out before the interval is over');
          drive.wait(drive.policy.cancelRetryIntervalMs);
          assert.equal(drive.news(), 'sendReversal:cancel');
        }
      });

      for (const distrusted of [unsigned(failure(code)), forged(failure(code))]) {
        it(`${distrusted.signature} signature, F ${code}: never believed, sends a probe, cancels again`, () => {
          const drive = afterCancel(distrusted);
          drive.news();
          drive.wait(drive.policy.cancelRetryIntervalMs);
          assert.equal(drive.news(), 'sendProbe sendReversal:cancel');
        });
      }
    }

    it('F ORDER_NOT_EXIST for a payment that is not known: waits for its expiry and cancels again', () => {
      const drive = afterCancel(failure('ORDER_NOT_EXIST'), false);
      drive.wait(89_000);
      assert.deepEqual([drive.sent('sendReversal').length, drive.reversal().state], [1, 'open']);
      drive.wait(1000);
      assert.equal(drive.lastSent('sendReversal').request.type, 'cancel');
      assert.equal(drive.sent('sendReversal').length, 2);
      answerReversal(drive, failure('ORDER_NOT_EXIST'));
      assert.deepEqual([drive.reversal().end?.how, drive.sale().state], ['nothingCharged', 'reversed']);
    });

    it('S: reversed', () => {
      const drive = afterCancel(success());
      assert.deepEqual([drive.reversal().end?.how, drive.sale().state], ['cancelled', 'reversed']);
    });

    const NOTHING_PROVEN: Readonly<Record<string, AcquirerAnswer>> = {
      U: unclear(),
      'U REQUEST_TRAFFIC_EXCEED_LIMIT': unclear('REQUEST_TRAFFIC_EXCEED_LIMIT'),
      'U CANCEL_WINDOW_EXCEED': unclear('CANCEL_WINDOW_EXCEED'),
      'U ORDER_NOT_EXIST': unclear('ORDER_NOT_EXIST'),
      silence: SILENCE,
      'S unsigned': unsigned(success()),
      'S wrongly signed': forged(success()),
    };
    for (const [name, answer] of Object.entries(NOTHING_PROVEN)) {
      it(`${name}: the same cancel again`, () => {
        const drive = afterCancel(answer);
        const first = drive.lastSent('sendReversal').request;
        assert.equal(drive.reversal().state, 'open');
        drive.wait(drive.policy.cancelRetryIntervalMs);
        assert.equal(drive.sent('sendReversal').length, 2);
        assert.deepEqual(drive.lastSent('sendReversal').request, first);
      });
    }

    describe('refused, and the payment inquired', () => {
      /** What follows within the interval, for a payment that is known and for one that is not. */
      const ANSWERS: Readonly<Record<string, readonly [AcquirerAnswer, known: string, unknown: string]>> = {
        'S SUCCESS': [found('SUCCESS', { amount: AMOUNT }), 'refund', 'refund, known'],
        'S SUCCESS without an id': [success({ paymentStatus: 'SUCCESS' }), 'refund', 'inquiry, known'],
        'S CANCELLED': [found('CANCELLED'), 'cancelled', 'cancelled'],
        'S FAIL': [found('FAIL'), 'nothingCharged', 'nothingCharged'],
        'S PROCESSING': [found('PROCESSING'), 'cancel', 'cancel, known'],
        'S with a status of next year': [found('NEXT_YEAR'), 'cancel', 'cancel, known'],
        'S without a status': [success({ paymentId: 'P1' }), 'cancel', 'cancel'],
        'S CANCELLED unsigned': [unsigned(found('CANCELLED')), 'inquiry', 'inquiry'],
        'S CANCELLED wrongly signed': [forged(found('CANCELLED')), 'inquiry', 'inquiry'],
        'F ORDER_NOT_EXIST': [failure('ORDER_NOT_EXIST'), 'cancel', 'nothing'],
        'F of next year': [failure('NEXT_YEAR'), 'cancel', 'cancel'],
        'U with a status': [unclear('UNKNOWN_EXCEPTION', { paymentStatus: 'CANCELLED' }), 'inquiry', 'inquiry'],
        'U ORDER_NOT_EXIST': [unclear('ORDER_NOT_EXIST'), 'inquiry', 'inquiry'],
        silence: [SILENCE, 'inquiry', 'inquiry'],
      };

      function follows(drive: Drive, wasKnown: boolean): string {
        drive.wait(drive.policy.cancelRetryIntervalMs);
        const { end, known } = drive.reversal();
        const next = drive.sent('sendReversal')[2]?.request.type ?? 'nothing';
        return `${end?.how ?? next}${known === wasKnown ? '' : ', known'}`;
      }

      for (const [name, [answer, ...expected]] of Object.entries(ANSWERS)) {
        for (const [i, knownToAcquirer] of [true, false].entries()) {
          it(`${name} of a payment ${knownToAcquirer ? '' : 'not '}known: ${expected[i]}`, () => {
            const drive = afterCancel(failure('CANCEL_WINDOW_EXCEED'), knownToAcquirer);
            answerReversal(drive, answer);
            assert.equal(follows(drive, knownToAcquirer), expected[i]);
          });
        }
      }

      it('F ORDER_NOT_EXIST of a payment never known: cancels once more after its expiry, and that closes it', () => {
        const drive = afterCancel(failure('ORDER_STATUS_INVALID'), false);
        answerReversal(drive, failure('ORDER_NOT_EXIST'));
        drive.wait(89_999);
        assert.equal(drive.sent('sendReversal').length, 2);
        drive.wait(1);
        assert.equal(drive.lastSent('sendReversal').request.type, 'cancel');
        answerReversal(drive, failure('ORDER_STATUS_INVALID'));
        answerReversal(drive, failure('ORDER_NOT_EXIST'));
        assert.deepEqual([drive.reversal().end?.how, drive.sale().state], ['nothingCharged', 'reversed']);
      });
    });
  });

  describe('refund', () => {
    /** A refund of 2.50 was requested; `answer` is that to it. */
    function afterRefund(answer: AcquirerAnswer): Drive {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive, AMOUNT.value);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
      const { saleId } = drive.sale();
      drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'refund-1', amount: cny('250') });
      drive.news();
      answerReversal(drive, answer);
      return drive;
    }

    const REFUND = table({
      'inquires the refund':
        'REFUND_IN_PROCESS PROCESS_FAIL MERCHANT_BALANCE_NOT_ENOUGH ACCESS_DENIED SYSTEM_ERROR A_CODE_OF_NEXT_YEAR',
      'calls a person':
        'ORDER_NOT_EXIST ORDER_STATUS_INVALID REPEAT_REQ_INCONSISTENT RISK_REJECT INVALID_MERCHANT_STATUS',
      'is held for a person':
        'ORDER_IS_CLOSED REFUND_AMOUNT_EXCEED REFUND_WINDOW_EXCEED REFUND_NOT_SUPPORTED ' +
        'PARTIAL_REFUND_NOT_SUPPORTED MULTIPLE_REFUNDS_NOT_SUPPORTED',
      'inquires the payment': 'ORDER_IS_CANCELED',
    });
    it('has an expectation for every code that the flow knows', () => covers(REFUND, REFUND_CODES));

    for (const [code, expected] of Object.entries(REFUND)) {
      it(`F ${code}: ${expected}`, () => {
        const drive = afterRefund(failure(code));
        switch (expected) {
          case 'calls a person':
            assert.equal(drive.news(), 'alarm:refundRefused alarm:reversalNeedsPerson');
            assert.deepEqual([drive.reversal().state, drive.reversal().lastCode], ['needsPerson', code]);
            drive.wait(10 * 60_000 - 1);
            assert.equal(drive.sent('sendReversal').length, 1);
            drive.wait(60_001);
            assert.equal(drive.sent('sendReversal').length, 2, 'it is still tried, slowly');
            return;
          case 'is held for a person': {
            assert.equal(drive.news(), 'alarm:refundRefused alarm:reversalNeedsPerson');
            const { state, manual, lastCode } = drive.reversal();
            assert.deepEqual([state, manual, lastCode], ['needsPerson', true, code]);
            drive.wait(24 * 3_600_000);
            drive.reboot();
            drive.wait(24 * 3_600_000);
            assert.equal(drive.sent('sendReversal').length, 1, 'a person may have paid it back by now');
            const first = drive.lastSent('sendReversal').request;
            drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId: drive.reversal().reversalId });
            assert.deepEqual(drive.lastSent('sendReversal').request, first, 'the same refund: it never was made');
            return;
          }
        }
        drive.wait(drive.policy.cancelRetryIntervalMs);
        const again = drive.lastSent('sendReversal').request;
        assert.equal(again.type, expected === 'inquires the payment' ? 'inquiry' : 'refundInquiry');
        assert.equal(drive.sent('sendReversal').length, 2);
      });
    }

    for (const [name, answer] of Object.entries({
      S: success(),
      'S with the amount of the request': success({ refundAmount: cny('250') }),
    })) {
      it(`${name}: refunded, and the sale stands`, () => {
        const drive = afterRefund(answer);
        assert.deepEqual([drive.reversal().end?.how, drive.sale().state], ['refunded', 'settled']);
      });
    }

    for (const [name, refundAmount] of Object.entries({
      'another amount': cny('1'),
      'another currency': { currency: 'JPY', value: '250' },
    })) {
      it(`S with ${name}: unknown, alarms, and inquires the refund`, () => {
        const drive = afterRefund(success({ refundAmount }));
        assert.deepEqual([drive.reversal().state, drive.news()], ['open', 'alarm:amountDiffers']);
        drive.wait(drive.policy.cancelRetryIntervalMs);
        assert.equal(drive.lastSent('sendReversal').request.type, 'refundInquiry');
        answerReversal(drive, success({ refundStatus: 'SUCCESS', refundAmount }));
        assert.equal(drive.reversal().state, 'open');
        drive.wait(drive.policy.cancelRetryIntervalMs);
        answerReversal(drive, success({ refundStatus: 'SUCCESS', refundAmount: cny('250') }));
        assert.equal(drive.reversal().end?.how, 'refunded');
      });
    }

    it('F ORDER_IS_CANCELED of a payment that is found to be paid: the same refund again, not another one', () => {
      const drive = afterRefund(failure('ORDER_IS_CANCELED'));
      const first = drive.lastSent('sendReversal').request;
      drive.wait(drive.policy.cancelRetryIntervalMs);
      const decision = answerReversal(drive, found('SUCCESS', { amount: AMOUNT }));
      assert.deepEqual([recordWords(decision), effectWords(decision)], ['', 'sendReversal:refund']);
      assert.deepEqual(drive.lastSent('sendReversal').request, first);
    });

    for (const [name, answer] of Object.entries({
      U: unclear(),
      'U ORDER_NOT_EXIST': unclear('ORDER_NOT_EXIST'),
      'U ORDER_IS_CANCELED': unclear('ORDER_IS_CANCELED'),
      silence: SILENCE,
      'S unsigned': unsigned(success()),
      'S wrongly signed': forged(success()),
    })) {
      it(`${name}: inquires the refund`, () => {
        const drive = afterRefund(answer);
        assert.equal(drive.reversal().state, 'open');
        drive.wait(drive.policy.cancelRetryIntervalMs);
        const { refundRequestId = 'none' } = drive.reversal();
        assert.deepEqual(drive.lastSent('sendReversal').request, { type: 'refundInquiry', refundRequestId });
      });
    }

    describe('inquiry of it', () => {
      const ANSWERS: Readonly<Record<string, readonly [AcquirerAnswer, string]>> = {
        'S SUCCESS': [refundFound('SUCCESS'), 'refunded'],
        'S SUCCESS unsigned': [unsigned(refundFound('SUCCESS')), 'refund'],
        'S SUCCESS wrongly signed': [forged(refundFound('SUCCESS')), 'refund'],
        'S PROCESSING': [refundFound('PROCESSING'), 'refundInquiry'],
        'S with a status of next year': [refundFound('NEXT_YEAR'), 'refund'],
        'S without a status': [success(), 'refund'],
        'F REFUND_NOT_EXIST': [failure('REFUND_NOT_EXIST'), 'refund'],
        'F ORDER_NOT_EXIST': [failure('ORDER_NOT_EXIST'), 'refund'],
        'F of next year': [failure('NEXT_YEAR'), 'refund'],
        U: [unclear(), 'refund'],
        'U REFUND_NOT_EXIST': [unclear('REFUND_NOT_EXIST'), 'refund'],
        'U with a status': [unclear('UNKNOWN_EXCEPTION', { refundStatus: 'SUCCESS' }), 'refund'],
        silence: [SILENCE, 'refund'],
      };
      for (const [name, [answer, expected]] of Object.entries(ANSWERS)) {
        it(`${name}: ${expected}`, () => {
          const drive = afterRefund(SILENCE);
          const first = drive.lastSent('sendReversal').request;
          drive.wait(drive.policy.cancelRetryIntervalMs);
          answerReversal(drive, answer);
          if (expected === 'refunded') return assert.equal(drive.reversal().end?.how, 'refunded');
          drive.wait(drive.policy.cancelRetryIntervalMs);
          const next = drive.lastSent('sendReversal').request;
          assert.equal(drive.sent('sendReversal').length, 3);
          assert.equal(next.type, expected);
          if (next.type === 'refund') assert.deepEqual(next, first, 'the same refund, not another one');
        });
      }

      it('S FAIL: is held for a person; only a retry asks for another refund, under a new and durable id', () => {
        const drive = afterRefund(SILENCE);
        const first = drive.reversal().refundRequestId;
        drive.wait(drive.policy.cancelRetryIntervalMs);
        drive.news();
        const decision = answerReversal(drive, refundFound('FAIL'));
        assert.equal(recordWords(decision), 'reversalNeedsPerson');
        assert.equal(effectWords(decision), 'alarm:refundRefused alarm:reversalNeedsPerson');
        drive.wait(24 * 3_600_000);
        drive.reboot();
        drive.wait(24 * 3_600_000);
        assert.equal(drive.sent('sendReversal').length, 2);
        const { refundRequestId, reversalId, refundId, lastCode, manual } = drive.reversal();
        assert.deepEqual([refundRequestId, refundId, lastCode, manual], [first, 'refund-1', 'REFUND_FAILED', true]);
        const retried = drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId });
        assert.equal(recordWords(retried), 'reversalReleased reversalTurnedToRefund');
        const { request } = drive.lastSent('sendReversal');
        assert.notEqual(request.type === 'refund' && request.refundRequestId, first);
        assert.equal(drive.reversal().refundRequestId, request.type === 'refund' && request.refundRequestId);
        drive.reboot({ torn: true });
        assert.deepEqual(drive.lastSent('sendReversal').request, request);
      });

      it('S FAIL: is held also where a person had been called before', () => {
        const drive = afterRefund(failure('RISK_REJECT'));
        for (const word of [failure('REFUND_IN_PROCESS'), refundFound('FAIL')]) {
          drive.fire(`reversal:${drive.reversal().reversalId}`);
          answerReversal(drive, word);
        }
        assert.equal(drive.reversal().manual, true);
        const before = drive.sent('sendReversal').length;
        drive.wait(24 * 3_600_000);
        assert.equal(drive.sent('sendReversal').length, before);
      });
    });
  });
});

function answerReversal(drive: Drive, answer: AcquirerAnswer) {
  const { exchange, reversalId } = drive.lastSent('sendReversal');
  return drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer });
}
