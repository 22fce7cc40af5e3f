import assert from 'node:assert/strict';
import { type Money, subtractMoney } from '../../flows/money.js';
import {
  CODE,
  cny,
  effectWords,
  failure,
  found,
  NOON_WALL_MS,
  paid,
  recordWords,
  SILENCE,
  success,
} from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, startPaying } from './drive.js';

function settled(change: Parameters<typeof createReadyDrive>[0] = {}): Drive {
  const drive = createReadyDrive({ vend: 'host', ...change });
  const paymentRequestId = startPaying(drive);
  drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
  drive.news();
  return drive;
}

function refund(drive: Drive, refundId: string, amount?: Money): string {
  const { saleId } = drive.sale();
  const part = amount === undefined ? {} : { amount };
  return effectWords(drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId, ...part }));
}

function answer(drive: Drive, content: ReturnType<typeof success>) {
  const { exchange, reversalId } = drive.lastSent('sendReversal');
  return drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: content });
}

describe('refunds', () => {
  it('send back a part, and the sale stands', () => {
    const drive = settled();
    assert.equal(refund(drive, 'r1', cny('250')), 'sendReversal:refund answer:reversal/created');
    const { request } = drive.lastSent('sendReversal');
    assert.equal(request.type, 'refund');
    assert.deepEqual(request.type === 'refund' && [request.paymentId, request.amount], ['P1', cny('250')]);
    const [attempt] = drive.sale().attempts;
    const { reversalId, refundRequestId, ...reversal } = drive.reversal();
    assert.match(refundRequestId ?? '', new RegExp(`^${attempt?.paymentRequestId}R\\d{10}$`));
    assert.equal(reversalId, `r${refundRequestId}`);
    assert.deepEqual(reversal, {
      saleId: drive.sale().saleId,
      account: drive.policy.account,
      acquirer: drive.policy.acquirer,
      cause: 'refundRequested',
      paymentRequestId: attempt?.paymentRequestId,
      paymentId: 'P1',
      amount: cny('250'),
      kind: 'refund',
      refundId: 'r1',
      known: true,
      charged: true,
      payableUntilWallMs: attempt?.expiresAtWallMs,
      paidAtWallMs: attempt?.startedAtWallMs,
      startedAtWallMs: NOON_WALL_MS,
      state: 'open',
      manual: false,
    });
    answer(drive, success());
    assert.deepEqual([drive.sale().state, drive.reversal().end?.how], ['settled', 'refunded']);
  });

  it('send back what is left where no amount is given', () => {
    const drive = settled();
    refund(drive, 'r1', cny('250'));
    refund(drive, 'r2');
    assert.deepEqual(drive.reversal().amount, cny('1000'));
    assert.equal(refund(drive, 'r3'), 'answer:invalid/amount');
  });

  it('are the same with the same refundId; other values with the same refundId are a conflict', () => {
    const drive = settled();
    refund(drive, 'r1', cny('250'));
    assert.equal(refund(drive, 'r1', cny('250')), 'answer:reversal');
    assert.equal(refund(drive, 'r1'), 'answer:reversal');
    assert.equal(refund(drive, 'r1', cny('251')), 'answer:conflict/refundDiffers');
    const first = drive.sale().saleId;
    const paymentRequestId = startPaying(drive, '1250', 'order-2');
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    drive.news();
    assert.equal(refund(drive, 'r1', cny('250')), 'answer:conflict/refundDiffers');
    answer(drive, success());
    drive.reboot();
    const again = { saleId: first, refundId: 'r1', amount: cny('250') };
    assert.equal(effectWords(drive.feed({ type: 'refundRequested', callId: 'c', ...again })), 'answer:reversal');
    const { reversalId } = drive.reversal();
    assert.deepEqual(drive.lastSent('answerCall').answer, { kind: 'reversal', reversalId, created: false });
    assert.equal(drive.sent('sendReversal').length, 1);
  });

  it('with the same refundId for another sale are a conflict', () => {
    const drive = settled();
    refund(drive, 'r1', cny('250'));
    const paymentRequestId = startPaying(drive, '1250', 'order-2');
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    drive.news();
    assert.equal(refund(drive, 'r1', cny('250')), 'answer:conflict/refundDiffers');
    assert.equal(refund(drive, 'r1'), 'answer:conflict/refundDiffers');
  });

  it('never exceed what was paid', () => {
    const drive = settled();
    assert.equal(refund(drive, 'r1', cny('1251')), 'answer:invalid/amount');
    refund(drive, 'r2', cny('1000'));
    assert.equal(refund(drive, 'r3', cny('251')), 'answer:invalid/amount');
    assert.equal(refund(drive, 'r4', cny('250')), 'sendReversal:refund answer:reversal/created');
    const back = Object.values(drive.state.book.reversals).reduce<Money | undefined>(
      (rest, { amount }) => rest && subtractMoney(rest, amount),
      cny('1250'),
    );
    assert.deepEqual(back, cny('0'));
  });

  for (const value of ['0', '-5', '1.5', 'abc', '', '007', '0x10']) {
    it(`refuse the amount ${JSON.stringify(value)}`, () => {
      assert.equal(refund(settled(), 'r1', cny(value)), 'answer:invalid/amount');
    });
  }

  it('refuse another currency', () => {
    assert.equal(refund(settled(), 'r1', { currency: 'JPY', value: '5' }), 'answer:invalid/amount');
  });

  it('refuse a fraction of a unit where the acquirer accepts whole units only', () => {
    const drive = createReadyDrive({ vend: 'host', currency: 'IDR' });
    const price = { currency: 'IDR', value: '30000' };
    drive.feed({ type: 'saleRequested', callId: 'c-sale', orderId: 'order-1', amount: price });
    drive.feed({ type: 'codeScanned', code: CODE });
    const { paymentRequestId } = drive.lastSent('sendPay').payment;
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(price) });
    drive.news();
    assert.equal(refund(drive, 'r1', { currency: 'IDR', value: '250' }), 'answer:invalid/amount');
    assert.equal(
      refund(drive, 'r2', { currency: 'IDR', value: '10000' }),
      'sendReversal:refund answer:reversal/created',
    );
  });

  it('do not fill the queue', () => {
    const drive = settled({ queueLimit: 2 });
    refund(drive, 'r1', cny('1'));
    refund(drive, 'r2', cny('1'));
    assert.equal(refund(drive, 'r3', cny('1')), 'answer:notReady');
    assert.deepEqual(drive.lastSent('answerCall').answer, { kind: 'notReady', reasons: ['queueFull'] });
  });

  it('do not fill the book: 50 a sale', () => {
    const drive = settled();
    for (let i = 0; i < 50; i += 1) {
      assert.equal(refund(drive, `r${i}`, cny('1')), 'sendReversal:refund answer:reversal/created');
      answer(drive, success());
    }
    assert.equal(refund(drive, 'one more', cny('1')), 'answer:invalid/refundId');
    const paymentRequestId = startPaying(drive, '1250', 'order-2');
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    drive.news();
    assert.equal(refund(drive, 'of another sale', cny('1')), 'sendReversal:refund answer:reversal/created');
  });

  /** Paid, and no answer gave the payment's id. */
  function settledUnnamed(): Drive {
    const drive = createReadyDrive({ vend: 'host' });
    const paymentRequestId = startPaying(drive);
    const { paymentId: _, ...unnamed } = paid(cny('1250'));
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: unnamed });
    return drive;
  }

  it('stay open where the acquirer, inquired for the payment id, says that there is no such payment', () => {
    const drive = settledUnnamed();
    refund(drive, 'r1', cny('250'));
    const { reversalId } = drive.reversal();
    for (let i = 0; i < 900 && drive.reversal().state === 'open'; i += 1) {
      if (drive.state.live.reversals[reversalId]?.awaiting !== undefined) answer(drive, failure('ORDER_NOT_EXIST'));
      drive.wait(1000);
    }
    assert.deepEqual([drive.reversal().state, drive.reversal().lastCode], ['needsPerson', 'ORDER_NOT_EXIST']);
  });

  it('first inquire the payment id where no answer gave it', () => {
    const drive = settledUnnamed();
    refund(drive, 'r1', cny('250'));
    assert.equal(drive.lastSent('sendReversal').request.type, 'inquiry');
    const { refundRequestId } = drive.reversal();
    const decision = answer(drive, found('SUCCESS', { paymentId: 'P8' }));
    assert.equal(recordWords(decision), 'reversalPaymentFound');
    const { request } = drive.lastSent('sendReversal');
    assert.deepEqual(request.type === 'refund' && [request.paymentId, request.refundRequestId], [
      'P8',
      refundRequestId,
    ]);
  });

  it('send the reason to the acquirer where there is one', () => {
    const drive = settled();
    const { saleId } = drive.sale();
    drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'r1', amount: cny('250'), reason: 'stale' });
    const { request } = drive.lastSent('sendReversal');
    assert.equal(request.type === 'refund' && request.reason, 'stale');
    refund(drive, 'r2', cny('250'));
    assert.equal('reason' in drive.lastSent('sendReversal').request, false);
  });

  it('are sent again after a power cut with the same request id', () => {
    const drive = settled();
    refund(drive, 'r1', cny('250'));
    const { request } = drive.lastSent('sendReversal');
    drive.reboot({ torn: true });
    assert.deepEqual(drive.lastSent('sendReversal').request, request);
  });

  it('are not for a sale that is not settled, nor for one that is unknown', () => {
    const drive = createReadyDrive();
    startPaying(drive);
    assert.equal(refund(drive, 'r1'), 'answer:conflict/notPaid');
    const unknown = drive.feed({ type: 'refundRequested', callId: 'c', saleId: 'none', refundId: 'r1' });
    assert.equal(effectWords(unknown), 'answer:notFound');
  });
});

describe('a person at the queue', () => {
  it('who asks for a retry while an inquiry is under way does not change what its answer means', () => {
    const refunding = settled();
    refund(refunding, 'r1', cny('250'));
    answer(refunding, failure('PROCESS_FAIL'));
    refunding.wait(refunding.policy.cancelRetryIntervalMs);
    assert.equal(refunding.lastSent('sendReversal').request.type, 'refundInquiry');
    const cancelling = settled();
    cancelling.feed({ type: 'deliveryReported', callId: 'c', saleId: cancelling.sale().saleId, ok: false });
    answer(cancelling, failure('ORDER_STATUS_INVALID'));
    assert.equal(cancelling.lastSent('sendReversal').request.type, 'inquiry');

    for (const [drive, told] of [
      [refunding, success({ refundStatus: 'PROCESSING' })],
      [cancelling, found('SUCCESS', { amount: cny('1250') })],
    ] as const) {
      const { reversalId } = drive.reversal();
      drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId });
      answer(drive, told);
      assert.equal(drive.reversal().state, 'open', 'the money has not gone back');
    }
  });

  it('starts the burst again', () => {
    const drive = settled();
    refund(drive, 'r1', cny('250'));
    const { reversalId } = drive.reversal();
    for (let i = 0; i < 900 && drive.reversal().state === 'open'; i += 1) {
      if (drive.state.live.reversals[reversalId]?.awaiting !== undefined) answer(drive, failure('SYSTEM_ERROR'));
      drive.wait(1000);
    }
    assert.equal(drive.reversal().state, 'needsPerson');
    const retry = () => drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId });
    assert.equal(effectWords(retry()), 'sendReversal:refund answer:reversal');
    const before = drive.sent('sendReversal').length;
    drive.news();
    for (let sent = 1; sent <= 12; sent += 1) {
      answer(drive, failure('SYSTEM_ERROR'));
      drive.wait(5000);
      assert.equal(drive.sent('sendReversal').length, before + sent);
    }
    assert.equal(drive.news().includes('alarm'), false);
    answer(drive, failure('SYSTEM_ERROR'));
    assert.equal(drive.news(), 'alarm:reversalDelayed');
  });

  it('does not send it twice while an answer is awaited', () => {
    const drive = settled();
    refund(drive, 'r1', cny('250'));
    drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId: drive.reversal().reversalId });
    assert.equal(drive.sent('sendReversal').length, 1);
  });

  it('settles it by hand, which is recorded with name and reason; answers that come later change nothing', () => {
    const drive = settled();
    drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
    const { exchange, reversalId } = drive.lastSent('sendReversal');
    const settle = { type: 'reversalSettled', callId: 'c', reversalId, by: 'Wang', note: 'ticket 17' } as const;
    assert.equal(effectWords(drive.feed(settle)), 'answer:reversal');
    const { end } = drive.reversal();
    assert.deepEqual([end?.how, end?.by, end?.note], ['settledByHand', 'Wang', 'ticket 17']);
    assert.equal(end?.atWallMs, NOON_WALL_MS + drive.nowMs);
    assert.equal(effectWords(drive.feed({ ...settle, by: 'Li' })), 'answer:conflict/reversalFinished');
    const late = drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: SILENCE });
    expectIgnored(late, 'late reply to a reversal');
    drive.reboot();
    assert.deepEqual([drive.reversal().end?.by, drive.sent('sendReversal').length], ['Wang', 1]);
  });

  describe('who declares that the customer keeps the goods', () => {
    /** Paid, and it is not known whether the goods came out. */
    function held(): Drive {
      const drive = createReadyDrive({ vend: 'device', vendUnknown: 'operator' });
      const paymentRequestId = startPaying(drive, '1250');
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
      return drive;
    }

    const settle = (drive: Drive, outcome?: 'paid' | 'reversed'): string => {
      const { reversalId } = drive.reversal();
      const given = outcome === undefined ? {} : { outcome };
      const settled = { type: 'reversalSettled', callId: 'c', reversalId, by: 'Wang', note: 'seen', ...given } as const;
      return effectWords(drive.feed(settled));
    };

    for (const [outcome, state, code] of [
      ['paid', 'settled', undefined],
      ['reversed', 'reversed', 'vendUnknown'],
      [undefined, 'reversed', 'vendUnknown'],
    ] as const) {
      it(`(${outcome ?? 'no outcome given'}) leaves the sale ${state}, also after a power cut`, () => {
        const drive = held();
        assert.equal(settle(drive, outcome), 'answer:reversal');
        assert.equal(drive.reversal().end?.outcome, outcome ?? 'reversed');
        drive.reboot();
        assert.deepEqual([drive.sale().state, drive.sale().endCode], [state, code]);
        assert.equal(drive.sent('sendReversal').length, 0);
      });
    }

    it('may do so for a payment that succeeded after an attempt that failed', () => {
      const drive = createReadyDrive({ vendUnknown: 'operator' });
      const failed = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId: failed, answer: failure('EXPIRED_CODE') });
      drive.feed({ type: 'codeScanned', code: CODE });
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
      assert.equal(settle(drive, 'paid'), 'answer:reversal');
      assert.equal(drive.sale().state, 'settled');
    });

    it('can refund a payment that stands in whole later', () => {
      const drive = held();
      settle(drive, 'paid');
      assert.match(refund(drive, 'r1', cny('1250')), /answer:reversal\/created/);
    });

    it('keeps the entry when the same sale is reversed after all', () => {
      const drive = held();
      settle(drive, 'paid');
      drive.reboot({ policy: { vend: 'host' } });
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
      assert.deepEqual(
        Object.values(drive.state.book.reversals).map(({ end }) => end?.by),
        ['Wang', undefined],
      );
      assert.equal(drive.sale().state, 'reversing');
    });

    it('is refused where the acquirer never confirmed the payment', () => {
      const drive = createReadyDrive();
      startPaying(drive);
      drive.feed({ type: 'keyPressed', key: '*' });
      assert.equal(settle(drive, 'paid'), 'answer:conflict/notPaid');
      assert.deepEqual([drive.reversal().state, drive.sale().state], ['open', 'reversing']);
      assert.equal(settle(drive, 'reversed'), 'answer:reversal');
      assert.deepEqual([drive.reversal().state, drive.sale().state], ['finished', 'reversed']);
    });

    it('is refused while a request is under way that may undo the payment', () => {
      const drive = settled();
      refund(drive, 'r1', cny('250'));
      assert.equal(settle(drive, 'paid'), 'answer:conflict/underWay');
      assert.equal(drive.reversal().state, 'open');
    });
  });
});
