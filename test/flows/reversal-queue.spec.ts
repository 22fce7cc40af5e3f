import assert from 'node:assert/strict';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Policy } from '../../flows/policy.js';
import { step } from '../../flows/step.js';
import { initialState } from '../../flows/terminal-state.js';
import {
  cny,
  createMoment,
  createPolicy,
  effectWords,
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

const AMOUNT = cny('1250');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** How long the customer waits before giving up. */
const PATIENCE_MS = 4000;
/** After that: the rest of the payment's expiry, and the margin. */
const UNPAYABLE_MS = 90_000 - PATIENCE_MS;

/** A sale that the customer cancelled while the pay was under way: it is not known whether it arrived. */
function reversedUnknown(change: Partial<Policy> = {}): Drive {
  const drive = createReadyDrive(change);
  drive.wait(10_000);
  giveUpUnknown(drive);
  return drive;
}

function giveUpUnknown(drive: Drive, orderId = 'order-1'): void {
  startPaying(drive, '1250', orderId);
  drive.wait(PATIENCE_MS);
  drive.feed({ type: 'keyPressed', key: '*' });
}

/** A sale that was paid and then not delivered. */
function reversedPaid(change: Partial<Policy> = {}): Drive {
  const drive = createReadyDrive({ vend: 'host', ...change });
  const paymentRequestId = startPaying(drive);
  drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
  drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
  return drive;
}

function answer(drive: Drive, content: AcquirerAnswer) {
  const { exchange, reversalId } = drive.lastSent('sendReversal');
  return drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: content });
}

const alarms = (drive: Drive) => drive.sent('raiseAlarm').map(({ alarm }) => alarm);
const lastRequest = (drive: Drive) => drive.lastSent('sendReversal').request;
const requests = (drive: Drive): string =>
  drive
    .sent('sendReversal')
    .map(({ request }) => request.type)
    .join(' ');

/** Waits for the next request to leave, half an hour at most. */
function waitForRequest(drive: Drive): void {
  const before = drive.sent('sendReversal').length;
  for (let i = 0; i < 1800 && drive.sent('sendReversal').length === before; i += 1) drive.wait(1000);
}

/** Answers every request the same way, at once, for a while. Returns the times at which they were sent. */
function keepAnswering(drive: Drive, content: AcquirerAnswer, forMs: number): number[] {
  const startMs = drive.nowMs;
  const sentAtMs: number[] = [];
  let seen = drive.sent('sendReversal').length - 1;
  while (drive.nowMs <= startMs + forMs) {
    if (drive.sent('sendReversal').length > seen) {
      seen += 1;
      sentAtMs.push(drive.nowMs - startMs);
      answer(drive, content);
    }
    drive.wait(100);
  }
  return sentAtMs;
}

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

  describe('a payment that is not known', () => {
    for (const [name, content, how] of [
      ['cancelled', success(), 'cancelled'],
      ['told not to exist', failure('ORDER_NOT_EXIST'), 'nothingCharged'],
    ] as const) {
      it(`that is ${name} at once is confirmed once more when it can no longer arrive`, () => {
        const drive = reversedUnknown();
        answer(drive, content);
        assert.equal(drive.sale().state, 'reversing');
        drive.wait(UNPAYABLE_MS - 1);
        assert.equal(requests(drive), 'cancel');
        drive.wait(1);
        assert.equal(requests(drive), 'cancel cancel');
        answer(drive, content);
        assert.deepEqual([drive.reversal().end?.how, drive.sale().state], [how, 'reversed']);
      });
    }

    it('is not closed by an answer to a request sent before the expiry, even if it comes after it', () => {
      const drive = reversedUnknown({ cancelReplyTimeoutMs: 200_000 });
      drive.wait(UNPAYABLE_MS + 1000);
      answer(drive, success());
      assert.equal(drive.reversal().state, 'open');
      drive.wait(1);
      answer(drive, success());
      assert.equal(drive.reversal().state, 'finished');
    });

    describe('that becomes known as charged', () => {
      const notify = (drive: Drive) =>
        drive.feed({
          type: 'paymentNotified',
          paymentRequestId: drive.reversal().paymentRequestId,
          paymentId: 'P1',
          amount: AMOUNT,
        });
      const replyLate = (drive: Drive) =>
        drive.feed({
          type: 'payAnswered',
          paymentRequestId: drive.reversal().paymentRequestId,
          answer: paid(AMOUNT),
        });

      for (const [name, word] of [
        ['by a notification', notify],
        ['by a late reply', replyLate],
      ] as const) {
        it(`(${name}) while it waits for its expiry is cancelled at once, and confirmed after the expiry all the same`, () => {
          const drive = reversedUnknown();
          answer(drive, success());
          drive.wait(10_000);
          assert.equal(requests(drive), 'cancel');
          assert.equal(effectWords(word(drive)), 'sendReversal:cancel');
          answer(drive, success());
          assert.equal(drive.reversal().state, 'open');
          drive.wait(UNPAYABLE_MS - 10_000);
          assert.equal(requests(drive), 'cancel cancel cancel');
          answer(drive, success());
          assert.equal(drive.reversal().end?.how, 'cancelled');
        });

        it(`(${name}) while a cancel is under way is cancelled once more at its answer: the charge may have come after the cancel`, () => {
          const drive = reversedUnknown();
          word(drive);
          assert.deepEqual([drive.reversal().known, requests(drive)], [true, 'cancel']);
          answer(drive, success());
          assert.deepEqual([drive.reversal().state, requests(drive)], ['open', 'cancel cancel']);
          answer(drive, success());
          drive.wait(UNPAYABLE_MS);
          answer(drive, success());
          assert.deepEqual([requests(drive), drive.reversal().end?.how], ['cancel cancel cancel', 'cancelled']);
        });

        it(`(${name}) while the queue waits in its slow rhythm is cancelled at once`, () => {
          const drive = reversedUnknown();
          keepAnswering(drive, unclear(), 3 * MINUTE_MS);
          assert.equal(drive.state.live.reversals[drive.reversal().reversalId]?.awaiting, undefined);
          assert.equal(effectWords(word(drive)), 'sendReversal:cancel');
        });
      }

      it('after it was known to be in process is cancelled at once, too', () => {
        const drive = reversedUnknown();
        const { paymentRequestId } = drive.reversal();
        drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS') });
        keepAnswering(drive, unclear(), 3 * MINUTE_MS);
        assert.equal(effectWords(notify(drive)), 'sendReversal:cancel');
      });

      it('while a request of the slow rhythm is under way is cancelled soon after it, also where that is not answered', () => {
        const drive = reversedUnknown();
        keepAnswering(drive, unclear(), 3 * MINUTE_MS);
        waitForRequest(drive);
        notify(drive);
        const before = drive.sent('sendReversal').length;
        drive.wait(3000);
        answer(drive, SILENCE);
        drive.wait(2000);
        assert.equal(drive.sent('sendReversal').length, before + 1);
        answer(drive, SILENCE);
        drive.wait(MINUTE_MS - 1);
        assert.equal(drive.sent('sendReversal').length, before + 1, 'then at the rhythm of before');
      });

      it('makes no more requests, however often it is notified', () => {
        const drive = reversedUnknown();
        answer(drive, success());
        notify(drive);
        answer(drive, success());
        for (let i = 0; i < 100; i += 1) {
          expectIgnored(notify(drive), 'notification in state reversing');
          drive.wait(100);
        }
        assert.equal(requests(drive), 'cancel cancel');
      });

      it('is not sent where it is held for a person', () => {
        const drive = createReadyDrive({ vendUnknown: 'operator' });
        const paymentRequestId = startPaying(drive);
        drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
        drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
        notify(drive);
        assert.equal(requests(drive), '');
      });
    });

    it('becomes known only by its own notification, and only before its reversal is finished', () => {
      const drive = reversedUnknown();
      const first = drive.reversal();
      giveUpUnknown(drive, 'order-2');
      const second = drive.reversal();
      const notify = ({ paymentRequestId }: typeof first) =>
        drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P1', amount: AMOUNT });
      assert.equal(notify(second).ignored, undefined);
      const known = () => [first, second].map(({ reversalId }) => drive.state.book.reversals[reversalId]?.known);
      assert.deepEqual(known(), [false, true]);
      const { reversalId } = first;
      drive.wait(UNPAYABLE_MS);
      for (let i = 0; i < 100 && drive.state.live.reversals[reversalId]?.awaiting === undefined; i += 1)
        drive.wait(1000);
      const exchange = drive.state.live.reversals[reversalId]?.awaiting ?? 0;
      drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: failure('ORDER_NOT_EXIST') });
      assert.equal(drive.state.book.reversals[reversalId]?.end?.how, 'nothingCharged');
      notify(first);
      assert.deepEqual(known(), [false, true]);
    });

    it('that arrived late is cancelled by the second cancel', () => {
      const drive = reversedUnknown();
      answer(drive, failure('ORDER_NOT_EXIST'));
      drive.wait(UNPAYABLE_MS);
      answer(drive, success());
      assert.equal(drive.reversal().end?.how, 'cancelled');
    });

    for (const aheadMs of [HOUR_MS, -HOUR_MS]) {
      it(`is waited for as long when the clock is set by ${aheadMs / HOUR_MS} h while the customer waits`, () => {
        const drive = createReadyDrive();
        startPaying(drive);
        drive.wait(PATIENCE_MS);
        drive.setClock({ aheadMs });
        drive.feed({ type: 'keyPressed', key: '*' });
        answer(drive, failure('ORDER_NOT_EXIST'));
        drive.wait(UNPAYABLE_MS - 1);
        assert.equal(requests(drive), 'cancel');
        drive.wait(1);
        assert.equal(requests(drive), 'cancel cancel');
      });
    }

    /** The clock at the boot, the length of the power cut, and after what time the cancel is confirmed. */
    const AFTER_BOOT: readonly [name: string, trusted: boolean, aheadMs: number, offMs: number, leftMs: number][] = [
      ['waits its expiry out again where the clock is not trusted', false, 0, 30_000, 90_000],
      ['waits its expiry out again where the clock is not trusted and ahead', false, DAY_MS, 30_000, 90_000],
      ['waits for what is left of its expiry where the clock is trusted', true, 0, 30_000, UNPAYABLE_MS - 30_000],
      ['waits for no more than its expiry where the clock was set back', true, -DAY_MS, 30_000, 90_000],
      ['waits for the margin at least', true, 0, 10 * MINUTE_MS, 30_000],
    ];
    for (const [name, trusted, aheadMs, offMs, leftMs] of AFTER_BOOT) {
      it(`after a power cut ${name}`, () => {
        const drive = reversedUnknown();
        const { saleId } = drive.sale();
        answer(drive, SILENCE);
        drive.wait(offMs);
        drive.setClock({ trusted, aheadMs });
        drive.reboot();
        const before = drive.sent('sendReversal').length;
        answer(drive, failure('ORDER_NOT_EXIST'));
        drive.wait(leftMs - 1);
        assert.equal(drive.sent('sendReversal').length, before);
        drive.wait(1);
        assert.equal(drive.sent('sendReversal').length, before + 1);
        answer(drive, failure('ORDER_NOT_EXIST'));
        assert.equal(drive.state.book.sales[saleId]?.state, 'reversed');
      });
    }

    for (const [clockTrusted, leftMs] of [
      [true, 10 * MINUTE_MS + 30_000 - PATIENCE_MS],
      [false, 10 * MINUTE_MS + 30_000],
    ] as const) {
      it(`waits for the expiry that the acquirer was sent, whatever is configured now (clock trusted: ${clockTrusted})`, () => {
        const drive = reversedUnknown({ paymentExpiryMs: 10 * MINUTE_MS });
        drive.reboot({ clockTrusted, policy: { paymentExpiryMs: MINUTE_MS } });
        answer(drive, failure('ORDER_NOT_EXIST'));
        drive.wait(leftMs - 1);
        assert.equal(requests(drive), 'cancel cancel');
        drive.wait(1);
        answer(drive, failure('ORDER_NOT_EXIST'));
        assert.equal(drive.reversal().end?.how, 'nothingCharged');
      });
    }

    it('after a long power cut with a trusted clock is closed at the first answer', () => {
      const drive = reversedUnknown();
      drive.wait(10 * MINUTE_MS);
      drive.reboot();
      drive.wait(30_000);
      drive.news();
      answer(drive, SILENCE);
      drive.wait(5000);
      answer(drive, failure('ORDER_NOT_EXIST'));
      assert.equal(drive.reversal().end?.how, 'nothingCharged');
    });

    it('is closed by itself where the pay was answered by a bare U and never existed', () => {
      const drive = createReadyDrive();
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('REQUEST_TRAFFIC_EXCEED_LIMIT') });
      drive.wait(PATIENCE_MS);
      drive.feed({ type: 'keyPressed', key: '*' });
      answer(drive, failure('ORDER_NOT_EXIST'));
      drive.wait(UNPAYABLE_MS);
      answer(drive, failure('ORDER_NOT_EXIST'));
      assert.equal(drive.reversal().end?.how, 'nothingCharged');
    });
  });

  describe('a payment that is known, and then said not to exist', () => {
    /** The last answer about the payment before it is given up, each without a payment id. */
    const known: readonly [name: string, begin: () => Drive][] = [
      [
        'paid',
        () => {
          const drive = createReadyDrive({ vend: 'host', hostConfirmMs: 30_000 });
          const paymentRequestId = startPaying(drive);
          drive.feed({ type: 'payAnswered', paymentRequestId, answer: success({ amount: AMOUNT }) });
          drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
          return drive;
        },
      ],
      [
        'paid, with a power cut after it',
        () => {
          const drive = createReadyDrive({ vend: 'host', hostConfirmMs: 30_000 });
          const paymentRequestId = startPaying(drive);
          drive.feed({ type: 'payAnswered', paymentRequestId, answer: success({ amount: AMOUNT }) });
          drive.reboot();
          drive.fire('hostConfirm');
          return drive;
        },
      ],
      [
        'paid with another amount',
        () => {
          const drive = createReadyDrive();
          const paymentRequestId = startPaying(drive);
          drive.feed({ type: 'payAnswered', paymentRequestId, answer: success({ amount: cny('1') }) });
          drive.feed({ type: 'keyPressed', key: '*' });
          return drive;
        },
      ],
      [
        'waiting for the customer to confirm',
        () => {
          const drive = createReadyDrive();
          const paymentRequestId = startPaying(drive);
          drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS') });
          drive.feed({ type: 'keyPressed', key: '*' });
          return drive;
        },
      ],
      [
        'waiting for the customer to confirm, with a power cut after it',
        () => {
          const drive = createReadyDrive();
          const paymentRequestId = startPaying(drive);
          drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS') });
          drive.reboot({ torn: true });
          return drive;
        },
      ],
      [
        'found in process by an inquiry, with a power cut after it',
        () => {
          const drive = createReadyDrive();
          const paymentRequestId = startPaying(drive);
          drive.fire('inquiry');
          const answer = success({ paymentStatus: 'PROCESSING' });
          drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer });
          drive.reboot({ torn: true });
          return drive;
        },
      ],
      [
        'said to wait for the customer after it was given up, with a power cut after that',
        () => {
          const drive = reversedUnknown();
          const { paymentRequestId } = drive.reversal();
          drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS') });
          drive.reboot({ torn: true });
          return drive;
        },
      ],
      [
        'found by the inquiry after a refused cancel',
        () => {
          const drive = reversedUnknown();
          answer(drive, failure('ORDER_STATUS_INVALID'));
          answer(drive, success({ paymentStatus: 'SUCCESS' }));
          drive.wait(5000);
          return drive;
        },
      ],
    ];
    for (const [name, begin] of known) {
      it(`(${name}) is inquired, is not closed, and a person is called`, () => {
        const drive = begin();
        assert.equal(drive.reversal().paymentId, undefined);
        answer(drive, failure('ORDER_NOT_EXIST'));
        assert.equal(lastRequest(drive).type, 'inquiry');
        keepAnswering(drive, failure('ORDER_NOT_EXIST'), 20 * MINUTE_MS);
        assert.deepEqual(
          [drive.reversal().state, drive.reversal().lastCode, drive.sale().state],
          ['needsPerson', 'ORDER_NOT_EXIST', 'reversing'],
        );
        waitForRequest(drive);
        answer(drive, success(lastRequest(drive).type === 'inquiry' ? { paymentStatus: 'CANCELLED' } : {}));
        assert.deepEqual([drive.reversal().end?.how, drive.sale().state], ['cancelled', 'reversed']);
      });
    }
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

  describe('of a payment that was made with another account at the acquirer', () => {
    const OTHER = { policy: { account: 'CLIENT M2' } };
    const ELSEWHERE = 'https://other.example.com/ams/api';
    const retried = (drive: Drive) =>
      effectWords(drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId: drive.reversal().reversalId }));

    for (const [name, begin] of [
      ['waits in the queue', reversedPaid],
      [
        'was under way when the power went',
        () => {
          const drive = createReadyDrive();
          startPaying(drive);
          return drive;
        },
      ],
    ] as const) {
      it(`sends nothing and calls a person (the payment ${name})`, () => {
        const drive = begin();
        const before = drive.sent('sendReversal').length;
        drive.reboot(OTHER);
        drive.wait(60 * MINUTE_MS);
        assert.equal(drive.sent('sendReversal').length, before);
        assert.deepEqual([drive.reversal().state, drive.reversal().lastCode], ['needsPerson', 'OTHER_ACCOUNT']);
        assert.equal(drive.sent('raiseAlarm').filter(({ alarm }) => alarm === 'reversalNeedsPerson').length, 1);
      });
    }

    it('refuses to be retried, and can be settled by hand', () => {
      const drive = reversedPaid();
      drive.reboot(OTHER);
      assert.equal(retried(drive), 'answer:conflict/otherAccount');
      const { reversalId } = drive.reversal();
      drive.feed({ type: 'reversalSettled', callId: 'c', reversalId, by: 'Eve', note: 'from the Dashboard' });
      assert.equal(drive.reversal().end?.how, 'settledByHand');
    });

    it('is sent at the first start with that account', () => {
      const drive = reversedPaid();
      drive.reboot(OTHER);
      drive.news();
      drive.reboot({ policy: { account: drive.reversal().account ?? '' } });
      assert.equal(drive.news(), 'alarm:reversalNeedsPerson sendReversal:cancel sendProbe');
      answer(drive, success());
      assert.equal(drive.sale().state, 'reversed');
    });

    it('refuses a refund of it', () => {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
      drive.reboot(OTHER);
      const { saleId } = drive.sale();
      const decision = drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'r1' });
      assert.equal(effectWords(decision), 'answer:conflict/otherAccount');
    });

    /** The start after a payment was made, and whether that payment is then asked about. */
    const STARTS: Readonly<Record<string, readonly [Partial<Policy>, asked: boolean]>> = {
      'with another client or merchant': [{ account: 'CLIENT M2' }, false],
      'with another acquirer': [{ acquirer: ELSEWHERE }, false],
      'with another path at the same acquirer': [{ acquirer: `${createPolicy().acquirer}/v9` }, false],
      'with another acquirer, to which it was declared to have moved': [
        { acquirer: ELSEWHERE, movedFrom: ['https://third.example.com/ams/api', createPolicy().acquirer] },
        true,
      ],
      'with another acquirer, to which something else was declared to have moved': [
        { acquirer: ELSEWHERE, movedFrom: ['https://third.example.com/ams/api'] },
        false,
      ],
      'with another client at an acquirer that moved': [
        { account: 'CLIENT2 M1', acquirer: ELSEWHERE, movedFrom: [createPolicy().acquirer] },
        false,
      ],
      'with another currency': [{ currency: 'USD' }, true],
      'with the same account': [{}, true],
    };
    for (const [how, [policy, asked]] of Object.entries(STARTS)) {
      it(`${asked ? 'asks' : 'does not ask'} about it when started ${how}`, () => {
        const drive = reversedPaid();
        const before = drive.sent('sendReversal').length;
        drive.reboot({ policy });
        drive.wait(60 * MINUTE_MS);
        assert.equal(drive.sent('sendReversal').length > before, asked);
        assert.equal(drive.reversal().lastCode === 'OTHER_ACCOUNT', !asked);
        assert.equal(retried(drive).includes('otherAccount'), !asked);
      });

      it(`${asked ? 'accepts' : 'refuses'} a refund of it when started ${how}`, () => {
        const drive = createReadyDrive({ vend: 'host' });
        const paymentRequestId = startPaying(drive);
        drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
        drive.reboot({ policy });
        const { saleId } = drive.sale();
        const decision = drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'r1' });
        assert.equal(effectWords(decision).includes('otherAccount'), !asked);
      });
    }

    it('says where it was made, and where the terminal asks now', () => {
      const drive = reversedPaid();
      drive.reboot({ policy: { acquirer: ELSEWHERE } });
      retried(drive);
      const { answer: told } = drive.lastSent('answerCall');
      const places = { differs: 'acquirer', madeAt: createPolicy().acquirer, asked: ELSEWHERE };
      assert.deepEqual(told, { kind: 'conflict', code: 'otherAccount', ...places });
    });

    it('counts a payment of an old record without an acquirer as made at the first acquirer that was recorded', () => {
      const drive = reversedPaid();
      const { acquirer: _, ...old } = drive.reversal();
      const { firstAcquirer: __, ...updated } = drive.state.book;
      const book = { ...updated, reversals: { [old.reversalId]: old } };
      const boot = (acquirer: string, from: typeof drive.state.book) =>
        step(initialState({ ...drive.policy, acquirer }, from), { type: 'booted', at: createMoment() });
      const first = boot(ELSEWHERE, book);
      assert.equal(effectWords(first), 'sendReversal:cancel sendProbe');
      assert.equal(effectWords(boot(drive.policy.acquirer, first.state.book)), 'alarm:reversalNeedsPerson sendProbe');
    });

    it('is sent where an old record does not name the account', () => {
      const drive = reversedPaid();
      const { account: _, ...old } = drive.reversal();
      const book = { ...drive.state.book, reversals: { [old.reversalId]: old } };
      const policy = { ...drive.policy, account: 'CLIENT M2' };
      const decision = step(initialState(policy, book), { type: 'booted', at: createMoment() });
      assert.equal(effectWords(decision), 'sendReversal:cancel sendProbe');
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
