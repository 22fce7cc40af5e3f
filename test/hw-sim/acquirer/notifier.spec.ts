import assert from 'node:assert/strict';
import { signatureOf, signedContent } from '../../../hw-sim/acquirer/acquirer-signer.js';
import type { Notification } from '../../../hw-sim/acquirer/notifier.js';
import { planForCode } from '../../../hw-sim/acquirer/payment-plan.js';
import { acknowledgement, createAcquirerBench, terminalSigner } from './acquirer-bench.js';

const dayMs = 86_400_000;
const minuteMs = 60_000;
const minutes = (atMs: number) => atMs / minuteMs;

function verified({ headers, body }: Notification, path: string): boolean {
  const content = signedContent(path, headers['client-id'] ?? '', headers['request-time'] ?? '', body);
  return terminalSigner.verify(content, signatureOf(headers.signature) ?? '');
}

describe('notifications', () => {
  it('report a success, no more once acknowledged, signed over the path of the URL without its query', () => {
    const bench = createAcquirerBench();
    bench.pay('R1');
    assert.equal(bench.notifications.length, 0);
    bench.world.runUntil(2 * dayMs);
    const [first, ...more] = bench.notifications;
    assert.equal(more.length, 0);
    assert.equal(first?.notification.url, 'https://terminal.example/payNotify?x=1');
    assert.ok(first !== undefined && verified(first.notification, '/payNotify'));
    const body = JSON.parse(first.notification.body);
    assert.equal(body.notifyType, 'PAYMENT_RESULT');
    assert.equal(body.result.resultStatus, 'S');
    assert.equal(body.paymentRequestId, 'R1');
    assert.equal(body.paymentId, bench.acquirer.ledger.payment('R1')?.paymentId);
    assert.deepEqual(body.paymentAmount, { currency: 'CNY', value: '1250' });
  });

  for (const [name, reply] of [
    ['no answer', undefined],
    ['an error', { status: 500, body: acknowledgement.body }],
    ['a page', { status: 200, body: '<html></html>' }],
    ['null', { status: 200, body: 'null' }],
    ['U', { status: 200, body: '{"result":{"resultCode":"UNKNOWN_EXCEPTION","resultStatus":"U"}}' }],
  ] as const) {
    it(`are sent 8 times after ${name}`, () => {
      const bench = createAcquirerBench();
      bench.acknowledge = reply;
      bench.pay('R1');
      bench.world.runUntil(3 * dayMs);
      assert.deepEqual(
        bench.notifications.map(({ atMs }) => minutes(atMs)),
        [0, 2, 12, 22, 82, 202, 562, 1462],
      );
    });
  }

  it('are still sent after the payment was cancelled', () => {
    const bench = createAcquirerBench({ notifyDelayMs: 5_000 });
    bench.pay('R1');
    bench.call('cancel', { paymentRequestId: 'R1' });
    bench.world.runUntil(5_000);
    assert.equal(bench.notifications.length, 1);
  });

  it('report failures only where the settings say so', () => {
    for (const notifyFailures of [false, true]) {
      const bench = createAcquirerBench({ notifyFailures });
      bench.acquirer.plans.planNext(planForCode('RISK_REJECT'));
      bench.pay('R1');
      bench.world.runUntil(1_000);
      assert.deepEqual(
        bench.notifications.map(({ notification }) => JSON.parse(notification.body).result.resultCode),
        notifyFailures ? ['RISK_REJECT'] : [],
      );
    }
  });

  it('can be lost, doubled, forged and altered', () => {
    const bench = createAcquirerBench();
    const faults = [
      { kind: 'lost' },
      { kind: 'duplicated' },
      { kind: 'forged' },
      { kind: 'altered', alter: (body: Record<string, unknown>) => ({ ...body, paymentRequestId: 'R9' }) },
    ] as const;
    let next = 0;
    bench.acknowledge = undefined;
    bench.acquirer.notifications.chooseFaults(() => faults[next++]);
    bench.pay('R1');
    bench.world.runUntil(25 * minuteMs);
    assert.deepEqual(
      bench.notifications.map(({ atMs, notification }) => [
        minutes(atMs),
        verified(notification, '/payNotify'),
        JSON.parse(notification.body).paymentRequestId,
      ]),
      [
        [2, true, 'R1'],
        [2, true, 'R1'],
        [12, false, 'R1'],
        [22, true, 'R9'],
      ],
    );
  });

  it('bring the agent token of ISV mode', () => {
    const bench = createAcquirerBench();
    bench.acquirer.notifyAuthToken('http://127.0.0.1:9000', 'token-1', 5);
    bench.world.runUntil(1);
    const [first] = bench.notifications;
    assert.ok(first !== undefined && verified(first.notification, '/'));
    const body = JSON.parse(first.notification.body);
    assert.equal(body.accessToken, 'token-1');
    assert.equal(body.result, undefined);
  });
});
