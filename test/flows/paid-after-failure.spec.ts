import assert from 'node:assert/strict';
import type { Event } from '../../flows/input.js';
import type { SaleState } from '../../flows/sale.js';
import type { Step } from '../../flows/step.js';
import { view } from '../../flows/view.js';
import { CODE, cny, effectWords, failure, found, NOON_WALL_MS, paid, success, unclear, unsigned } from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, startPaying } from './drive.js';

const AMOUNT = cny('1250');
/** Payment expiry and margin. */
const UNPAYABLE_MS = 90_000;

/** The first payment of a sale, which the acquirer refuses. */
function failFirst(drive: Drive, code: string): string {
  const paymentRequestId = startPaying(drive);
  drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure(code) });
  return paymentRequestId;
}

function payAgain(drive: Drive): string {
  drive.feed({ type: 'codeScanned', code: CODE });
  return drive.lastSent('sendPay').payment.paymentRequestId;
}

/** The states that the sale may have by then, each with the payment that failed. */
const MEANWHILE: Readonly<Record<string, readonly [SaleState, (drive: Drive) => string]>> = {
  'a sale that was declined': ['declined', (drive) => failFirst(drive, 'RISK_REJECT')],
  'a sale that waits for another code': ['awaitingCode', (drive) => failFirst(drive, 'EXPIRED_CODE')],
  'a sale that was given up then': [
    'cancelled',
    (drive) => {
      const id = failFirst(drive, 'EXPIRED_CODE');
      drive.feed({ type: 'keyPressed', key: '*' });
      return id;
    },
  ],
  'a sale that is being paid by another code': [
    'paying',
    (drive) => {
      const id = failFirst(drive, 'EXPIRED_CODE');
      payAgain(drive);
      return id;
    },
  ],
  'a sale that was paid by another code': [
    'settled',
    (drive) => {
      const id = failFirst(drive, 'EXPIRED_CODE');
      drive.feed({ type: 'payAnswered', paymentRequestId: payAgain(drive), answer: paid(AMOUNT) });
      return id;
    },
  ],
  'a sale whose inquiry had said so': [
    'awaitingCode',
    (drive) => {
      const paymentRequestId = startPaying(drive);
      drive.fire('inquiry');
      drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer: found('FAIL') });
      return paymentRequestId;
    },
  ],
  'a sale whose reversal had found nothing': [
    'reversed',
    (drive) => {
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'keyPressed', key: '*' });
      answer(drive, failure('ORDER_NOT_EXIST'));
      drive.wait(UNPAYABLE_MS);
      answer(drive, failure('ORDER_NOT_EXIST'));
      return paymentRequestId;
    },
  ],
  'a sale whose reversal was confirmed as cancelled': [
    'reversed',
    (drive) => {
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'keyPressed', key: '*' });
      answer(drive, success());
      drive.wait(UNPAYABLE_MS);
      answer(drive, success());
      return paymentRequestId;
    },
  ],
  'a sale that a person had settled as reversed while it could still be charged': [
    'reversed',
    (drive) => {
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'keyPressed', key: '*' });
      settleByHand(drive);
      return paymentRequestId;
    },
  ],
  'such a sale whose payment was known to be in process': [
    'reversed',
    (drive) => {
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS') });
      drive.feed({ type: 'keyPressed', key: '*' });
      settleByHand(drive);
      return paymentRequestId;
    },
  ],
};

function settleByHand(drive: Drive): Step {
  const { reversalId } = drive.reversal();
  return drive.feed({ type: 'reversalSettled', callId: 'c', reversalId, by: 'Wang', note: 'nothing charged' });
}

/** How the acquirer says that the payment succeeded after all. */
const WORDS: Readonly<Record<string, (paymentRequestId: string) => Event>> = {
  'a notification': (paymentRequestId) => ({
    type: 'paymentNotified',
    paymentRequestId,
    paymentId: 'P1',
    amount: AMOUNT,
  }),
  'a late reply to pay': (paymentRequestId) => ({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) }),
  'a late reply to an inquiry': (paymentRequestId) => ({
    type: 'inquiryAnswered',
    paymentRequestId,
    answer: found('SUCCESS', { amount: AMOUNT }),
  }),
};
const notified = WORDS['a notification'] ?? assert.fail();

function answer(drive: Drive, content: ReturnType<typeof success>): Step {
  const { exchange, reversalId } = drive.lastSent('sendReversal');
  return drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: content });
}

describe('a late success of a payment that ended without a charge', () => {
  for (const [where, [state, begin]] of Object.entries(MEANWHILE)) {
    for (const [how, word] of Object.entries(WORDS)) {
      it(`(${how}) of ${where}: that payment is reversed, and the sale stays as it is`, () => {
        const drive = createReadyDrive({ vend: 'host' });
        const id = begin(drive);
        const sale = drive.sale();
        assert.equal(sale.state, state);
        const decision = drive.feed(word(id));
        assert.equal(effectWords(decision), 'alarm:resultContradicts sendReversal:cancel');
        assert.deepEqual(drive.lastSent('sendReversal').request, { type: 'cancel', paymentRequestId: id });
        const stays = {
          ...sale,
          attempts: sale.attempts.map((one) => (one.paymentRequestId === id ? { ...one, chargedAfterAll: true } : one)),
        };
        assert.deepEqual(drive.sale(), stays);
        const { paymentId, manual, known, amount } = drive.reversal();
        assert.deepEqual([paymentId, manual, known, amount], ['P1', false, true, sale.amount]);
        const { reversalId } = drive.reversal();
        const kept = {
          type: 'reversalSettled',
          callId: 'c',
          reversalId,
          by: 'Wang',
          note: '',
          outcome: 'paid',
        } as const;
        assert.equal(effectWords(drive.feed(kept)), 'answer:conflict/notPaid');
        answer(drive, success());
        assert.deepEqual([drive.reversal().cause, drive.reversal().end?.how], ['paidAfterFailure', 'cancelled']);
        assert.deepEqual(drive.sale(), stays);
      });
    }

    it(`of ${where} is durable, also over a power cut`, () => {
      const drive = createReadyDrive({ vend: 'host' });
      const id = begin(drive);
      drive.feed(notified(id));
      const { reversalId } = drive.reversal();
      drive.reboot({ torn: true });
      const again = drive.sent('sendReversal').filter((effect) => effect.reversalId === reversalId);
      assert.deepEqual([again.length, drive.state.book.reversals[reversalId]?.state], [2, 'open']);
    });

    it(`of ${where} starts one reversal, however often it comes`, () => {
      const drive = createReadyDrive({ vend: 'host' });
      const id = begin(drive);
      drive.feed(notified(id));
      expectIgnored(drive.feed(notified(id)), `notification in state ${state}`);
      answer(drive, failure('ORDER_STATUS_INVALID'));
      answer(drive, found('FAIL'));
      assert.equal(drive.reversal().end?.how, 'nothingCharged');
      drive.news();
      expectIgnored(drive.feed(notified(id)), `notification in state ${state}`);
      assert.equal(drive.news(), '');
    });
  }

  describe('is not new where the success was known before the money went back', () => {
    const KNOWN: Readonly<Record<string, (drive: Drive) => string>> = {
      'cancelled by the acquirer': (drive) => {
        const id = notDelivered(drive);
        answer(drive, success());
        return id;
      },
      'settled by hand': (drive) => {
        const id = notDelivered(drive);
        settleByHand(drive);
        return id;
      },
      'settled by hand after a late report of its success': (drive) => {
        const id = startPaying(drive);
        drive.feed({ type: 'keyPressed', key: '*' });
        drive.feed(notified(id));
        settleByHand(drive);
        return id;
      },
      refunded: (drive) => {
        const id = notDelivered(drive);
        answer(drive, failure('CANCEL_WINDOW_EXCEED'));
        answer(drive, found('SUCCESS', { amount: AMOUNT }));
        answer(drive, success());
        return id;
      },
    };
    for (const [name, begin] of Object.entries(KNOWN)) {
      it(`(${name}): repeated notifications raise no alarm`, () => {
        const drive = createReadyDrive({ vend: 'host' });
        const id = begin(drive);
        assert.equal(drive.sale().state, 'reversed');
        drive.news();
        expectIgnored(drive.feed(notified(id)), 'notification in state reversed');
        assert.equal(drive.news(), '');
      });
    }

    function notDelivered(drive: Drive): string {
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
      return paymentRequestId;
    }
  });

  it('may come in the answer to an inquiry of the queue, after a person settled the entry', () => {
    const drive = createReadyDrive({ vend: 'host' });
    startPaying(drive);
    drive.feed({ type: 'keyPressed', key: '*' });
    answer(drive, failure('ORDER_STATUS_INVALID'));
    assert.equal(drive.lastSent('sendReversal').request.type, 'inquiry');
    settleByHand(drive);
    assert.equal(effectWords(answer(drive, found('SUCCESS'))), 'alarm:resultContradicts sendReversal:cancel');
  });

  describe('of an entry that is settled as reversed', () => {
    const endOf = (drive: Drive) => drive.reversal().end?.mayArriveUntilWallMs;

    it('may still come before the expiry of its payment, and the entry says until when', () => {
      const drive = createReadyDrive();
      startPaying(drive);
      const unpayableWallMs = NOON_WALL_MS + drive.nowMs + UNPAYABLE_MS;
      drive.wait(4000);
      drive.feed({ type: 'keyPressed', key: '*' });
      drive.wait(20_000);
      settleByHand(drive);
      assert.equal(endOf(drive), unpayableWallMs);
      drive.reboot();
      assert.equal(endOf(drive), unpayableWallMs);
    });

    it('cannot come after the expiry', () => {
      const drive = createReadyDrive();
      startPaying(drive);
      drive.feed({ type: 'keyPressed', key: '*' });
      drive.wait(UNPAYABLE_MS);
      settleByHand(drive);
      assert.deepEqual([drive.reversal().state, endOf(drive)], ['finished', undefined]);
    });

    it('cannot come where the payment was charged already', () => {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
      settleByHand(drive);
      assert.equal(endOf(drive), undefined);
    });
  });

  it('shows in the text for a customer who gives up, or whose next wallet fails too', () => {
    for (const end of ['gives up', 'fails'] as const) {
      const drive = createReadyDrive({ vend: 'host' });
      drive.feed(notified(failFirst(drive, 'EXPIRED_CODE')));
      if (end === 'gives up') drive.wait(drive.policy.codeWaitMs);
      else drive.feed({ type: 'payAnswered', paymentRequestId: payAgain(drive), answer: failure('RISK_REJECT') });
      assert.deepEqual([end, view(drive.state).text], [end, 'reversing']);
    }
  });

  it('does not touch the next payment of the sale, which can be refunded in whole', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const first = failFirst(drive, 'EXPIRED_CODE');
    const second = payAgain(drive);
    drive.feed(notified(first));
    drive.feed({ type: 'payAnswered', paymentRequestId: second, answer: paid(AMOUNT, 'P2') });
    const { saleId, state } = drive.sale();
    assert.equal(state, 'settled');
    drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'R', amount: AMOUNT });
    const { request } = drive.lastSent('sendReversal');
    assert.deepEqual(request.type === 'refund' && [request.paymentId, request.amount], ['P2', AMOUNT]);
  });

  it('is undone by a refund where it can no longer be cancelled', () => {
    const drive = createReadyDrive();
    const id = failFirst(drive, 'RISK_REJECT');
    drive.feed(notified(id));
    answer(drive, failure('CANCEL_WINDOW_EXCEED'));
    answer(drive, found('SUCCESS', { paymentId: 'P1', amount: AMOUNT }));
    assert.equal(drive.lastSent('sendReversal').request.type, 'refund');
    answer(drive, success());
    assert.deepEqual([drive.reversal().end?.how, drive.sale().state], ['refunded', 'declined']);
  });

  it('cannot be settled as paid by a person', () => {
    const drive = createReadyDrive();
    drive.feed(notified(failFirst(drive, 'RISK_REJECT')));
    const { reversalId } = drive.reversal();
    const settled = { type: 'reversalSettled', callId: 'c', reversalId, by: 'Wang', note: 'seen' } as const;
    assert.equal(effectWords(drive.feed({ ...settled, outcome: 'paid' })), 'answer:conflict/notPaid');
    assert.equal(effectWords(drive.feed(settled)), 'answer:reversal');
    assert.equal(drive.sale().state, 'declined');
  });

  const NO_SUCCESS: Readonly<Record<string, (paymentRequestId: string) => Event>> = {
    'a late U': (paymentRequestId) => ({
      type: 'payAnswered',
      paymentRequestId,
      answer: unclear('PAYMENT_IN_PROCESS'),
    }),
    'a late F': (paymentRequestId) => ({ type: 'payAnswered', paymentRequestId, answer: failure('RISK_REJECT') }),
    'an unsigned S': (paymentRequestId) => ({
      type: 'payAnswered',
      paymentRequestId,
      answer: unsigned(paid(AMOUNT)),
    }),
    'a late PROCESSING': (paymentRequestId) => ({
      type: 'inquiryAnswered',
      paymentRequestId,
      answer: found('PROCESSING'),
    }),
  };
  for (const [name, word] of Object.entries(NO_SUCCESS)) {
    it(`is not ${name}`, () => {
      const drive = createReadyDrive();
      const id = failFirst(drive, 'RISK_REJECT');
      drive.feed(word(id));
      assert.deepEqual(drive.state.book.reversals, {});
    });
  }

  it('is not the late reply of a payment that was cancelled meanwhile', () => {
    const drive = createReadyDrive({ vend: 'host', hostConfirmMs: 30_000 });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
    drive.fire('hostConfirm');
    answer(drive, success());
    expectIgnored(drive.feed(notified(paymentRequestId)), 'notification in state reversed');
  });

  it('never reverses a sale whose goods were delivered', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
    const { saleId } = drive.sale();
    drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'R', amount: cny('250') });
    answer(drive, failure('ORDER_IS_CANCELED'));
    drive.wait(5_000);
    answer(drive, found('FAIL'));
    assert.equal(drive.reversal().end?.how, 'nothingCharged');
    const decision = drive.feed(notified(paymentRequestId));
    expectIgnored(decision, 'notification in state settled');
    assert.equal(effectWords(decision), 'alarm:resultContradicts');
  });
});
