import assert from 'node:assert/strict';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import {
  cny,
  failure,
  found,
  NOON_WALL_MS,
  paid,
  refundFound,
  SILENCE,
  success,
  unclear,
  unsigned,
} from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, startPaying } from './drive.js';
import {
  AMOUNT,
  alarms,
  answer,
  DAY_MS,
  HOUR_MS,
  keepAnswering,
  lastRequest,
  MINUTE_MS,
  requests,
  reversedPaid,
  reversedUnknown,
  waitForRequest,
} from './reversals.js';

describe('the cancel queue', () => {
  describe('burst and queue', () => {
    it('sends the same cancel every 5 s for 60 s, then once a minute with a spread, and alarms once', () => {
      const drive = reversedPaid();
      const { paymentRequestId } = drive.reversal();
      assert.deepEqual(lastRequest(drive), { type: 'cancel', paymentRequestId });
      const sentAtMs = keepAnswering(drive, unclear(), 5 * MINUTE_MS);
      assert.deepEqual(
        sentAtMs.slice(0, 13),
        Array.from({ length: 13 }, (_, i) => i * 5000),
      );
      for (const [i, sent] of sentAtMs.slice(13).entries()) {
        const gapMs = sent - (sentAtMs[12 + i] ?? 0);
        assert.ok(gapMs >= MINUTE_MS && gapMs <= 1.1 * MINUTE_MS + 100, `${gapMs} ms after the one before`);
      }
      assert.deepEqual(alarms(drive), ['reversalDelayed']);
      assert.equal(new Set(drive.sent('sendReversal').map(({ request }) => JSON.stringify(request))).size, 1);
    });

    it('alarms at the first failure in the queue, calls a person at the sixth, retries slowly, and never gives up', () => {
      const drive = reversedPaid();
      keepAnswering(drive, unclear(), MINUTE_MS - 1000);
      const failures = Array.from({ length: 6 }, () => {
        waitForRequest(drive);
        answer(drive, unclear());
        return `${drive.reversal().state} ${alarms(drive).join(' ')}`;
      });
      assert.deepEqual(failures, [
        ...Array(5).fill('open reversalDelayed'),
        'needsPerson reversalDelayed reversalNeedsPerson',
      ]);
      const sentAtMs = keepAnswering(drive, unclear(), 40 * MINUTE_MS);
      assert.ok(sentAtMs.length >= 3 && sentAtMs.length <= 5, `${sentAtMs.length} requests`);
      assert.deepEqual(alarms(drive), ['reversalDelayed', 'reversalNeedsPerson']);
      waitForRequest(drive);
      answer(drive, success());
      assert.deepEqual([drive.reversal().state, drive.sale().state], ['finished', 'reversed']);
    });

    it('goes on when the executor never answers at all', () => {
      const drive = reversedPaid();
      drive.wait(60 * MINUTE_MS);
      assert.ok(drive.sent('sendReversal').length > 10);
      waitForRequest(drive);
      answer(drive, success());
      assert.equal(drive.sale().state, 'reversed');
    });

    it('inquires a refund whose executor never answers, like one without an answer', () => {
      const drive = reversedPaid();
      answer(drive, failure('CANCEL_WINDOW_EXCEED'));
      answer(drive, found('SUCCESS'));
      waitForRequest(drive);
      assert.equal(requests(drive), 'cancel inquiry refund refundInquiry');
    });

    it('ignores the late answer of a request that it no longer waits for', () => {
      const drive = reversedPaid();
      const { exchange, reversalId } = drive.lastSent('sendReversal');
      drive.wait(20_000);
      assert.ok(drive.lastSent('sendReversal').exchange > exchange);
      const late = drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: success() });
      expectIgnored(late, 'late reply to a reversal');
      assert.equal(drive.reversal().state, 'open');
    });

    it('does not let one reversal wait for another', () => {
      const drive = reversedPaid();
      const { exchange, reversalId: first } = drive.lastSent('sendReversal');
      const paymentRequestId = startPaying(drive, '300', 'order-2');
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('300')) });
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
      assert.notEqual(drive.lastSent('sendReversal').reversalId, first);
      answer(drive, success());
      assert.deepEqual(
        Object.values(drive.state.book.reversals).map(({ state }) => state),
        ['open', 'finished'],
      );
      drive.feed({ type: 'reversalAnswered', exchange, reversalId: first, answer: SILENCE });
      drive.wait(5000);
      assert.deepEqual([drive.lastSent('sendReversal').reversalId, requests(drive)], [first, 'cancel cancel cancel']);
    });

    it('waits for each answer as long as configured', () => {
      const drive = reversedPaid({ cancelReplyTimeoutMs: 4000, inquiryReplyTimeoutMs: 2000 });
      answer(drive, failure('CANCEL_WINDOW_EXCEED'));
      answer(drive, found('SUCCESS'));
      answer(drive, SILENCE);
      waitForRequest(drive);
      assert.deepEqual(
        drive.sent('sendReversal').map(({ request, timeoutMs }) => [request.type, timeoutMs]),
        [
          ['cancel', 4000],
          ['inquiry', 2000],
          ['refund', 4000],
          ['refundInquiry', 2000],
        ],
      );
    });
  });

  describe('when the network returns', () => {
    /** For long in the queue's slow rhythm, with a silent acquirer. */
    function waitingForNetwork(lastWord: AcquirerAnswer | 'nothing'): Drive {
      const drive = reversedPaid();
      keepAnswering(drive, SILENCE, 30 * MINUTE_MS);
      waitForRequest(drive);
      if (lastWord !== 'nothing') answer(drive, lastWord);
      drive.feed({ type: 'probeAnswered', answer: SILENCE });
      drive.wait(10_000);
      return drive;
    }

    const LAST_WORDS: readonly [name: string, lastWord: AcquirerAnswer | 'nothing', requests: number][] = [
      ['goes out at once after silence', SILENCE, 1],
      ['goes out at once after an answer that nobody can believe', unsigned(success()), 1],
      ['goes out at once when its executor said nothing at all', 'nothing', 1],
      ['waits for its time when the acquirer had answered it', unclear(), 0],
    ];
    for (const [name, lastWord, sent] of LAST_WORDS) {
      it(name, () => {
        const drive = waitingForNetwork(lastWord);
        const before = drive.sent('sendReversal').length;
        drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
        drive.wait(1);
        assert.equal(drive.sent('sendReversal').length, before + sent);
      });
    }

    it('is not sent twice where a request is still under way', () => {
      const drive = waitingForNetwork(SILENCE);
      waitForRequest(drive);
      const before = drive.sent('sendReversal').length;
      drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
      drive.wait(7000);
      assert.equal(drive.sent('sendReversal').length, before);
      answer(drive, success());
      assert.equal(drive.reversal().state, 'finished');
    });

    it('is sent no faster than every 5 s while the network comes and goes', () => {
      const drive = waitingForNetwork(SILENCE);
      const before = drive.sent('sendReversal').length;
      for (let i = 0; i < 200; i += 1) {
        drive.feed({ type: 'probeAnswered', answer: i % 2 === 0 ? failure('ORDER_NOT_EXIST') : SILENCE });
        drive.wait(100);
        if (drive.state.live.reversals[drive.reversal().reversalId]?.awaiting !== undefined) answer(drive, SILENCE);
      }
      assert.ok(drive.sent('sendReversal').length - before <= 5, requests(drive));
    });

    it('does not send those again that the acquirer has answered', () => {
      const drive = reversedPaid();
      answer(drive, failure('ACCESS_DENIED'));
      drive.feed({ type: 'probeAnswered', answer: SILENCE });
      drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
      drive.wait(4999);
      assert.equal(drive.sent('sendReversal').length, 1);
    });
  });

  it('does not stop sales because a reversal is refused with a code of configuration', () => {
    const drive = reversedPaid();
    answer(drive, failure('ACCESS_DENIED'));
    assert.equal(drive.state.live.acquirer, 'reachable');
  });

  describe('a cancel that is refused', () => {
    for (const code of ['CANCEL_WINDOW_EXCEED', 'PROCESS_FAIL']) {
      it(`with ${code}: inquires, and refunds the whole with a durable request id`, () => {
        const drive = reversedPaid();
        answer(drive, failure(code));
        assert.equal(lastRequest(drive).type, 'inquiry');
        const decision = answer(drive, found('SUCCESS', { paymentId: 'P5', amount: AMOUNT }));
        assert.deepEqual(
          decision.records.map(({ type }) => type),
          ['reversalPaymentFound', 'reversalTurnedToRefund'],
        );
        assert.deepEqual(alarms(drive), []);
        const { refundRequestId } = drive.reversal();
        assert.ok(refundRequestId !== undefined && refundRequestId.length <= 64);
        assert.deepEqual(lastRequest(drive), { type: 'refund', refundRequestId, paymentId: 'P5', amount: AMOUNT });
        drive.reboot();
        assert.deepEqual(lastRequest(drive), { type: 'refund', refundRequestId, paymentId: 'P5', amount: AMOUNT });
        answer(drive, success());
        assert.deepEqual([drive.reversal().end?.how, drive.sale().state], ['refunded', 'reversed']);
      });
    }

    for (const [status, how] of [
      ['CANCELLED', 'cancelled'],
      ['FAIL', 'nothingCharged'],
    ] as const) {
      it(`and inquired as ${status} is over: ${how}`, () => {
        const drive = reversedPaid();
        answer(drive, failure('CANCEL_WINDOW_EXCEED'));
        answer(drive, found(status));
        assert.equal(drive.reversal().end?.how, how);
      });
    }

    it('and inquired as PROCESSING is cancelled again, before the customer can confirm', () => {
      const drive = reversedUnknown();
      answer(drive, failure('ORDER_STATUS_INVALID'));
      answer(drive, found('PROCESSING'));
      assert.equal(drive.reversal().known, true);
      drive.wait(5000);
      assert.equal(requests(drive), 'cancel inquiry cancel');
      answer(drive, success());
      assert.equal(drive.sale().state, 'reversed');
    });

    for (const [code, follows] of [
      ['CANCEL_WINDOW_EXCEED', 'refund'],
      ['PROCESS_FAIL', 'refund'],
      ['ORDER_STATUS_INVALID', 'cancel'],
      ['ORDER_IS_CANCELED', 'cancel'],
      ['ORDER_IS_CLOSED', 'cancel'],
    ] as const) {
      it(`with ${code}, for a payment found to be paid: ${follows}`, () => {
        const drive = reversedPaid();
        answer(drive, failure(code));
        answer(drive, found('SUCCESS'));
        drive.wait(5000);
        assert.equal(requests(drive), `cancel inquiry ${follows}`);
      });
    }

    it('with ORDER_STATUS_INVALID for a paid payment is repeated in the burst, then turns to a refund', () => {
      const drive = reversedPaid();
      for (let i = 0; i < 40 && lastRequest(drive).type !== 'refund'; i += 1) {
        answer(drive, lastRequest(drive).type === 'cancel' ? failure('ORDER_STATUS_INVALID') : found('SUCCESS'));
        if (drive.state.live.reversals[drive.reversal().reversalId]?.awaiting === undefined) waitForRequest(drive);
      }
      assert.equal(lastRequest(drive).type, 'refund');
      assert.ok(drive.sent('sendReversal').filter(({ request }) => request.type === 'cancel').length > 5);
    });

    it('needs no payment id to cancel again, and inquires it only to refund', () => {
      const drive = reversedUnknown();
      answer(drive, failure('ORDER_STATUS_INVALID'));
      answer(drive, success({ paymentStatus: 'SUCCESS' }));
      drive.wait(5000);
      assert.equal(lastRequest(drive).type, 'cancel');
      answer(drive, failure('CANCEL_WINDOW_EXCEED'));
      answer(drive, success({ paymentStatus: 'SUCCESS' }));
      assert.deepEqual([requests(drive), drive.reversal().kind], ['cancel inquiry cancel inquiry', 'cancel']);
      drive.wait(5000);
      assert.equal(lastRequest(drive).type, 'inquiry');
      answer(drive, found('SUCCESS', { paymentId: 'P3', amount: AMOUNT }));
      assert.equal(lastRequest(drive).type, 'refund');
    });

    it('alarms when it refunds a payment whose amount is not the one asked for', () => {
      const drive = reversedPaid();
      answer(drive, failure('CANCEL_WINDOW_EXCEED'));
      drive.news();
      answer(drive, found('SUCCESS', { amount: cny('9999') }));
      assert.equal(drive.news(), 'alarm:amountDiffers sendReversal:refund');
    });

    for (const [name, round] of [
      ['with its id', found('SUCCESS')],
      ['without its id', success({ paymentStatus: 'SUCCESS' })],
    ] as const) {
      it(`is recorded as known once, not each time it is found ${name}`, () => {
        const drive = reversedPaid();
        for (let i = 0; i < 8; i += 1) {
          answer(drive, failure('ORDER_STATUS_INVALID'));
          answer(drive, round);
          drive.wait(5000);
        }
        assert.equal(drive.records.filter(({ type }) => type === 'reversalPaymentFound').length, 0);
      });
    }
  });

  describe('the cancellable period', () => {
    /** From the payment at 20:15 in Beijing to a quarter past midnight. */
    const untilEndMs = Date.parse('2026-11-24T00:15:00+08:00') - NOON_WALL_MS;

    function atTheEnd(offsetMs: number, clockTrusted = true): Drive {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
      drive.wait(untilEndMs + offsetMs - drive.nowMs);
      drive.setClock({ trusted: clockTrusted });
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
      return drive;
    }

    it('allows cancels until its end; then the payment is inquired and refunded without a cancel', () => {
      assert.equal(requests(atTheEnd(-1)), 'cancel');
      const drive = atTheEnd(0);
      assert.equal(requests(drive), 'inquiry');
      answer(drive, found('SUCCESS', { amount: AMOUNT }));
      assert.equal(requests(drive), 'inquiry refund');
    });

    it('is not applied while the clock is not trusted: the cancel is tried', () => {
      assert.equal(requests(atTheEnd(0, false)), 'cancel');
    });

    it('may end while a reversal waits in the queue', () => {
      const drive = reversedPaid();
      answer(drive, SILENCE);
      drive.wait(untilEndMs);
      waitForRequest(drive);
      assert.equal(lastRequest(drive).type, 'inquiry');
    });
  });

  describe('calling a person', () => {
    it('does not happen early where a boot with a wrong clock started the reversal', () => {
      const drive = createReadyDrive({ vend: 'host', hostConfirmMs: 30_000 });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
      drive.setClock({ trusted: false, aheadMs: -400 * 86_400_000 });
      drive.reboot();
      drive.wait(30_000);
      drive.setClock({ trusted: true, aheadMs: 0 });
      keepAnswering(drive, unclear(), 3 * MINUTE_MS);
      assert.equal(drive.reversal().state, 'open');
    });

    /** The time from the start to the first failure in the queue, the age of the payment, and the clock. */
    const AGES: readonly [name: string, ageMs: number, paidBeforeMs: number, trusted: boolean, state: string][] = [
      ['happens at the first failure of one that is older than 20 hours', 20 * HOUR_MS + 1, 0, true, 'needsPerson'],
      ['does not happen before', 20 * HOUR_MS, 0, true, 'open'],
      ['does not count the age of the payment', HOUR_MS, 3 * DAY_MS, true, 'open'],
      ['does not believe a clock that is not trusted', 20 * HOUR_MS + 1, 0, false, 'open'],
    ];
    for (const [name, ageMs, paidBeforeMs, trusted, state] of AGES) {
      it(name, () => {
        const [cancelReplyTimeoutMs, inquiryReplyTimeoutMs] = [30 * HOUR_MS, 30 * HOUR_MS];
        const drive = createReadyDrive({ vend: 'host', cancelReplyTimeoutMs, inquiryReplyTimeoutMs });
        const paymentRequestId = startPaying(drive);
        drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
        drive.wait(paidBeforeMs);
        drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
        drive.wait(ageMs);
        drive.setClock({ trusted });
        answer(drive, SILENCE);
        assert.equal(drive.reversal().state, state);
      });
    }

    for (const [name, content, code] of [
      ['silence', SILENCE, 'NO_ANSWER'],
      ['an answer that says why', failure('SYSTEM_ERROR'), 'SYSTEM_ERROR'],
      ['an answer that nothing is known', unclear(), 'UNKNOWN_EXCEPTION'],
    ] as const) {
      it(`gives the last code: ${name}`, () => {
        const drive = reversedPaid();
        keepAnswering(drive, content, 10 * MINUTE_MS);
        assert.deepEqual([drive.reversal().state, drive.reversal().lastCode], ['needsPerson', code]);
      });
    }

    it('gives the status of a refund that does not end', () => {
      const drive = reversedPaid();
      answer(drive, failure('CANCEL_WINDOW_EXCEED'));
      answer(drive, found('SUCCESS'));
      keepAnswering(drive, failure('REFUND_IN_PROCESS'), 4000);
      keepAnswering(drive, refundFound('PROCESSING'), 10 * MINUTE_MS);
      assert.deepEqual([drive.reversal().state, drive.reversal().lastCode], ['needsPerson', 'PROCESSING']);
    });

    it('gives NO_ANSWER where nothing was answered', () => {
      const drive = reversedPaid();
      drive.wait(20 * MINUTE_MS);
      assert.deepEqual([drive.reversal().state, drive.reversal().lastCode], ['needsPerson', 'NO_ANSWER']);
    });

    it('counts unsigned answers as failures, like silence', () => {
      const drive = reversedPaid();
      keepAnswering(drive, unsigned(success()), 10 * MINUTE_MS);
      assert.equal(drive.reversal().state, 'needsPerson');
    });
  });
});
