import assert from 'node:assert/strict';
import fc from 'fast-check';
import { magicAmounts } from '../../../hw-sim/acquirer/magic-amounts.js';
import { createAcquirerBench, payBody } from './acquirer-bench.js';

const ids = ['R1', 'R2', 'R3'];
const id = fc.constantFrom(...ids);
const action = fc.oneof(
  fc.record({
    kind: fc.constant('pay' as const),
    id,
    ending: fc.constantFrom('0050', ...magicAmounts.map((one) => one.ending)),
  }),
  fc.record({ kind: fc.constant('again' as const), id }),
  fc.record({ kind: fc.constant('cancel' as const), id }),
  fc.record({
    kind: fc.constant('refund' as const),
    id,
    refund: fc.constantFrom('F1', 'F2', 'F3'),
    value: fc.nat(20_000),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 3_000, 60_000, 86_400_000) }),
);

describe('ledger', () => {
  it('keeps its invariants under any order of requests', () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 40 }),
        fc.constantFrom('charges' as const, 'reversed' as const, 'refused' as const),
        (actions, payAfterCancel) => {
          const bench = createAcquirerBench({ payAfterCancel });
          const { ledger } = bench.acquirer;
          const sent = new Map<string, Record<string, unknown>>();
          for (const one of actions) {
            if (one.kind === 'wait') bench.world.runUntil(bench.world.nowMs() + one.ms);
            if (one.kind === 'cancel') bench.call('cancel', { paymentRequestId: one.id });
            if (one.kind === 'pay') {
              sent.set(one.id, payBody(one.id, `1${one.ending}`));
              bench.call('pay', sent.get(one.id) ?? {});
            }
            if (one.kind === 'again') bench.call('pay', sent.get(one.id) ?? payBody(one.id));
            if (one.kind === 'refund') {
              const paymentId = ledger.payment(one.id)?.paymentId ?? 'none';
              const refundAmount = { currency: 'CNY', value: String(one.value + 1) };
              bench.call('refund', { refundRequestId: one.refund, paymentId, refundAmount });
            }
            check(ledger);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  function check(ledger: ReturnType<typeof createAcquirerBench>['acquirer']['ledger']): void {
    assert.deepEqual(
      ledger.history.map((event) => event.sequence),
      ledger.history.map((_event, index) => index),
    );
    for (const payment of ledger.payments()) {
      const events = ledger.history.filter((event) => event.paymentRequestId === payment.paymentRequestId);
      const count = (kind: string) => events.filter((event) => event.kind === kind).length;
      assert.equal(count('received'), 1);
      assert.ok(count('charged') + count('failed') <= 1);
      assert.ok(count('reversed') <= count('charged'));
      assert.ok(count('reversed') === 0 || count('refunded') === 0);
      const standing = ledger.standing(payment.paymentRequestId);
      const refunded = payment.refunds
        .filter((refund) => refund.status === 'SUCCESS')
        .reduce((sum, refund) => sum + BigInt(refund.amount.value), 0n);
      const expected = count('charged') === 1 && count('reversed') === 0 ? BigInt(payment.amount.value) - refunded : 0n;
      assert.equal(standing.heldValue, expected);
      assert.ok(standing.heldValue >= 0n);
      assert.ok((payment.chargedAtMs ?? 0) < payment.expiresAtMs);
    }
  }
});
