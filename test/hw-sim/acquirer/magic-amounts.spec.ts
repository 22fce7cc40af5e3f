import assert from 'node:assert/strict';
import { magicAmounts, magicPlan } from '../../../hw-sim/acquirer/magic-amounts.js';
import { checkPlan } from '../../../hw-sim/acquirer/payment-plan.js';
import { interfaceNames, resultCodes, unsignedCodes } from '../../../hw-sim/acquirer/result-codes.js';
import { type AcquirerBench, createAcquirerBench, payBody } from './acquirer-bench.js';

/** Meets everything that a magic amount has in store, and notes every answer. */
function meetAll(bench: AcquirerBench, id: string, value: string, note: (name: string, told: string) => void): void {
  const call = (name: string, body: Record<string, unknown>) => {
    const reply = bench.call(name, body);
    note(name, reply?.code ?? 'SILENCE');
    if (reply !== undefined) assert.equal(reply.signed, unsignedCodes.has(reply.code) ? 'not' : 'rightly', reply.code);
  };
  call('pay', payBody(id, value));
  call('inquiryPayment', { paymentRequestId: id });
  bench.world.runUntil(bench.world.nowMs() + 10_000);
  const paymentId = bench.acquirer.ledger.payment(id)?.paymentId ?? 'none';
  for (let times = 0; times < 5; times += 1) {
    call('refund', { refundRequestId: `F${id}`, paymentId, refundAmount: { currency: 'CNY', value: '1' } });
    call('inquiryRefund', { refundRequestId: `F${id}` });
  }
  call('cancel', { paymentRequestId: id });
}

describe('magic amounts', () => {
  it('provoke every result code of every interface, with its status', () => {
    const bench = createAcquirerBench();
    const met = new Set<string>();
    for (const { ending } of magicAmounts) {
      meetAll(bench, `R${ending}`, `1${ending}`, (name, code) => met.add(`${name} ${code}`));
    }
    const all = interfaceNames.flatMap((name) => Object.keys(resultCodes[name]).map((code) => `${name} ${code}`));
    assert.deepEqual(
      all.filter((one) => !met.has(one)),
      [],
    );
    for (const silent of ['pay', 'inquiryPayment', 'cancel', 'refund']) assert.ok(met.has(`${silent} SILENCE`), silent);
  });

  it('are unambiguous, never lie and have a meaning to print', () => {
    assert.equal(new Set(magicAmounts.map(({ ending }) => ending)).size, magicAmounts.length);
    for (const { ending, meaning, plan } of magicAmounts) {
      assert.match(ending, /^9[4-9](?!00)\d\d$/);
      assert.ok(meaning.length > 10);
      checkPlan(plan);
    }
  });

  it('keep the numbers of the old test gateway', () => {
    const told = (value: string) => createAcquirerBench().call('pay', payBody('R1', value))?.code;
    assert.equal(told('9901'), 'UNKNOWN_EXCEPTION');
    assert.equal(told('9902'), undefined);
    for (const [value, code] of [
      ['9903', 'UNKNOWN_EXCEPTION'],
      ['9904', undefined],
    ] as const) {
      const bench = createAcquirerBench();
      bench.call('pay', payBody('R1', value));
      assert.equal(bench.call('inquiryPayment', { paymentRequestId: 'R1' })?.code, code);
    }
  });

  it('are chosen by the last four digits, and can be switched off', () => {
    assert.equal(magicPlan('19905'), magicPlan('9905'));
    assert.equal(magicPlan('905'), undefined);
    assert.equal(magicPlan('99050'), undefined);
    assert.equal(createAcquirerBench({ magicAmounts: false }).call('pay', payBody('R1', '9901'))?.code, 'SUCCESS');
  });

  it('are overridden by a plan for the payment', () => {
    const bench = createAcquirerBench();
    bench.acquirer.plans.planFor('R1', { answer: { code: 'RISK_REJECT' }, fate: { kind: 'notTaken' } });
    assert.equal(bench.call('pay', payBody('R1', '9901'))?.code, 'RISK_REJECT');
    assert.equal(bench.acquirer.ledger.payment('R1'), undefined);
  });
});
