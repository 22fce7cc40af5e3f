import assert from 'node:assert/strict';
import type { AcquirerLink, AnswerCallback } from '../../../firmware/acquirer/acquirer-link.js';
import { createExecutors } from '../../../firmware/terminal/executors.js';
import type { Effect, ReversalRequest } from '../../../flows/effect.js';
import type { Event } from '../../../flows/input.js';
import { cny, NOON_WALL_MS, SILENCE, success } from '../../flows/builders.js';

type Send = Extract<Effect, { type: 'sendPay' | 'sendInquiry' | 'sendReversal' | 'sendProbe' }>;

/** Executors over a link that only notes what it is asked, and answers when told to. */
function createBench() {
  const asked: { readonly call: keyof AcquirerLink; readonly request: object; readonly timeoutMs: number }[] = [];
  const waiting: AnswerCallback[] = [];
  const events: Event[] = [];
  const note = (call: keyof AcquirerLink) => (request: object, timeoutMs: number, done: AnswerCallback) => {
    asked.push({ call, request, timeoutMs });
    waiting.push(done);
  };
  const unused = (): never => assert.fail('no device is needed');
  const executors = createExecutors({
    link: {
      pay: note('pay'),
      inquirePayment: note('inquirePayment'),
      probe: note('probe'),
      cancel: note('cancel'),
      refund: note('refund'),
      inquireRefund: note('inquireRefund'),
      reach(timeoutMs, done) {
        asked.push({ call: 'reach', request: {}, timeoutMs });
        done(false);
      },
    },
    devices: { print: unused, vend: unused, refuseSelection: unused },
    refusals: { note: unused },
    log: { debug: unused, info: unused, warn: unused, error: unused },
    feed: (event) => events.push(event),
  });
  return {
    asked,
    events,
    executors,
    run(effect: Send) {
      const execute = executors[effect.type] as (effect: Send) => void;
      execute(effect);
      return waiting.at(-1) ?? assert.fail('nothing was asked');
    },
  };
}

describe('what leaves for the acquirer', () => {
  it('is the payment as it was recorded, with its expiry in local time', () => {
    const { asked, events, run } = createBench();
    const answer = run({
      type: 'sendPay',
      timeoutMs: 5000,
      code: '288888888888888888',
      payment: {
        paymentRequestId: 'p1',
        orderId: 'order-1',
        amount: cny('1250'),
        description: 'Tea',
        startedAtWallMs: NOON_WALL_MS,
        expiresAtWallMs: NOON_WALL_MS + 61_000,
        utcOffsetMinutes: 480,
      },
    });
    const request = {
      paymentRequestId: 'p1',
      orderId: 'order-1',
      amount: cny('1250'),
      description: 'Tea',
      code: '288888888888888888',
      requestedAt: '2026-11-23T20:15:30+08:00',
      expiresAt: '2026-11-23T20:16:31+08:00',
    };
    assert.deepEqual(asked, [{ call: 'pay', request, timeoutMs: 5000 }]);
    assert.deepEqual(events, []);
    answer(success());
    assert.deepEqual(events, [{ type: 'payAnswered', paymentRequestId: 'p1', answer: success() }]);
  });

  const refund = { refundRequestId: 'r1', paymentId: 'P1', amount: cny('250'), reason: 'jam' };
  const reversals: readonly [call: keyof AcquirerLink, request: ReversalRequest][] = [
    ['cancel', { type: 'cancel', paymentRequestId: 'p1' }],
    ['inquirePayment', { type: 'inquiry', paymentRequestId: 'p1' }],
    ['refund', { type: 'refund', ...refund }],
    ['inquireRefund', { type: 'refundInquiry', refundRequestId: 'r1' }],
  ];
  for (const [call, request] of reversals) {
    it(`is ${call} for the ${request.type} of a reversal, and its answer is that exchange's`, () => {
      const { asked, events, run } = createBench();
      run({ type: 'sendReversal', timeoutMs: 3000, exchange: 7, reversalId: 'c1', request })(SILENCE);
      assert.deepEqual(asked, [{ call, request, timeoutMs: 3000 }]);
      assert.deepEqual(events, [{ type: 'reversalAnswered', exchange: 7, reversalId: 'c1', answer: SILENCE }]);
    });
  }

  for (const [type, call, event] of [
    ['sendInquiry', 'inquirePayment', { type: 'inquiryAnswered', paymentRequestId: 'p1', answer: SILENCE }],
    ['sendProbe', 'probe', { type: 'probeAnswered', answer: SILENCE }],
  ] as const) {
    it(`asks the acquirer for ${type}`, () => {
      const { asked, events, run } = createBench();
      run({ type, timeoutMs: 3000, paymentRequestId: 'p1' })(SILENCE);
      assert.deepEqual(asked, [{ call, request: { paymentRequestId: 'p1' }, timeoutMs: 3000 }]);
      assert.deepEqual(events, [event]);
    });
  }

  it('is nothing but a connection for tryConnection', () => {
    const { asked, events, executors } = createBench();
    executors.tryConnection({ type: 'tryConnection', timeoutMs: 3000 });
    assert.deepEqual(asked, [{ call: 'reach', request: {}, timeoutMs: 3000 }]);
    assert.deepEqual(events, [{ type: 'connectionTried', reached: false }]);
  });
});
