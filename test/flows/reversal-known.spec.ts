import assert from 'node:assert/strict';
import { cny, effectWords, failure, paid, SILENCE, success, unclear } from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, startPaying } from './drive.js';
import {
  AMOUNT,
  answer,
  DAY_MS,
  giveUpUnknown,
  HOUR_MS,
  keepAnswering,
  lastRequest,
  MINUTE_MS,
  PATIENCE_MS,
  requests,
  reversedUnknown,
  UNPAYABLE_MS,
  waitForRequest,
} from './reversals.js';

describe('the cancel queue', () => {
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
});
