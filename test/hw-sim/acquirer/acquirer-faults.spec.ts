import assert from 'node:assert/strict';
import type { AcquirerFault, FaultyReply } from '../../../hw-sim/acquirer/acquirer-faults.js';
import { type AcquirerBench, createAcquirerBench, payBody, understand } from './acquirer-bench.js';

/** Pays through the faults; the replies come with the time they took. */
function payThrough(bench: AcquirerBench, fault: AcquirerFault) {
  bench.faults.plan(fault, 1);
  const replies: { atMs: number; reply: FaultyReply }[] = [];
  const request = bench.request('pay', payBody('R1', '1950'));
  const startMs = bench.world.nowMs();
  bench.faults.receive(request, (reply) => replies.push({ atMs: bench.world.nowMs() - startMs, reply }));
  bench.world.runUntil(startMs + 60_000);
  assert.ok(replies.length <= 1);
  const [{ atMs, reply } = { atMs: -1, reply: 'silence' as FaultyReply }] = replies;
  return { atMs, reply, path: request.path };
}

const charged = (bench: AcquirerBench) => bench.acquirer.ledger.standing('R1').charged;

describe('acquirer faults', () => {
  const told = (fault: AcquirerFault) => {
    const bench = createAcquirerBench();
    const { reply, path, atMs } = payThrough(bench, fault);
    assert.ok(typeof reply === 'object' && 'body' in reply, JSON.stringify(reply));
    return { ...understand(path, reply), atMs, charged: charged(bench) };
  };

  it('lose requests and replies: nothing comes, but only a lost reply leaves a charge', () => {
    for (const [kind, leftCharge] of [
      ['requestLost', false],
      ['replyLost', true],
    ] as const) {
      const bench = createAcquirerBench();
      assert.equal(payThrough(bench, { kind }).reply, 'silence');
      assert.equal(charged(bench), leftCharge);
    }
  });

  it('delay requests and replies: only a delayed request charges late', () => {
    for (const [kind, chargedAtMs] of [
      ['requestDelayed', 20_000],
      ['replyDelayed', 0],
    ] as const) {
      const bench = createAcquirerBench();
      const startMs = bench.world.wallMs();
      assert.equal(payThrough(bench, { kind, delayMs: 20_000 }).atMs, 20_000);
      assert.equal((bench.acquirer.ledger.standing('R1').chargedAtMs ?? 0) - startMs, chargedAtMs);
    }
  });

  it('deliver a request twice, which charges once', () => {
    const bench = createAcquirerBench();
    payThrough(bench, { kind: 'requestDuplicated', delayMs: 100 });
    assert.deepEqual(
      bench.acquirer.ledger.history.map(({ kind }) => kind),
      ['received', 'charged'],
    );
    bench.faults.plan({ kind: 'requestDuplicated', delayMs: 100 }, 1);
    bench.faults.receive(bench.request('cancel', { paymentRequestId: 'R2' }), () => undefined);
    bench.world.runUntil(bench.world.nowMs() + 200);
    assert.equal(bench.acquirer.ledger.history.filter(({ kind }) => kind === 'unknownCancelled').length, 2);
  });

  it('cut and trickle replies after the charge', () => {
    const bench = createAcquirerBench();
    assert.equal(payThrough(bench, { kind: 'reset' }).reply, 'reset');
    assert.equal(charged(bench), true);
    const { reply } = payThrough(createAcquirerBench(), { kind: 'replyTrickled', delayMs: 10 });
    assert.ok(typeof reply === 'object' && 'trickled' in reply && reply.pieceDelayMs === 10);
  });

  it('replace the reply by an error page, garbage or too much', () => {
    for (const arrives of [true, false]) {
      const bench = createAcquirerBench();
      const { reply } = payThrough(bench, { kind: 'badGateway', arrives });
      assert.ok(typeof reply === 'object' && 'status' in reply && reply.status === 502);
      assert.equal(charged(bench), arrives);
    }
    const garbage = payThrough(createAcquirerBench(), { kind: 'garbage' }).reply;
    assert.ok(typeof garbage === 'object' && 'body' in garbage);
    assert.throws(() => JSON.parse(garbage.body));
    const huge = payThrough(createAcquirerBench(), { kind: 'huge', sizeBytes: 10_000_000 }).reply;
    assert.ok(typeof huge === 'object' && 'body' in huge && huge.body.length > 10_000_000);
  });

  it('break or remove the signature of the true reply', () => {
    const wrong = told({ kind: 'wrongSignature' });
    assert.deepEqual([wrong.code, wrong.signed, wrong.charged], ['SUCCESS', 'wrongly', true]);
    const unsigned = told({ kind: 'unsigned' });
    assert.deepEqual([unsigned.code, unsigned.signed, unsigned.charged], ['SUCCESS', 'not', true]);
  });

  it('forge replies, whatever happened', () => {
    for (const status of ['S', 'F'] as const) {
      for (const arrives of [true, false]) {
        const forged = told({ kind: 'forged', status, arrives });
        assert.deepEqual([forged.status, forged.signed, forged.charged], [status, 'not', arrives]);
        assert.deepEqual(forged.body.paymentAmount, { currency: 'CNY', value: '1950' });
        assert.equal(forged.body.paymentMethod, undefined);
      }
    }
  });

  it('sign replies about another payment', () => {
    const amount = told({ kind: 'wrongAmount' });
    assert.deepEqual([amount.signed, amount.body.paymentAmount], ['rightly', { currency: 'CNY', value: '2950' }]);
    const currency = told({ kind: 'wrongCurrency' });
    assert.deepEqual([currency.signed, currency.body.paymentAmount], ['rightly', { currency: 'VND', value: '1950' }]);
    const id = told({ kind: 'wrongRequestId' });
    assert.equal(id.signed, 'rightly');
    assert.notEqual(id.body.paymentRequestId, 'R1');
  });

  it('sign a refusal, and still carry the request out', () => {
    const denied = told({ kind: 'wrongFailure', code: 'RISK_REJECT' });
    assert.deepEqual(
      [denied.status, denied.code, denied.signed, denied.charged],
      ['F', 'RISK_REJECT', 'rightly', true],
    );
    assert.deepEqual(Object.keys(denied.body).sort(), ['paymentRequestId', 'result']);
  });

  it('apply to as many requests as planned, on the paths planned, until they are cleared', () => {
    const bench = createAcquirerBench();
    const reply = (name: string) => {
      let seen: FaultyReply | undefined;
      bench.faults.receive(bench.request(name, { paymentRequestId: 'R1' }), (one) => {
        seen = one;
      });
      return seen === 'silence' ? 'lost' : 'whole';
    };
    bench.faults.plan({ kind: 'requestLost' }, 2, '/cancel');
    assert.deepEqual(['inquiryPayment', 'cancel', 'cancel', 'cancel'].map(reply), ['whole', 'lost', 'lost', 'whole']);
    bench.faults.chooseFaults(() => ({ kind: 'requestLost' }));
    assert.equal(reply('cancel'), 'lost');
    bench.faults.clear();
    assert.equal(reply('cancel'), 'whole');
  });
});
