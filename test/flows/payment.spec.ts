import assert from 'node:assert/strict';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import { view } from '../../flows/view.js';
import { CODE, cny, failure, forged, found, paid, SILENCE, success, unclear, unsigned } from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, startPaying } from './drive.js';

const AMOUNT = cny('1250');

describe('a payment without a known result', () => {
  it('is inquired 5 s after the pay and then every 3 s, 15 times, each with a timeout of 3 s; then it is reversed', () => {
    const drive = createReadyDrive();
    startPaying(drive);
    const startMs = drive.nowMs;
    const sentAtMs: number[] = [];
    while (drive.sale().state !== 'reversing') {
      const before = drive.sent('sendInquiry').length;
      drive.wait(500);
      if (drive.sent('sendInquiry').length > before) sentAtMs.push(drive.nowMs - startMs);
    }
    assert.deepEqual(
      sentAtMs,
      Array.from({ length: 15 }, (_, i) => 5000 + i * 3000),
    );
    assert.equal(drive.nowMs - startMs, 50_000);
    const { paymentRequestId } = drive.lastSent('sendPay').payment;
    assert.deepEqual(
      drive.sent('sendInquiry'),
      Array(15).fill({ type: 'sendInquiry', timeoutMs: 3000, paymentRequestId }),
    );
    assert.deepEqual([drive.reversal().cause, drive.reversal().known], ['budgetSpent', false]);
  });

  it('is not inquired sooner when the pay says U at once', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.wait(200);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS') });
    drive.wait(4799);
    assert.equal(drive.sent('sendInquiry').length, 0);
    drive.wait(1);
    assert.equal(drive.sent('sendInquiry').length, 1);
  });

  it('is paid by any inquiry, or by a late reply to the pay', () => {
    for (const type of ['inquiryAnswered', 'payAnswered'] as const) {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive);
      drive.wait(46_000);
      drive.feed({ type, paymentRequestId, answer: found('SUCCESS', { amount: AMOUNT }) });
      assert.equal(drive.sale().state, 'settled');
    }
  });

  it('keeps the payment id of an earlier answer', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS', { paymentId: 'P9' }) });
    const { paymentId: _, ...answer } = paid(AMOUNT);
    drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer: { ...answer, paymentStatus: 'SUCCESS' } });
    assert.equal(drive.sale().attempts[0]?.paymentId, 'P9');
  });

  it('is not settled by wrong amounts, however often: it is reversed after the last inquiry', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    for (let i = 0; i < 15; i += 1) {
      drive.fire('inquiry');
      drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer: found('SUCCESS', { amount: cny('1') }) });
    }
    drive.fire('inquiry');
    assert.deepEqual([drive.sale().state, drive.sent('startVend')], ['reversing', []]);
    assert.equal(drive.reversal().known, true);
  });

  const LATE_WORDS = {
    'a reply to pay': ['payAnswered', 'late reply to pay'],
    'a reply to an inquiry': ['inquiryAnswered', 'late reply to an inquiry'],
    'a notification': ['paymentNotified', 'notification in state reversing'],
  } as const;
  for (const [name, [type, reason]] of Object.entries(LATE_WORDS)) {
    it(`that the customer cancelled is reversed; ${name} of success makes it known, and approves nothing`, () => {
      const drive = createReadyDrive();
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'keyPressed', key: '*' });
      assert.deepEqual([drive.sale().state, view(drive.state).text], ['reversing', 'reversing']);
      const late = () =>
        type === 'paymentNotified'
          ? drive.feed({ type, paymentRequestId, paymentId: 'P1', amount: AMOUNT })
          : drive.feed({ type, paymentRequestId, answer: found('SUCCESS', { amount: AMOUNT, paymentId: 'P1' }) });
      assert.equal(late().ignored, undefined);
      assert.deepEqual([drive.reversal().known, drive.reversal().paymentId], [true, 'P1']);
      expectIgnored(late(), reason);
      assert.deepEqual([drive.sale().state, drive.sent('startVend')], ['reversing', []]);
    });
  }

  describe('whose reply comes after the customer gave up', () => {
    const WORDS: readonly ['payAnswered' | 'inquiryAnswered', name: string, AcquirerAnswer, known: boolean][] = [
      ['payAnswered', 'U', unclear(), false],
      ['payAnswered', 'U that turned it away', unclear('REQUEST_TRAFFIC_EXCEED_LIMIT'), false],
      ['payAnswered', 'U that shows it', unclear('PAYMENT_IN_PROCESS'), true],
      ['payAnswered', 'F', failure('RISK_REJECT'), false],
      ['payAnswered', 'S with another amount', paid(cny('1')), true],
      ['payAnswered', 'S without an id', success({ amount: AMOUNT }), true],
      ['payAnswered', 'S unsigned', unsigned(paid(AMOUNT)), false],
      ['payAnswered', 'S wrongly signed', forged(paid(AMOUNT)), false],
      ['payAnswered', 'silence', SILENCE, false],
      ['inquiryAnswered', 'S PROCESSING', found('PROCESSING'), true],
      ['inquiryAnswered', 'S without a status', success({ paymentId: 'P1' }), false],
      ['inquiryAnswered', 'F ORDER_NOT_EXIST', failure('ORDER_NOT_EXIST'), false],
      ['inquiryAnswered', 'U', unclear(), false],
      ['inquiryAnswered', 'S SUCCESS unsigned', unsigned(found('SUCCESS', { amount: AMOUNT })), false],
      ['inquiryAnswered', 'S SUCCESS wrongly signed', forged(found('SUCCESS', { amount: AMOUNT })), false],
      ['inquiryAnswered', 'silence', SILENCE, false],
    ];
    for (const [type, name, answer, known] of WORDS) {
      it(`${type}, ${name}: ${known ? 'makes it known' : 'shows nothing'}`, () => {
        const drive = createReadyDrive();
        const paymentRequestId = startPaying(drive);
        drive.feed({ type: 'keyPressed', key: '*' });
        const { ignored } = drive.feed({ type, paymentRequestId, answer });
        assert.deepEqual([drive.reversal().known, ignored === undefined], [known, known]);
      });
    }
  });

  it('does not become known by the answer to an inquiry without a status', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.fire('inquiry');
    drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer: success({ paymentId: 'P1' }) });
    drive.feed({ type: 'keyPressed', key: '*' });
    assert.equal(drive.reversal().known, false);
  });

  it('is undone with the payment id of an earlier answer', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS', { paymentId: 'P9' }) });
    drive.feed({ type: 'keyPressed', key: '*' });
    assert.equal(drive.reversal().paymentId, 'P9');
  });

  for (const [answer, resultCode, notice] of [
    [found('FAIL'), 'FAIL', 'showNewCode'],
    [found('CANCELLED'), 'CANCELLED', 'showNewCode'],
    [found('FAIL', { paymentResultCode: 'SYSTEM_ERROR' }), 'SYSTEM_ERROR', 'showNewCode'],
    [found('FAIL', { paymentResultCode: 'USER_BALANCE_NOT_ENOUGH' }), 'USER_BALANCE_NOT_ENOUGH', 'balanceTooLow'],
  ] as const) {
    it(`that an inquiry found to have failed keeps ${resultCode} as its result, and the customer reads ${notice}`, () => {
      const drive = createReadyDrive();
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer });
      assert.deepEqual([drive.sale().attempts[0]?.result, drive.sale().attempts[0]?.resultCode], ['F', resultCode]);
      assert.equal(view(drive.state).text, notice);
    });
  }

  describe('becomes known, or does not', () => {
    const ANSWERS = {
      'a bare U: nothing': [unclear('UNKNOWN_EXCEPTION'), false],
      'a U that turned it away: nothing': [unclear('REQUEST_TRAFFIC_EXCEED_LIMIT'), false],
      'silence: nothing': [SILENCE, false],
      'a forged success: nothing': [forged(paid(AMOUNT)), false],
      'a payment in process': [unclear('PAYMENT_IN_PROCESS'), true],
      'a U with a payment id': [unclear('UNKNOWN_EXCEPTION', { paymentId: 'P1' }), true],
      'a success with the wrong amount': [paid(cny('1')), true],
    } as const;
    const ENDS: Readonly<Record<string, (drive: Drive) => unknown>> = {
      'before the customer cancels': (drive) => drive.feed({ type: 'keyPressed', key: '*' }),
      'before the power goes': (drive) => drive.reboot({ torn: true }),
    };
    for (const [when, end] of Object.entries(ENDS)) {
      for (const [name, [answer, known]] of Object.entries(ANSWERS)) {
        it(`${when}: ${name}`, () => {
          const drive = createReadyDrive();
          const paymentRequestId = startPaying(drive);
          drive.feed({ type: 'payAnswered', paymentRequestId, answer });
          end(drive);
          assert.equal(drive.reversal().known, known);
        });
      }

      it(`${when}: an inquiry that says ORDER_NOT_EXIST: nothing; one that finds it: that it has it`, () => {
        for (const [answer, known] of [
          [failure('ORDER_NOT_EXIST'), false],
          [found('PROCESSING'), true],
          [found('SUCCESS', { amount: cny('1') }), true],
        ] as const) {
          const drive = createReadyDrive();
          const paymentRequestId = startPaying(drive);
          drive.fire('inquiry');
          drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer });
          end(drive);
          assert.equal(drive.reversal().known, known);
        }
      });

      it(`${when}: a notification with the wrong amount: that it has it`, () => {
        const drive = createReadyDrive();
        const paymentRequestId = startPaying(drive);
        drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P1', amount: cny('1') });
        end(drive);
        assert.equal(drive.reversal().known, true);
      });
    }

    it('costs a commit once, and none where the payment has its result at once', () => {
      const drive = createReadyDrive();
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS') });
      for (let i = 0; i < 3; i += 1) {
        drive.fire('inquiry');
        drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer: found('PROCESSING') });
      }
      const shown = () => drive.records.filter(({ type }) => type === 'paymentShown').length;
      assert.equal(shown(), 1);
      drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer: found('SUCCESS', { amount: AMOUNT }) });
      drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'yes' });
      const next = startPaying(drive, '1250', 'order-2');
      drive.feed({ type: 'payAnswered', paymentRequestId: next, answer: paid(AMOUNT) });
      assert.deepEqual([drive.sale().state, shown()], ['vending', 1]);
    });
  });

  describe('notified', () => {
    it('is paid, while it is being paid or inquired', () => {
      const drive = createReadyDrive();
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P1', amount: AMOUNT });
      assert.equal(drive.sale().state, 'vending');
      expectIgnored(drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) }), 'late reply to pay');
      assert.equal(drive.sent('startVend').length, 1);
    });

    for (const amount of [cny('1251'), { currency: 'USD', value: '1250' }]) {
      it(`with ${amount.value} ${amount.currency} it is not paid, and an alarm is raised`, () => {
        const drive = createReadyDrive();
        const paymentRequestId = startPaying(drive);
        const decision = drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P1', amount });
        assert.equal(drive.sale().state, 'paying');
        assert.deepEqual(decision.effects, [{ type: 'raiseAlarm', alarm: 'amountDiffers', detail: paymentRequestId }]);
        assert.equal(decision.ignored, undefined);
      });
    }

    it('of another one than that which did not exist, it is no contradiction', () => {
      const drive = createReadyDrive({ vend: 'host' });
      startPaying(drive);
      drive.feed({ type: 'keyPressed', key: '*' });
      for (const waitMs of [0, 90_000]) {
        drive.wait(waitMs);
        const { exchange, reversalId } = drive.lastSent('sendReversal');
        drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: failure('ORDER_NOT_EXIST') });
      }
      assert.equal(drive.reversal().end?.how, 'nothingCharged');
      const paymentRequestId = startPaying(drive, '1250', 'order-2');
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
      drive.news();
      const late = drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P1', amount: AMOUNT });
      expectIgnored(late, 'notification in state settled');
      assert.equal(drive.news(), '');
    });

    it('of another one than those that failed, it is no contradiction', () => {
      const drive = createReadyDrive();
      const failed = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId: failed, answer: failure('EXPIRED_CODE') });
      drive.news();
      const notify = (paymentRequestId: string) =>
        drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P1', amount: AMOUNT });
      expectIgnored(notify('none'), 'notification of an unknown payment');
      drive.feed({ type: 'codeScanned', code: CODE });
      drive.feed({ type: 'keyPressed', key: '*' });
      drive.news();
      assert.equal(notify(drive.lastSent('sendPay').payment.paymentRequestId).ignored, undefined);
      assert.deepEqual([drive.news(), drive.reversal().known], ['', true]);
    });
  });
});

describe('what the customer reads about failed attempts', () => {
  it('asks for another code while there is a next attempt, but not after the last one', () => {
    const drive = createReadyDrive();
    const notices = ['EXPIRED_CODE', 'INVALID_PAYMENT_CODE', 'EXPIRED_CODE'].map((code, attempt) => {
      if (attempt === 0) startPaying(drive);
      else drive.feed({ type: 'codeScanned', code: CODE });
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure(code) });
      return view(drive.state).text;
    });
    assert.deepEqual([notices, drive.sale().state], [['codeExpired', 'codeInvalid', 'declined'], 'declined']);
  });

  for (const [code, notice] of [
    ['EXPIRED_CODE', 'declined'],
    ['INVALID_PAYMENT_CODE', 'declined'],
    ['USER_BALANCE_NOT_ENOUGH', 'balanceNotEnough'],
  ] as const) {
    it(`says after the last one only what may help elsewhere: ${notice} for ${code}`, () => {
      const drive = createReadyDrive({ attemptLimit: 1 });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure(code) });
      assert.deepEqual([drive.sale().state, view(drive.state).text], ['declined', notice]);
    });
  }
});
