import assert from 'node:assert/strict';
import type { Policy } from '../../flows/policy.js';
import { view } from '../../flows/view.js';
import { cny, effectWords, paid, success } from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, expectStep, startPaying } from './drive.js';

function approved(change: Partial<Policy>): Drive {
  const drive = createReadyDrive(change);
  const paymentRequestId = startPaying(drive);
  drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
  drive.news();
  return drive;
}

function report(drive: Drive, ok: boolean) {
  return drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok });
}

describe('delivery', () => {
  describe('by a device', () => {
    const OUTCOMES = {
      yes: ['settled', 'saleSettled', 'printReceipt', 'paid'],
      no: ['reversing', 'reversalStarted', 'sendReversal:cancel', 'vendFailed'],
      unknown: ['reversing', 'reversalStarted', 'alarm:vendUnknown sendReversal:cancel', 'moneyGoesBack'],
    } as const;
    for (const [outcome, [sale, records, effects, notice]] of Object.entries(OUTCOMES)) {
      it(`${outcome}: ${sale}, and the customer reads "${notice}"`, () => {
        const drive = approved({});
        const decision = drive.feed({
          type: 'vendFinished',
          saleId: drive.sale().saleId,
          outcome: outcome as keyof typeof OUTCOMES,
        });
        expectStep(drive, decision, { sale, records, effects });
        assert.equal(view(drive.state).text, notice);
      });
    }

    it('counts as unknown when the mechanism reports nothing within its limit and 5 s more', () => {
      const drive = approved({ vendTimeoutMs: 10_000 });
      drive.wait(14_999);
      assert.equal(drive.sale().state, 'vending');
      drive.wait(1);
      assert.deepEqual([drive.sale().state, drive.reversal().cause], ['reversing', 'vendUnknown']);
      const late = drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'yes' });
      expectIgnored(late, 'late report of the vend mechanism');
      assert.equal(effectWords(late), 'alarm:vendContradicts');
      assert.equal(drive.sale().state, 'reversing');
    });

    it('unknown is kept as paid where the operator chose so', () => {
      const drive = approved({ vendUnknown: 'keep' });
      drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
      assert.deepEqual([drive.sale().state, drive.news()], ['settled', 'alarm:vendUnknown printReceipt']);
    });

    it('is kept as paid, too, when the mechanism says nothing', () => {
      const drive = approved({ vendUnknown: 'keep' });
      drive.wait(60_000);
      assert.equal(drive.sale().state, 'settled');
    });

    it('unknown waits for a person where the operator chose so, and nothing is sent until then', () => {
      const drive = approved({ vendUnknown: 'operator' });
      drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
      drive.wait(3_600_000);
      drive.reboot();
      drive.wait(3_600_000);
      assert.deepEqual(drive.sent('sendReversal'), []);
      assert.deepEqual([drive.reversal().state, drive.reversal().manual], ['needsPerson', true]);
      const { reversalId } = drive.reversal();
      drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId });
      assert.equal(drive.lastSent('sendReversal').request.type, 'cancel');
      assert.deepEqual([drive.reversal().state, drive.reversal().manual], ['open', false]);
      drive.reboot();
      assert.equal(drive.sent('sendReversal').length, 2);
    });

    it('cannot be reported by the host app', () => {
      assert.equal(effectWords(report(approved({}), true)), 'answer:conflict/notYourDelivery');
    });

    it('releases goods once, even if the result comes again', () => {
      const drive = approved({});
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P1', amount: cny('1250') });
      assert.equal(drive.sent('startVend').length, 1);
    });
  });

  describe('by the host', () => {
    it('settles at once where no report is waited for', () => {
      assert.equal(approved({ vend: 'host', hostConfirmMs: 0 }).sale().state, 'settled');
    });

    it('is reversed when no report comes in time', () => {
      const drive = approved({ vend: 'host', hostConfirmMs: 30_000 });
      drive.wait(29_999);
      assert.equal(drive.sale().state, 'approved');
      drive.wait(1);
      assert.deepEqual([drive.sale().state, drive.reversal().cause], ['reversing', 'hostSilent']);
      assert.equal(effectWords(report(drive, true)), 'answer:conflict/alreadyReversed');
    });

    it('settles when it is reported as done; repeating is safe', () => {
      const drive = approved({ vend: 'host', hostConfirmMs: 30_000 });
      assert.equal(effectWords(report(drive, true)), 'printReceipt answer:sale');
      assert.equal(effectWords(report(drive, true)), 'answer:sale');
      drive.wait(60_000);
      assert.equal(drive.sale().state, 'settled');
    });

    it('is reversed when it is reported as failed, also where the sale is settled; repeating is safe', () => {
      for (const hostConfirmMs of [0, 30_000]) {
        const drive = approved({ vend: 'host', hostConfirmMs });
        assert.equal(effectWords(report(drive, false)), 'sendReversal:cancel answer:sale');
        assert.equal(view(drive.state).text, 'vendFailed');
        assert.equal(effectWords(report(drive, false)), 'answer:sale');
        assert.equal(Object.keys(drive.state.book.reversals).length, 1);
      }
    });

    it('that failed after a part was refunded: the rest is refunded', () => {
      const drive = approved({ vend: 'host' });
      const { saleId } = drive.sale();
      drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'r1', amount: cny('250') });
      report(drive, false);
      const { request } = drive.lastSent('sendReversal');
      assert.deepEqual(request.type === 'refund' && request.amount, cny('1000'));
    });

    it('that failed after the whole was refunded: nothing is sent', () => {
      const drive = approved({ vend: 'host' });
      drive.feed({ type: 'refundRequested', callId: 'c', saleId: drive.sale().saleId, refundId: 'r1' });
      assert.equal(effectWords(report(drive, false)), 'answer:sale');
      assert.equal(drive.sale().state, 'settled');
    });

    it('does not disturb the next customer while an earlier sale is undone', () => {
      const drive = approved({ vend: 'host' });
      const first = drive.sale().saleId;
      const paymentRequestId = startPaying(drive, '300', 'order-2');
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: first, ok: false });
      assert.equal(drive.reversal().saleId, first);
      assert.equal(drive.reversal().known, true);
      drive.wait(5000);
      assert.equal(drive.sent('sendInquiry').length, 1);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('300')) });
      assert.equal(drive.sale().state, 'settled');
    });

    it("is not undone by the customer's cancel key while the host hands out the goods; the host itself may cancel", () => {
      const drive = approved({ vend: 'host', hostConfirmMs: 30_000 });
      expectIgnored(drive.feed({ type: 'keyPressed', key: '*' }), 'nothing to cancel');
      drive.feed({ type: 'cancelRequested', callId: 'c', saleId: drive.sale().saleId });
      assert.deepEqual([drive.sale().state, drive.reversal().cause], ['reversing', 'hostCancelled']);
    });
  });

  describe('receipt', () => {
    for (const [outcome, alarm] of [
      ['printed', ''],
      ['failed', 'alarm:receiptLost'],
      ['unknown', 'alarm:receiptLost'],
    ] as const) {
      it(`${outcome}: the sale stays settled, and nothing is printed again by itself`, () => {
        const drive = approved({ vend: 'host' });
        assert.equal(drive.sale().receipt, 'due');
        drive.feed({ type: 'printFinished', saleId: drive.sale().saleId, outcome });
        assert.deepEqual([drive.sale().state, drive.sale().receipt, drive.news()], ['settled', outcome, alarm]);
        drive.reboot();
        drive.wait(3_600_000);
        assert.deepEqual([drive.sale().receipt, drive.sent('printReceipt').length], [outcome, 1]);
      });
    }

    it('is marked as COPY when requested again; a copy that fails does not change the state of the first', () => {
      const drive = approved({ vend: 'host' });
      const { saleId } = drive.sale();
      drive.feed({ type: 'printFinished', saleId, outcome: 'printed' });
      drive.feed({ type: 'receiptRequested', callId: 'c', saleId });
      assert.equal(drive.lastSent('printReceipt').receipt.kind, 'copy');
      drive.feed({ type: 'printFinished', saleId, outcome: 'failed' });
      assert.equal(drive.sale().receipt, 'printed');
    });

    it('shows the same local time on every copy, also after a change of the time zone', () => {
      const drive = approved({ vend: 'host' });
      const { saleId } = drive.sale();
      const { at } = drive.lastSent('printReceipt').receipt;
      drive.setClock({ utcOffsetMinutes: 420 });
      drive.feed({ type: 'receiptRequested', callId: 'c', saleId });
      assert.deepEqual([drive.sent('printReceipt').length, drive.lastSent('printReceipt').receipt.at], [2, at]);

      drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'R-1' });
      const { exchange, reversalId } = drive.lastSent('sendReversal');
      drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: success() });
      const refunds = [420, 480].map((utcOffsetMinutes) => {
        drive.setClock({ utcOffsetMinutes });
        drive.feed({ type: 'receiptRequested', callId: 'c', saleId, refundId: 'R-1' });
        return drive.lastSent('printReceipt').receipt.at;
      });
      assert.deepEqual(refunds, ['2026-11-23 19:15:30', '2026-11-23 19:15:30']);
    });

    it('of a reversed sale says so, and is not printed before that is confirmed', () => {
      const drive = approved({ vend: 'host' });
      report(drive, false);
      const early = drive.feed({ type: 'receiptRequested', callId: 'c', saleId: drive.sale().saleId });
      assert.equal(effectWords(early), 'answer:conflict/nothingToPrint');
      const { exchange, reversalId } = drive.lastSent('sendReversal');
      drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: success() });
      drive.feed({ type: 'receiptRequested', callId: 'c', saleId: drive.sale().saleId });
      assert.equal(drive.lastSent('printReceipt').receipt.kind, 'reversed');
    });

    describe('of a refund', () => {
      const SALE_ID = (drive: Drive) => drive.sale().saleId;

      /** 2.50 of 12.50 are being refunded. */
      function refunding(change: Partial<Policy> = {}): Drive {
        const drive = approved({ vend: 'host', ...change });
        drive.feed({ type: 'printFinished', saleId: SALE_ID(drive), outcome: 'failed' });
        const wanted = { saleId: SALE_ID(drive), refundId: 'R-1', amount: cny('250') };
        drive.feed({ type: 'refundRequested', callId: 'c', ...wanted });
        return drive;
      }

      function confirm(drive: Drive): void {
        const { exchange, reversalId } = drive.lastSent('sendReversal');
        drive.wait(61_000);
        drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: success() });
      }

      const ask = (drive: Drive, saleId: string, refundId = 'R-1') =>
        drive.feed({ type: 'receiptRequested', callId: 'c', saleId, refundId });

      it('is not printed unasked, and is printed on request once it is confirmed, also after a power cut', () => {
        const drive = refunding({ cancelReplyTimeoutMs: 120_000 });
        assert.equal(effectWords(ask(drive, SALE_ID(drive))), 'answer:conflict/nothingToPrint');
        confirm(drive);
        assert.equal(drive.sent('printReceipt').length, 1);
        drive.reboot();
        assert.equal(effectWords(ask(drive, SALE_ID(drive))), 'printReceipt answer:sale');
        const saleId = SALE_ID(drive);
        assert.deepEqual(drive.lastSent('answerCall').answer, { kind: 'sale', saleId, created: false });
        assert.equal(drive.lastSent('printReceipt').saleId, saleId);
        const { paymentRequestId } = drive.lastSent('sendPay').payment;
        assert.deepEqual(drive.lastSent('printReceipt').receipt, {
          kind: 'refund',
          refundId: 'R-1',
          orderId: 'order-1',
          amount: cny('250'),
          paymentRequestId,
          paymentId: 'P1',
          at: '2026-11-23 20:16:31',
          utcOffsetMinutes: 480,
        });
      });

      for (const outcome of ['printed', 'failed', 'unknown'] as const) {
        it(`that is ${outcome} does not change the state of the sale's receipt`, () => {
          const drive = refunding();
          const saleId = SALE_ID(drive);
          const decision = drive.feed({ type: 'printFinished', saleId, refundId: 'R-1', outcome });
          const alarms = outcome === 'printed' ? '' : 'alarm:receiptLost';
          assert.deepEqual([effectWords(decision), drive.sale().receipt], [alarms, 'failed']);
        });
      }

      it('is for a refund of that sale only', () => {
        const drive = refunding({ cancelReplyTimeoutMs: 120_000 });
        const first = SALE_ID(drive);
        confirm(drive);
        const paymentRequestId = startPaying(drive, '300', 'order-2');
        drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('300')) });
        assert.equal(effectWords(ask(drive, SALE_ID(drive))), 'answer:notFound');
        assert.deepEqual(drive.lastSent('answerCall').answer, { kind: 'notFound', what: 'refund' });
        assert.equal(effectWords(ask(drive, first, 'R-2')), 'answer:notFound');
        assert.equal(effectWords(ask(drive, 'none')), 'answer:notFound');
      });

      it('is not printed for one that a person settled: how the money went back is not known', () => {
        const drive = refunding();
        const { reversalId } = drive.reversal();
        drive.feed({ type: 'reversalSettled', callId: 'c', reversalId, by: 'Wang', note: 'in cash' });
        assert.equal(effectWords(ask(drive, SALE_ID(drive))), 'answer:conflict/nothingToPrint');
      });

      it('needs a printer', () => {
        const drive = refunding({ printerPresent: false, printerRequired: false, cancelReplyTimeoutMs: 120_000 });
        confirm(drive);
        assert.equal(effectWords(ask(drive, SALE_ID(drive))), 'answer:conflict/nothingToPrint');
      });
    });

    it('can be asked for while the goods of another sale are held for a person', () => {
      const drive = approved({ vendUnknown: 'operator' });
      const { saleId } = drive.sale();
      drive.feed({ type: 'vendFinished', saleId, outcome: 'yes' });
      const paymentRequestId = startPaying(drive, '300', 'order-2');
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('300')) });
      drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
      const again = drive.feed({ type: 'receiptRequested', callId: 'c', saleId });
      assert.equal(effectWords(again), 'printReceipt answer:sale');
    });

    it('is not due without a printer, and cannot be requested later', () => {
      const drive = approved({ vend: 'host', printerPresent: false, printerRequired: false });
      const { saleId } = drive.sale();
      assert.deepEqual([drive.sale().state, drive.sale().receipt, drive.sent('printReceipt')], ['settled', 'none', []]);
      const again = drive.feed({ type: 'receiptRequested', callId: 'c', saleId });
      assert.equal(effectWords(again), 'answer:conflict/nothingToPrint');
    });
  });
});
