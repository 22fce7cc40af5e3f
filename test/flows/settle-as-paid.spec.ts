import assert from 'node:assert/strict';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import { sameMoney } from '../../flows/money.js';
import type { Policy } from '../../flows/policy.js';
import {
  cny,
  effectWords,
  failure,
  forged,
  found,
  paid,
  refundFound,
  SILENCE,
  success,
  unclear,
  unsigned,
} from './builders.js';
import { createReadyDrive, type Drive, startPaying } from './drive.js';

const AMOUNT = cny('1250');

function approvedSale(drive: Drive, orderId: string): void {
  const paymentRequestId = startPaying(drive, '1250', orderId);
  drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
}

/** Paid, and it is not known whether the goods came out: nothing was sent. */
function held(change: Partial<Policy> = {}): Drive {
  const drive = createReadyDrive({ vend: 'device', vendUnknown: 'operator', ...change });
  approvedSale(drive, 'order-1');
  drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
  drive.news();
  return drive;
}

/** Paid, not delivered, and the cancel has no valid answer. */
function unanswered(lost: AcquirerAnswer = SILENCE): Drive {
  const drive = createReadyDrive({ vend: 'host' });
  approvedSale(drive, 'order-1');
  drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
  answer(drive, lost);
  drive.news();
  return drive;
}

function answer(drive: Drive, content: AcquirerAnswer) {
  const { exchange, reversalId } = drive.lastSent('sendReversal');
  return drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: content });
}

const settle = (
  drive: Drive,
  outcome: 'paid' | 'reversed' = 'paid',
  callId = 'settle',
  reversal = drive.reversal(),
) => {
  const { reversalId } = reversal;
  return effectWords(
    drive.feed({ type: 'reversalSettled', callId, reversalId, by: 'Wang', note: 'has the goods', outcome }),
  );
};

const ends = (drive: Drive) => {
  const { state, end } = drive.reversal();
  return [drive.sale().state, state, end?.how, end?.outcome];
};

const OPEN = ['reversing', 'open', undefined, undefined];

describe('a payment that a person declares to stand', () => {
  it('is settled at once where no request that could undo it was sent, also after a power cut', () => {
    const drive = held();
    drive.reboot();
    drive.news();
    assert.equal(settle(drive), 'answer:reversal');
    assert.deepEqual(ends(drive), ['settled', 'finished', 'settledByHand', 'paid']);
  });

  const LOST: Readonly<Record<string, AcquirerAnswer>> = {
    'was not answered': SILENCE,
    'was answered by U': unclear(),
    'was answered without a signature': unsigned(success()),
    'was answered with a wrong signature': forged(failure('PROCESS_FAIL')),
  };
  for (const [name, lost] of Object.entries(LOST)) {
    it(`is inquired first once a cancel ${name}`, () => {
      const drive = unanswered(lost);
      assert.equal(settle(drive), 'sendReversal:inquiry');
      assert.equal(effectWords(answer(drive, found('SUCCESS', { amount: AMOUNT }))), 'answer:reversal');
      assert.deepEqual(ends(drive), ['settled', 'finished', 'settledByHand', 'paid']);
      const { end } = drive.reversal();
      assert.deepEqual([end?.by, end?.note], ['Wang', 'has the goods']);
      drive.wait(3_600_000);
      assert.equal(drive.sent('sendReversal').filter(({ request }) => request.type === 'cancel').length, 1);
    });
  }

  const WORDS: readonly [name: string, word: AcquirerAnswer, told: string, ends: readonly unknown[]][] = [
    ['CANCELLED', found('CANCELLED'), 'notPaid', ['reversed', 'finished', 'cancelled', undefined]],
    ['FAIL', found('FAIL'), 'notPaid', ['reversed', 'finished', 'nothingCharged', undefined]],
    ['PROCESSING', found('PROCESSING'), 'unconfirmed', OPEN],
    ['a status of next year', found('NEXT_YEAR'), 'unconfirmed', OPEN],
    ['no status', success(), 'unconfirmed', OPEN],
    ['ORDER_NOT_EXIST', failure('ORDER_NOT_EXIST'), 'unconfirmed', OPEN],
    ['U', unclear(), 'unconfirmed', OPEN],
    ['SUCCESS without a signature', unsigned(found('SUCCESS', { amount: AMOUNT })), 'unconfirmed', OPEN],
    ['SUCCESS with a wrong signature', forged(found('SUCCESS', { amount: AMOUNT })), 'unconfirmed', OPEN],
    ['nothing', SILENCE, 'unconfirmed', OPEN],
  ];
  for (const [name, word, told, expected] of WORDS) {
    it(`is refused where the acquirer says ${name}: ${told}`, () => {
      const drive = unanswered();
      settle(drive);
      assert.equal(effectWords(answer(drive, word)).replace('alarm:signatureWrong ', ''), `answer:conflict/${told}`);
      assert.deepEqual(ends(drive), expected);
      if (expected === OPEN) {
        drive.wait(5000);
        assert.equal(drive.lastSent('sendReversal').request.type, 'cancel', 'the queue goes on');
        answer(drive, success());
        assert.equal(drive.sale().state, 'reversed');
      }
    });
  }

  it('is refused where the acquirer names another amount, with an alarm', () => {
    const drive = unanswered();
    settle(drive);
    const words = effectWords(answer(drive, found('SUCCESS', { amount: cny('1') })));
    assert.equal(words, 'alarm:amountDiffers answer:conflict/notPaid');
    assert.deepEqual(ends(drive), OPEN);
  });

  it('is answered even if the executor never answers', () => {
    const drive = unanswered();
    settle(drive);
    drive.wait(5000);
    assert.match(drive.news(), /^sendReversal:inquiry .*answer:conflict\/unconfirmed sendReversal:cancel$/);
  });

  it('is answered within the time that callers of the API wait, whatever INQUIRY_REPLY_TIMEOUT_MS is', () => {
    const drive = createReadyDrive({ vend: 'host', inquiryReplyTimeoutMs: 60_000 });
    approvedSale(drive, 'order-1');
    drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
    answer(drive, SILENCE);
    settle(drive);
    assert.equal(drive.lastSent('sendReversal').timeoutMs, 4000);
  });

  it('leaves the slow rhythm of the queue as it was where it is refused', () => {
    const drive = unanswered();
    for (let i = 0; i < 200 && drive.reversal().state === 'open'; i += 1) {
      if (drive.state.live.reversals[drive.reversal().reversalId]?.awaiting !== undefined) answer(drive, SILENCE);
      drive.wait(5000);
    }
    if (drive.state.live.reversals[drive.reversal().reversalId]?.awaiting !== undefined) answer(drive, SILENCE);
    const timer = `reversal:${drive.reversal().reversalId}` as const;
    const dueAtMs = drive.state.live.timers[timer];
    settle(drive);
    answer(drive, SILENCE);
    assert.equal(drive.state.live.timers[timer], dueAtMs);
    assert.equal(drive.news().includes('reversalDelayed reversalDelayed'), false);
  });

  it('allows no other request about it while the acquirer is asked', () => {
    const drive = unanswered();
    settle(drive);
    assert.equal(settle(drive, 'paid', 'second'), 'answer:conflict/underWay');
    assert.equal(settle(drive, 'reversed', 'third'), 'answer:conflict/underWay');
    const { reversalId } = drive.reversal();
    const retried = drive.feed({ type: 'reversalRetryRequested', callId: 'fourth', reversalId });
    assert.equal(effectWords(retried), 'answer:conflict/underWay');
    answer(drive, found('SUCCESS', { amount: AMOUNT }));
    const told = drive.sent('answerCall').filter(({ callId }) => callId === 'settle');
    assert.deepEqual([told.length, drive.sale().state], [1, 'settled']);
  });

  it('is open again after a power cut while the acquirer is asked, and is inquired at the next declaration', () => {
    const drive = unanswered();
    settle(drive);
    drive.reboot({ torn: true });
    assert.deepEqual(ends(drive), OPEN);
    assert.equal(settle(drive), 'answer:conflict/underWay');
    answer(drive, SILENCE);
    assert.equal(settle(drive), 'sendReversal:inquiry');
  });

  it('is inquired first where a person had it retried, also before a power cut', () => {
    const drive = held();
    drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId: drive.reversal().reversalId });
    drive.reboot();
    answer(drive, SILENCE);
    assert.equal(settle(drive), 'sendReversal:inquiry');
  });

  describe('of a refund', () => {
    function refunding(...answers: readonly AcquirerAnswer[]): Drive {
      const drive = createReadyDrive({ vend: 'host' });
      approvedSale(drive, 'order-1');
      drive.feed({
        type: 'refundRequested',
        callId: 'c',
        saleId: drive.sale().saleId,
        refundId: 'r1',
        amount: cny('250'),
      });
      for (const one of answers) answer(drive, one);
      drive.news();
      return drive;
    }

    const TOLD: readonly [name: string, word: AcquirerAnswer, told: string, how: string | undefined][] = [
      ['failed', refundFound('FAIL'), 'answer:reversal', 'settledByHand'],
      ['never came', failure('REFUND_NOT_EXIST'), 'answer:reversal', 'settledByHand'],
      ['was made', refundFound('SUCCESS'), 'answer:conflict/notPaid', 'refunded'],
      ['is in process', refundFound('PROCESSING'), 'answer:conflict/unconfirmed', undefined],
      ['has an unknown state', failure('SYSTEM_ERROR'), 'answer:conflict/unconfirmed', undefined],
    ];
    for (const [name, word, told, how] of TOLD) {
      it(`whose request the acquirer says ${name}: ${told}`, () => {
        const drive = refunding(SILENCE);
        assert.equal(settle(drive), 'sendReversal:refundInquiry');
        assert.equal(effectWords(answer(drive, word)), told);
        assert.deepEqual([drive.sale().state, drive.reversal().end?.how], ['settled', how]);
      });
    }

    it('gives the amount back to what can be refunded', () => {
      const drive = refunding(failure('REFUND_AMOUNT_EXCEED'));
      settle(drive);
      answer(drive, failure('REFUND_NOT_EXIST'));
      const again = { saleId: drive.sale().saleId, refundId: 'r2', amount: AMOUNT };
      assert.match(effectWords(drive.feed({ type: 'refundRequested', callId: 'c', ...again })), /reversal\/created/);
      assert.ok(sameMoney(drive.reversal().amount, AMOUNT));
    });

    it('that replaced a cancel: the acquirer has to say that both failed', () => {
      const drive = unanswered(failure('CANCEL_WINDOW_EXCEED'));
      answer(drive, found('SUCCESS', { amount: AMOUNT }));
      answer(drive, failure('REFUND_WINDOW_EXCEED'));
      assert.equal(drive.reversal().manual, true);
      drive.news();
      assert.equal(settle(drive), 'sendReversal:inquiry');
      assert.equal(effectWords(answer(drive, found('SUCCESS', { amount: AMOUNT }))), 'sendReversal:refundInquiry');
      assert.equal(effectWords(answer(drive, failure('REFUND_NOT_EXIST'))), 'answer:reversal');
      assert.equal(drive.sale().state, 'settled');
    });

    it('that replaced a cancel and was made after all: the reversal ends as refunded', () => {
      const drive = unanswered(failure('CANCEL_WINDOW_EXCEED'));
      answer(drive, found('SUCCESS', { amount: AMOUNT }));
      answer(drive, SILENCE);
      settle(drive);
      answer(drive, found('SUCCESS', { amount: AMOUNT }));
      assert.equal(effectWords(answer(drive, refundFound('SUCCESS'))), 'answer:conflict/notPaid');
      assert.deepEqual(ends(drive), ['reversed', 'finished', 'refunded', undefined]);
    });
  });

  describe('that was made with another account at the acquirer', () => {
    const OTHER = { policy: { account: 'CLIENT M2' } };

    it('is settled at once where no request was sent: the account was another one from the start', () => {
      const drive = createReadyDrive();
      approvedSale(drive, 'order-1');
      drive.reboot(OTHER);
      assert.equal(drive.reversal().lastCode, 'OTHER_ACCOUNT');
      assert.equal(settle(drive), 'answer:reversal');
    });

    it('is refused where a request was sent: the acquirer cannot be asked', () => {
      const drive = unanswered();
      drive.reboot(OTHER);
      drive.news();
      assert.equal(settle(drive), 'answer:conflict/otherAccount');
    });

    it('is inquired once the account is configured again and the reversal was sent', () => {
      const drive = createReadyDrive();
      approvedSale(drive, 'order-1');
      const { account } = drive.policy;
      drive.reboot(OTHER);
      drive.reboot({ policy: { account } });
      answer(drive, SILENCE);
      assert.equal(settle(drive), 'sendReversal:inquiry');
    });
  });
});

describe('an order', () => {
  const order = (drive: Drive, orderId = 'order-1') =>
    effectWords(drive.feed({ type: 'saleRequested', callId: 'c', orderId, amount: AMOUNT }));

  it('is not sold again while one of its reversals is held for a person, also after a power cut', () => {
    const drive = held();
    assert.equal(order(drive), 'answer:conflict/orderHeld');
    drive.reboot();
    drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    assert.equal(order(drive), 'answer:conflict/orderHeld');
    const told = drive.lastSent('answerCall').answer;
    const { reversalId } = drive.reversal();
    assert.deepEqual(told, { kind: 'conflict', code: 'orderHeld', orderId: 'order-1', reversalId });
    assert.equal(order(drive, 'order-2'), 'answer:sale/created');
  });

  it('is not sold while its reversal is held because its refund failed for good', () => {
    const drive = unanswered(failure('CANCEL_WINDOW_EXCEED'));
    answer(drive, found('SUCCESS', { amount: AMOUNT }));
    assert.equal(order(drive), 'answer:sale/created', 'one that runs by itself leaves the order free');
    drive.feed({ type: 'keyPressed', key: '*' });
    answer(drive, failure('REFUND_NOT_SUPPORTED'));
    assert.equal(order(drive), 'answer:conflict/orderHeld');
  });

  it('is not sold while the acquirer is asked whether its payment stands', () => {
    const drive = unanswered();
    assert.equal(settle(drive), 'sendReversal:inquiry');
    assert.equal(order(drive), 'answer:conflict/orderHeld');
    answer(drive, found('SUCCESS', { amount: AMOUNT }));
    assert.deepEqual([drive.sale().state, order(drive)], ['settled', 'answer:sale']);
  });

  it('is not sold while its reversal waits for another account', () => {
    const drive = unanswered();
    drive.reboot({ policy: { account: 'CLIENT M2' } });
    drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    assert.equal(order(drive), 'answer:conflict/orderHeld');
  });

  it('is sold again once a person has settled it as reversed or had it retried, and is paid once settled as paid', () => {
    const reversed = held();
    settle(reversed, 'reversed');
    assert.equal(order(reversed), 'answer:sale/created');
    const retried = held();
    retried.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId: retried.reversal().reversalId });
    assert.equal(order(retried), 'answer:sale/created');
    const kept = held();
    settle(kept, 'paid');
    assert.equal(order(kept), 'answer:sale');
  });

  describe('whose first payment is being reversed while a second one is made', () => {
    /** The first reversal is open, and unanswered. */
    function soldAgain(): Drive {
      const drive = unanswered();
      startPaying(drive, '1250', 'order-1');
      return drive;
    }
    const firstOf = ({ state }: Drive) => Object.values(state.book.reversals)[0] ?? assert.fail();
    const settleFirst = (drive: Drive) => settle(drive, 'paid', 'settle', firstOf(drive));

    it('refuses to settle the first as paid while the second is open', () => {
      assert.equal(settleFirst(soldAgain()), 'answer:conflict/saleOpen');
    });

    it('refuses it once the second is paid, also after a power cut', () => {
      const drive = soldAgain();
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT, 'P2') });
      assert.equal(settleFirst(drive), 'answer:conflict/orderPaid');
      drive.reboot();
      assert.equal(settleFirst(drive), 'answer:conflict/orderPaid');
      assert.equal(firstOf(drive).state, 'open');
      assert.equal(settle(drive, 'reversed', 'settle', firstOf(drive)), 'answer:reversal');
    });

    it('accepts it once the second surely failed', () => {
      const drive = soldAgain();
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('RISK_REJECT') });
      drive.news();
      assert.equal(settleFirst(drive), 'sendReversal:inquiry');
    });

    it('accepts it for one of two only, also where both are inquired at the same time', () => {
      const drive = soldAgain();
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT, 'P2') });
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
      answer(drive, SILENCE);
      drive.news();
      assert.equal(settleFirst(drive), 'sendReversal:inquiry');
      const { exchange, reversalId } = drive.lastSent('sendReversal');
      assert.equal(settle(drive), 'sendReversal:inquiry');
      const stands = found('SUCCESS', { amount: AMOUNT });
      assert.equal(
        effectWords(drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: stands })),
        'answer:reversal',
      );
      assert.equal(effectWords(answer(drive, stands)), 'answer:conflict/orderPaid');
    });

    it('accepts it for one of two only', () => {
      const drive = soldAgain();
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT, 'P2') });
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
      answer(drive, SILENCE);
      drive.news();
      assert.equal(settleFirst(drive), 'sendReversal:inquiry');
      answer(drive, found('SUCCESS', { amount: AMOUNT }));
      assert.equal(firstOf(drive).end?.outcome, 'paid');
      assert.equal(settle(drive), 'answer:conflict/orderPaid');
    });
  });
});
