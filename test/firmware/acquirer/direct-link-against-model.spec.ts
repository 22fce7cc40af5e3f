import assert from 'node:assert/strict';
import type { HttpHost } from '../../../drivers/host.js';
import type { AcquirerLink, AnswerCallback } from '../../../firmware/acquirer/acquirer-link.js';
import { createDirectLink } from '../../../firmware/acquirer/direct-link.js';
import { readNotification } from '../../../firmware/acquirer/notifications/read-notification.js';
import { createRsaSigner, type Signer } from '../../../firmware/acquirer/signer.js';
import type { AcquirerAnswer } from '../../../flows/acquirer-answer.js';
import { createAcquirer } from '../../../hw-sim/acquirer/acquirer.js';
import { createFastSigner } from '../../../hw-sim/acquirer/fast-signer.js';
import type { Notification } from '../../../hw-sim/acquirer/notifier.js';
import { testKeys } from '../test-keys.js';

const { ours, acquirers } = testKeys;
const clientId = 'SANDBOX_1';
const startMs = Date.UTC(2026, 10, 23, 12, 21, 17);
const amount = { currency: 'CNY', value: '1250' };
const paymentRequestId = '20261123202117100420000012500000017123456';

/** Our client and the model acquirer, which were written apart from each other, with only a wire between them. */
function createBench(terminalSigner: Signer, acquirerSigner: Signer) {
  const notifications: Notification[] = [];
  const due: (() => void)[] = [];
  const after = (_delayMs: number, run: () => void) => {
    due.push(run);
    return {
      cancel() {
        const at = due.indexOf(run);
        if (at >= 0) due.splice(at, 1);
      },
    };
  };
  const acquirer = createAcquirer({
    clientId,
    signer: acquirerSigner,
    nowMs: () => startMs,
    after,
    random: () => 0.5,
    send(notification, done) {
      notifications.push(notification);
      done({ status: 200, body: '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}' });
    },
  });
  const http: HttpHost = {
    request({ url, headers, body }, done) {
      acquirer.receive({ path: new URL(url).pathname, headers, body }, (reply) => {
        if (reply !== 'silence') due.push(() => done(undefined, reply));
      });
      return { abort: () => undefined };
    },
    listen: () => assert.fail('the link listens to nothing'),
    reach: () => assert.fail('nobody asked for that'),
  };
  const link = createDirectLink({
    http,
    clock: { monotonicMs: () => 0, wallMs: () => startMs, after },
    signer: terminalSigner,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    config: {
      origin: 'https://open-sea-global.alipay.com',
      pathPrefix: '/ams/sandbox/api',
      clientId,
      notifyUrl: 'https://pay.example.com/notify/10042',
      merchant: { id: 'M1', name: 'Merchant', mcc: '5814', store: { id: 'S1', name: 'Store', mcc: '5812' } },
      terminalId: 'T1',
    },
  });

  function ask(call: (link: AcquirerLink, done: AnswerCallback) => void) {
    const answers: AcquirerAnswer[] = [];
    call(link, (answer) => answers.push(answer));
    for (let steps = 0; due.length > 0 && steps < 1000; steps += 1) due.shift()?.();
    const [answer] = answers;
    assert.ok(answer?.kind === 'answered', JSON.stringify(answers));
    return answer;
  }

  const pay = () =>
    ask((to, done) =>
      to.pay(
        {
          paymentRequestId,
          orderId: 'order-1',
          amount,
          description: 'Cola',
          code: '288888888888888888',
          expiresAt: '2026-11-23T20:22:17+08:00',
          requestedAt: '2026-11-23T20:21:17+08:00',
        },
        5000,
        done,
      ),
    );
  return { ask, pay, notifications, terminalSigner };
}

const signers: readonly (readonly [string, Signer, Signer])[] = [
  ['RSA', createRsaSigner(ours.privateKey, acquirers.publicKey), createRsaSigner(acquirers.privateKey, ours.publicKey)],
  ['the fast signer', createFastSigner('ours', 'theirs'), createFastSigner('theirs', 'ours')],
];

for (const [name, terminalSigner, acquirerSigner] of signers) {
  describe(`createDirectLink against the model acquirer, with ${name}`, () => {
    it('pays, finds the payment, refunds it and finds the refund', () => {
      const { ask, pay } = createBench(terminalSigner, acquirerSigner);
      const paid = pay();
      assert.deepEqual([paid.signature, paid.status, paid.amount], ['valid', 'S', amount]);
      const paymentId = paid.paymentId ?? assert.fail();

      const found = ask((link, done) => link.inquirePayment({ paymentRequestId }, 3000, done));
      assert.deepEqual(
        [found.signature, found.status, found.paymentStatus, found.amount, found.paymentId],
        ['valid', 'S', 'SUCCESS', amount, paymentId],
      );

      const reference = { refundRequestId: 'R20261123202117100421' };
      const refunded = ask((link, done) => link.refund({ ...reference, paymentId, amount }, 3000, done));
      assert.deepEqual([refunded.signature, refunded.status, refunded.refundAmount], ['valid', 'S', amount]);
      const seen = ask((link, done) => link.inquireRefund(reference, 3000, done));
      assert.deepEqual(
        [seen.signature, seen.refundStatus, seen.refundId, seen.refundAmount],
        ['valid', 'SUCCESS', refunded.refundId, amount],
      );
    });

    it('pays and cancels', () => {
      const { ask, pay } = createBench(terminalSigner, acquirerSigner);
      pay();
      const cancelled = ask((link, done) => link.cancel({ paymentRequestId }, 3000, done));
      assert.deepEqual([cancelled.signature, cancelled.status], ['valid', 'S']);
    });

    it('understands the notification that follows', () => {
      const { pay, notifications } = createBench(terminalSigner, acquirerSigner);
      const { paymentId } = pay();
      const [raw] = notifications;
      assert.ok(raw);
      const read = readNotification(raw, '/notify/10042', clientId, terminalSigner);
      const event = { type: 'paymentNotified', paymentRequestId, paymentId, amount };
      assert.deepEqual(read, { kind: 'event', event });
    });

    it('gets the reason, unsigned, when the acquirer does not know its key', () => {
      const { pay } = createBench(acquirerSigner, acquirerSigner);
      const refused = pay();
      assert.deepEqual([refused.signature, refused.status, refused.code], ['missing', 'F', 'INVALID_SIGNATURE']);
    });
  });
}
