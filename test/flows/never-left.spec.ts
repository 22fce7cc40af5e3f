import assert from 'node:assert/strict';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import { readiness } from '../../flows/readiness.js';
import { view } from '../../flows/view.js';
import { cny, failure, found, paid, SILENCE, unclear } from './builders.js';
import { createReadyDrive, startPaying } from './drive.js';

const NEVER_LEFT: AcquirerAnswer = { kind: 'silence', reason: 'refused', detail: 'connect ECONNREFUSED' };

describe('a payment request that never left', () => {
  it('ends its sale at once and durably: nothing is inquired or reversed, and the customer reads it', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    const step = drive.feed({ type: 'payAnswered', paymentRequestId, answer: NEVER_LEFT });
    assert.deepEqual(
      step.records.map((record) => (record.type === 'attemptFailed' ? [record.resultCode, record.final] : record.type)),
      [['NOT_SENT', true]],
    );
    assert.equal(drive.sale().state, 'declined');
    assert.equal(drive.sale().endCode, 'NOT_SENT');
    assert.deepEqual(drive.state.book.reversals, {});
    assert.equal(drive.state.live.payment, undefined);
    assert.ok(readiness(drive.state).reasons.includes('acquirerUnreachable'));
    assert.equal(view(drive.state).text, 'notSent');
  });

  it('ends it also after inquiries have started: a connection may fail slowly', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.fire('inquiry');
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: NEVER_LEFT });
    assert.equal(drive.sale().state, 'declined');
    drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer: SILENCE });
    assert.equal(drive.sale().state, 'declined');
  });

  it('is not believed where the payment is known', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.fire('inquiry');
    drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer: found('PROCESSING') });
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: NEVER_LEFT });
    assert.equal(drive.sale().state, 'inquiring');
  });

  for (const reason of ['timeout', 'disconnected', 'httpStatus', 'garbled', 'tooLarge', 'mismatch'] as const) {
    it(`differs from ${reason}, which is inquired`, () => {
      const drive = createReadyDrive();
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: { kind: 'silence', reason } });
      assert.equal(drive.sale().state, 'inquiring');
    });
  }

  it('does not follow from an inquiry that never left: the payment may have left', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear() });
    drive.fire('inquiry');
    drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer: NEVER_LEFT });
    assert.equal(drive.sale().state, 'inquiring');
  });

  it('is reversed all the same where the acquirer says later that it was charged', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: NEVER_LEFT });
    drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P1', amount: cny('1250') });
    assert.deepEqual(
      Object.values(drive.state.book.reversals).map((reversal) => reversal.paymentRequestId),
      [paymentRequestId],
    );
    assert.equal(drive.sale().state, 'declined');
  });

  it('does not affect the next sale once there is a connection again', () => {
    const drive = createReadyDrive();
    const first = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId: first, answer: NEVER_LEFT });
    drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    const second = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId: second, answer: paid(cny('1250')) });
    assert.equal(drive.sale().attempts.at(-1)?.result, 'S');
  });
});
