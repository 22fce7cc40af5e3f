import assert from 'node:assert/strict';
import { cancelWindowEndMs } from '../../../hw-sim/acquirer/cancel-interface.js';
import type { PaymentStatus } from '../../../hw-sim/acquirer/ledger.js';
import { planForCode } from '../../../hw-sim/acquirer/payment-plan.js';
import { type AcquirerBench, createAcquirerBench, payBody, startWallMs } from './acquirer-bench.js';

type State = 'never seen' | 'processing' | 'success' | 'failed' | 'cancelled' | 'partly refunded';

/** Brings payment `R1` into a state and returns what was sent to get there. */
function reach(bench: AcquirerBench, state: State) {
  const body = payBody('R1');
  const { plans } = bench.acquirer;
  if (state === 'never seen') return body;
  if (state === 'processing') plans.planNext({ answer: { code: 'PAYMENT_IN_PROCESS' }, fate: { kind: 'pending' } });
  if (state === 'failed') plans.planNext(planForCode('USER_BALANCE_NOT_ENOUGH'));
  bench.call('pay', body);
  if (state === 'cancelled') bench.call('cancel', { paymentRequestId: 'R1' });
  if (state === 'partly refunded') bench.call('refund', refundBody(bench, 'F0', '50'));
  return body;
}

function refundBody(bench: AcquirerBench, refundRequestId: string, value: string, currency = 'CNY') {
  const paymentId = bench.acquirer.ledger.payment('R1')?.paymentId ?? 'unknown';
  return { refundRequestId, paymentId, refundAmount: { currency, value } };
}

describe('acquirer: each request in each state of a payment', () => {
  const table: readonly {
    state: State;
    pay: string;
    other: string;
    inquiry: string;
    cancel: string;
    refund: string;
    held: bigint;
    afterCancel: PaymentStatus | undefined;
  }[] = [
    {
      state: 'never seen',
      pay: 'SUCCESS S',
      other: 'SUCCESS S',
      inquiry: 'ORDER_NOT_EXIST F undefined',
      cancel: 'SUCCESS S',
      refund: 'ORDER_NOT_EXIST F',
      held: 0n,
      afterCancel: undefined,
    },
    {
      state: 'processing',
      pay: 'PAYMENT_IN_PROCESS U',
      other: 'REPEAT_REQ_INCONSISTENT F',
      inquiry: 'SUCCESS S PROCESSING',
      cancel: 'SUCCESS S',
      refund: 'ORDER_STATUS_INVALID F',
      held: 0n,
      afterCancel: 'CANCELLED',
    },
    {
      state: 'success',
      pay: 'SUCCESS S',
      other: 'REPEAT_REQ_INCONSISTENT F',
      inquiry: 'SUCCESS S SUCCESS',
      cancel: 'SUCCESS S',
      refund: 'SUCCESS S',
      held: 1250n,
      afterCancel: 'CANCELLED',
    },
    {
      state: 'failed',
      pay: 'USER_BALANCE_NOT_ENOUGH F',
      other: 'REPEAT_REQ_INCONSISTENT F',
      inquiry: 'SUCCESS S FAIL',
      cancel: 'SUCCESS S',
      refund: 'ORDER_IS_CLOSED F',
      held: 0n,
      afterCancel: 'CANCELLED',
    },
    {
      state: 'cancelled',
      pay: 'ORDER_IS_CANCELED F',
      other: 'REPEAT_REQ_INCONSISTENT F',
      inquiry: 'SUCCESS S CANCELLED',
      cancel: 'SUCCESS S',
      refund: 'ORDER_IS_CANCELED F',
      held: 0n,
      afterCancel: 'CANCELLED',
    },
    {
      state: 'partly refunded',
      pay: 'SUCCESS S',
      other: 'REPEAT_REQ_INCONSISTENT F',
      inquiry: 'SUCCESS S SUCCESS',
      cancel: 'PROCESS_FAIL F',
      refund: 'SUCCESS S',
      held: 1200n,
      afterCancel: 'SUCCESS',
    },
  ];

  for (const row of table) {
    const told = (bench: AcquirerBench, name: string, body: Record<string, unknown>) => {
      const reply = bench.call(name, body);
      assert.equal(reply?.signed, 'rightly');
      return `${reply.code} ${reply.status}`;
    };

    it(`${row.state}: money, inquiry, cancel, refund`, () => {
      const bench = createAcquirerBench();
      reach(bench, row.state);
      assert.equal(bench.acquirer.ledger.standing('R1').heldValue, row.held);
      const inquiry = bench.call('inquiryPayment', { paymentRequestId: 'R1' });
      assert.equal(`${inquiry?.code} ${inquiry?.status} ${inquiry?.body.paymentStatus}`, row.inquiry);
      const refunding = createAcquirerBench();
      reach(refunding, row.state);
      assert.equal(told(refunding, 'refund', refundBody(refunding, 'F1', '100')), row.refund);
      assert.equal(told(bench, 'cancel', { paymentRequestId: 'R1' }), row.cancel);
      assert.equal(bench.acquirer.ledger.payment('R1')?.status, row.afterCancel);
      assert.equal(bench.acquirer.ledger.standing('R1').heldValue, row.afterCancel === 'SUCCESS' ? 1200n : 0n);
    });

    it(`${row.state}: the same pay again, and one with another amount`, () => {
      const bench = createAcquirerBench();
      const body = reach(bench, row.state);
      const events = bench.acquirer.ledger.history.length;
      assert.equal(told(bench, 'pay', body), row.pay);
      if (row.state !== 'never seen') assert.equal(bench.acquirer.ledger.history.length, events);
      const inconsistent = createAcquirerBench();
      const first = reach(inconsistent, row.state);
      const changed = { ...first, paymentAmount: { currency: 'CNY', value: '1251' } };
      assert.equal(told(inconsistent, 'pay', changed), row.other);
    });
  }
});

describe('acquirer: payments', () => {
  it('answers success with the amount of the request and its own id, which finds the payment again', () => {
    const bench = createAcquirerBench();
    const reply = bench.pay('R1');
    assert.deepEqual(reply?.body.paymentAmount, { currency: 'CNY', value: '1250' });
    assert.equal(reply?.body.paymentRequestId, 'R1');
    assert.equal(reply?.body.paymentTime, '2024-06-11T12:00:00+08:00');
    const inquiry = bench.call('inquiryPayment', { paymentId: reply?.body.paymentId, paymentRequestId: 'other' });
    assert.equal(inquiry?.body.paymentRequestId, 'R1');
    assert.equal(bench.call('inquiryPayment', { paymentId: 'other', paymentRequestId: 'R1' })?.code, 'ORDER_NOT_EXIST');
  });

  it('shows the amount in the wallet currency beside that of the merchant', () => {
    const reply = createAcquirerBench().call('pay', payBody('R1', '100', 'JPY'));
    assert.deepEqual(reply?.body.paymentAmount, { currency: 'JPY', value: '100' });
    assert.deepEqual(reply?.body.actualPaymentAmount, { currency: 'CNY', value: '88' });
  });

  const prompt = { code: 'PAYMENT_IN_PROCESS' };
  const status = (bench: AcquirerBench) => bench.call('inquiryPayment', { paymentRequestId: 'R1' })?.body;

  it('grants a password prompt after its time', () => {
    const bench = createAcquirerBench();
    bench.acquirer.plans.planNext({ answer: prompt, fate: { kind: 'succeeds', afterMs: 7_000 } });
    assert.equal(bench.pay('R1')?.status, 'U');
    bench.world.runUntil(6_999);
    assert.equal(status(bench)?.paymentStatus, 'PROCESSING');
    bench.world.runUntil(7_000);
    assert.equal(status(bench)?.paymentStatus, 'SUCCESS');
    assert.equal(bench.acquirer.ledger.standing('R1').chargedAtMs, startWallMs + 7_000);
  });

  for (const [name, fate] of [
    ['never answered', { kind: 'pending' }],
    ['answered when the payment has expired', { kind: 'succeeds', afterMs: 30_000 }],
  ] as const) {
    it(`fails a password prompt that is ${name}`, () => {
      const bench = createAcquirerBench();
      bench.acquirer.plans.planNext({ answer: prompt, fate });
      bench.pay('R1', { paymentExpiryTime: '2024-06-11T12:00:30+08:00' });
      bench.world.runUntil(60_000);
      assert.equal(status(bench)?.paymentStatus, 'FAIL');
      assert.equal(status(bench)?.paymentResultCode, 'ORDER_IS_CLOSED');
      assert.equal(bench.acquirer.ledger.standing('R1').charged, false);
    });
  }

  it('never charges a prompt that was cancelled while it waited', () => {
    const bench = createAcquirerBench();
    bench.acquirer.plans.planNext({ answer: prompt, fate: { kind: 'succeeds', afterMs: 7_000 } });
    bench.pay('R1');
    bench.call('cancel', { paymentRequestId: 'R1' });
    bench.world.runUntil(600_000);
    assert.equal(status(bench)?.paymentStatus, 'CANCELLED');
    assert.deepEqual(
      bench.acquirer.ledger.history.map((event) => event.kind),
      ['received', 'cancelled'],
    );
  });

  it('refuses a pay that arrives at its expiry', () => {
    const bench = createAcquirerBench();
    const expiry = { paymentExpiryTime: '2024-06-11T12:00:01+08:00' };
    bench.world.runUntil(999);
    assert.equal(bench.pay('R1', expiry)?.code, 'SUCCESS');
    bench.world.runUntil(1_000);
    assert.equal(bench.pay('R2', expiry)?.code, 'ORDER_IS_CLOSED');
    assert.equal(bench.acquirer.ledger.standing('R2').charged, false);
  });

  it('accepts a payment code once, also where its payment failed', () => {
    const bench = createAcquirerBench();
    const { paymentMethod } = payBody('R1');
    bench.acquirer.plans.planNext(planForCode('RISK_REJECT'));
    assert.equal(bench.pay('R1', { paymentMethod })?.code, 'RISK_REJECT');
    assert.equal(bench.pay('R2', { paymentMethod })?.code, 'EXPIRED_CODE');
  });

  it('refuses codes that have expired and texts that are no codes', () => {
    const bench = createAcquirerBench();
    const method = (paymentMethodId: string) => ({
      paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId },
    });
    bench.acquirer.issueCode('281234567890123456', startWallMs + 60_000);
    bench.acquirer.issueCode('281234567890123457', startWallMs + 60_000);
    bench.world.runUntil(59_999);
    assert.equal(bench.pay('R1', method('281234567890123456'))?.code, 'SUCCESS');
    bench.world.runUntil(60_000);
    assert.equal(bench.pay('R2', method('281234567890123457'))?.code, 'EXPIRED_CODE');
    for (const code of ['101234567890123456', '311234567890123456', '28123456789012', '28123456789012345x']) {
      assert.equal(bench.pay(`R-${code}`, method(code))?.code, 'INVALID_PAYMENT_CODE', code);
    }
    assert.equal(bench.pay('R3', method(`28${'0'.repeat(38)}`))?.code, 'SUCCESS');
  });

  it('refuses a plan whose answer contradicts its outcome', () => {
    const { plans } = createAcquirerBench().acquirer;
    assert.throws(() => plans.planNext({ answer: { code: 'SUCCESS' }, fate: { kind: 'pending' } }), /succeed at once/);
    const lie = { answer: { code: 'RISK_REJECT' }, fate: { kind: 'succeeds', afterMs: 0 } } as const;
    assert.throws(() => plans.planNext(lie), /must not be charged/);
    assert.throws(() => plans.planNext({ answer: { code: 'NEW' }, fate: { kind: 'pending' } }), /in no table/);
  });
});

describe('acquirer: cancels', () => {
  it('answers a cancel that overtakes its pay, and lets the late pay do what the settings say', () => {
    for (const [payAfterCancel, code, held] of [
      ['charges', 'SUCCESS', 1250n],
      ['reversed', 'ORDER_IS_CANCELED', 0n],
      ['refused', 'ORDER_IS_CANCELED', 0n],
    ] as const) {
      const bench = createAcquirerBench({ payAfterCancel });
      assert.equal(bench.call('cancel', { paymentRequestId: 'R1' })?.code, 'SUCCESS');
      assert.equal(bench.call('inquiryPayment', { paymentRequestId: 'R1' })?.code, 'ORDER_NOT_EXIST');
      assert.equal(bench.pay('R1')?.code, code, payAfterCancel);
      assert.equal(bench.acquirer.ledger.standing('R1').heldValue, held, payAfterCancel);
      assert.equal(bench.acquirer.ledger.standing('R1').charged, payAfterCancel !== 'refused');
      assert.equal(bench.call('cancel', { paymentRequestId: 'R1' })?.code, 'SUCCESS');
      assert.equal(bench.acquirer.ledger.standing('R1').heldValue, 0n);
    }
  });

  it('does not charge a pay that arrives after its cancel and its expiry', () => {
    const bench = createAcquirerBench({ payAfterCancel: 'charges' });
    bench.call('cancel', { paymentRequestId: 'R1' });
    bench.world.runUntil(60_000);
    assert.equal(bench.pay('R1', { paymentExpiryTime: '2024-06-11T12:01:00+08:00' })?.code, 'ORDER_IS_CLOSED');
  });

  it('can be told to answer ORDER_NOT_EXIST to the cancel of an unknown payment', () => {
    const bench = createAcquirerBench({ cancelOfUnknown: 'orderNotExist' });
    assert.equal(bench.call('cancel', { paymentRequestId: 'R1' })?.code, 'ORDER_NOT_EXIST');
  });

  it('cancels until 00:15 of the next day in China and not at that time', () => {
    const endMs = cancelWindowEndMs(startWallMs);
    assert.equal(endMs, Date.parse('2024-06-12T00:15:00+08:00'));
    assert.equal(cancelWindowEndMs(Date.parse('2024-06-12T00:00:00+08:00')), Date.parse('2024-06-13T00:15:00+08:00'));
    for (const [atMs, code, held] of [
      [endMs - 1, 'SUCCESS', 0n],
      [endMs, 'CANCEL_WINDOW_EXCEED', 1250n],
    ] as const) {
      const bench = createAcquirerBench();
      bench.pay('R1');
      bench.world.runUntil(atMs - startWallMs);
      assert.equal(bench.call('cancel', { paymentRequestId: 'R1' })?.code, code);
      assert.equal(bench.acquirer.ledger.standing('R1').heldValue, held);
    }
  });

  it('repeats a cancel with the same time, also after the window', () => {
    const bench = createAcquirerBench();
    bench.pay('R1');
    const first = bench.call('cancel', { paymentRequestId: 'R1' });
    bench.world.runUntil(86_400_000 * 3);
    assert.deepEqual(bench.call('cancel', { paymentRequestId: 'R1' })?.body, first?.body);
  });
});

describe('acquirer: refunds', () => {
  it('is the same refund under the same id, and another one under other parameters', () => {
    const bench = createAcquirerBench();
    bench.pay('R1');
    const first = bench.call('refund', refundBody(bench, 'F1', '100'));
    assert.equal(first?.code, 'SUCCESS');
    assert.deepEqual(bench.call('refund', refundBody(bench, 'F1', '100'))?.body, first?.body);
    assert.equal(bench.call('refund', refundBody(bench, 'F1', '101'))?.code, 'REPEAT_REQ_INCONSISTENT');
    assert.equal(bench.acquirer.ledger.standing('R1').refundedValue, 100n);
  });

  it('refunds in parts, never more than was paid, nor another currency', () => {
    const bench = createAcquirerBench();
    bench.pay('R1');
    assert.equal(bench.call('refund', refundBody(bench, 'F1', '1000'))?.code, 'SUCCESS');
    assert.equal(bench.call('refund', refundBody(bench, 'F2', '251'))?.code, 'REFUND_AMOUNT_EXCEED');
    assert.equal(bench.call('refund', refundBody(bench, 'F3', '250', 'USD'))?.code, 'PARAM_ILLEGAL');
    assert.equal(bench.call('refund', refundBody(bench, 'F4', '250'))?.code, 'SUCCESS');
    assert.equal(bench.acquirer.ledger.standing('R1').heldValue, 0n);
  });

  it('follows contracts without partial or repeated refunds, and the refund window', () => {
    const bench = createAcquirerBench({ partialRefunds: false });
    bench.pay('R1');
    assert.equal(bench.call('refund', refundBody(bench, 'F1', '100'))?.code, 'PARTIAL_REFUND_NOT_SUPPORTED');
    bench.acquirer.configure({ partialRefunds: true, multipleRefunds: false, refundWindowMs: 1_000 });
    assert.equal(bench.call('refund', refundBody(bench, 'F1', '100'))?.code, 'SUCCESS');
    assert.equal(bench.call('refund', refundBody(bench, 'F2', '100'))?.code, 'MULTIPLE_REFUNDS_NOT_SUPPORTED');
    bench.world.runUntil(1_000);
    assert.equal(bench.call('refund', refundBody(bench, 'F2', '100'))?.code, 'REFUND_WINDOW_EXCEED');
  });

  for (const [name, fate, end, held] of [
    ['succeeds', { kind: 'succeeds', afterMs: 5_000 }, 'SUCCESS', 1150n],
    ['fails', { kind: 'fails', afterMs: 5_000, code: 'MERCHANT_BALANCE_NOT_ENOUGH' }, 'FAIL', 1250n],
  ] as const) {
    it(`keeps a refund in process until it ${name}`, () => {
      const bench = createAcquirerBench();
      bench.acquirer.plans.planNext({
        answer: { code: 'SUCCESS' },
        fate: { kind: 'succeeds', afterMs: 0 },
        refundFate: fate,
      });
      bench.pay('R1');
      const inquire = () => bench.call('inquiryRefund', { refundRequestId: 'F1' });
      assert.equal(inquire()?.code, 'REFUND_NOT_EXIST');
      assert.equal(bench.call('refund', refundBody(bench, 'F1', '100'))?.code, 'REFUND_IN_PROCESS');
      assert.equal(inquire()?.body.refundStatus, 'PROCESSING');
      assert.equal(bench.call('refund', refundBody(bench, 'F2', '1151'))?.code, 'REFUND_AMOUNT_EXCEED');
      assert.equal(bench.call('cancel', { paymentRequestId: 'R1' })?.code, 'PROCESS_FAIL');
      bench.world.runUntil(5_000);
      assert.equal(inquire()?.body.refundStatus, end);
      assert.equal(bench.acquirer.ledger.standing('R1').heldValue, held);
    });
  }
});
