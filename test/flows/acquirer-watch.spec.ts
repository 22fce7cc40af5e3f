import assert from 'node:assert/strict';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Event } from '../../flows/input.js';
import { cny, failure, forged, found, paid, SILENCE, success, unsigned } from './builders.js';
import { createDrive, createReadyDrive, type Drive, startPaying } from './drive.js';

const DAY_MS = 86_400_000;

/** How often the acquirer is asked in ten minutes, when nothing else happens. */
function probesInTenMinutes(drive: ReturnType<typeof createDrive>): number {
  const before = drive.sent('sendProbe').length;
  for (let at = 0; at < 600; at += 1) {
    const sent = drive.sent('sendProbe').length;
    drive.wait(1_000);
    if (drive.sent('sendProbe').length > sent) {
      drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    }
  }
  return drive.sent('sendProbe').length - before;
}

describe('watching the acquirer', () => {
  it('asks seldom while it answers and the clock is right', () => {
    assert.ok(probesInTenMinutes(createReadyDrive()) <= 1);
  });

  it('asks often while the clock is not confirmed, for its answers may confirm it', () => {
    const drive = createDrive();
    drive.setClock({ trusted: false, aheadMs: -DAY_MS });
    drive.feed({ type: 'booted' });
    drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    assert.equal(drive.state.live.acquirer, 'reachable');
    assert.ok(probesInTenMinutes(drive) >= 30);
    drive.setClock({ trusted: true, aheadMs: 0 });
    drive.wait(20_000);
    drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    drive.wait(20_000);
    assert.ok(probesInTenMinutes(drive) <= 1);
  });

  it('asks soon after the clock was found to have stepped', () => {
    const drive = createReadyDrive();
    drive.wait(60_000);
    const before = drive.sent('sendProbe').length;
    drive.setClock({ trusted: false, aheadMs: DAY_MS });
    drive.feed({ type: 'deviceChanged', device: 'printer', faults: [] });
    drive.wait(20_000);
    assert.ok(drive.sent('sendProbe').length > before);
  });

  it('stays ready when the pay runs out of time after its inquiry was answered', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.wait(drive.policy.payReplyTimeoutMs);
    const answer = found('SUCCESS', { amount: cny('1250') });
    drive.feed({ type: 'inquiryAnswered', paymentRequestId, answer });
    const late = drive.feed({ type: 'payAnswered', paymentRequestId, answer: SILENCE });
    assert.equal(late.ignored, 'late reply to pay');
    assert.equal(drive.state.live.acquirer, 'reachable');
  });

  describe('with a reversal that is not answered', () => {
    const AMOUNT = cny('1250');
    const WELL = failure('ORDER_NOT_EXIST');

    /** `count` sales that were paid and not delivered. */
    function reversing(count: number): Drive {
      const drive = createReadyDrive({ vend: 'host' });
      for (let at = 0; at < count; at += 1) {
        const paymentRequestId = startPaying(drive, AMOUNT.value, `order-${at}`);
        drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
        drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
      }
      return drive;
    }

    /** Lets time pass; reversals and probes get these answers when their time is over, or at once. What was met on the way. */
    function answering(
      drive: Drive,
      forMs: number,
      reversal: { readonly answer: AcquirerAnswer; readonly afterMs: number },
      probe: { readonly answer: AcquirerAnswer; readonly afterMs: number },
    ): ReadonlySet<string> {
      const met = new Set<string>();
      const due: { readonly atMs: number; readonly event: Event }[] = [];
      let seen = 0;
      for (const endMs = drive.nowMs + forMs; drive.nowMs < endMs; drive.wait(100)) {
        for (const effect of drive.effects.slice(seen)) {
          if (effect.type === 'sendReversal') {
            const { exchange, reversalId } = effect;
            const event = { type: 'reversalAnswered', exchange, reversalId, answer: reversal.answer } as const;
            due.push({ atMs: drive.nowMs + reversal.afterMs, event });
          } else if (effect.type === 'sendProbe' && drive.nowMs > 0) {
            due.push({ atMs: drive.nowMs + probe.afterMs, event: { type: 'probeAnswered', answer: probe.answer } });
          }
        }
        seen = drive.effects.length;
        while (due.some(({ atMs }) => atMs <= drive.nowMs)) {
          const at = due.findIndex(({ atMs }) => atMs <= drive.nowMs);
          for (const { event } of due.splice(at, 1)) drive.feed(event);
          met.add(drive.state.live.acquirer);
        }
      }
      return met;
    }

    const SILENT = { answer: SILENCE, afterMs: 3_000 };
    const PROMPT = { answer: WELL, afterMs: 100 };

    it('goes on selling for as long as others are answered', () => {
      const drive = reversing(1);
      assert.deepEqual([...answering(drive, 30 * 60_000, SILENT, PROMPT)], ['reachable']);
      assert.equal(drive.reversal().state, 'needsPerson');
    });

    for (const answer of [success(), failure('ACCESS_DENIED')]) {
      it(`is ready again when that is answered, with ${answer.status}, before any probe`, () => {
        const drive = reversing(1);
        drive.feed({ type: 'probeAnswered', answer: SILENCE });
        const { exchange, reversalId } = drive.lastSent('sendReversal');
        drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer });
        assert.equal(drive.state.live.acquirer, 'reachable');
      });
    }

    it('is not ready once its probe goes unanswered as well', () => {
      const drive = reversing(1);
      answering(drive, 6_200, SILENT, SILENT);
      assert.equal(drive.state.live.acquirer, 'unreachable');
    });

    it('sends the reversal out at once when a probe is answered again', () => {
      const drive = reversing(1);
      answering(drive, 30 * 60_000, SILENT, SILENT);
      const before = drive.sent('sendReversal').length;
      drive.fire('probe');
      drive.feed({ type: 'probeAnswered', answer: WELL });
      drive.wait(1);
      assert.equal(drive.sent('sendReversal').length, before + 1);
    });

    it('sends no more probes for many of them than one in the time that its answer may take', () => {
      const drive = reversing(15);
      const before = drive.sent('sendProbe').length;
      assert.deepEqual([...answering(drive, 60_000, SILENT, PROMPT)], ['reachable']);
      const probes = drive.sent('sendProbe').length - before;
      assert.ok(probes >= 10 && probes <= 20, `${probes} probes`);
    });

    const UNBELIEVED: Readonly<Record<string, readonly [AcquirerAnswer, alarms: readonly string[]]>> = {
      'with a wrong signature': [forged(success()), ['signatureWrong']],
      'without a signature': [unsigned(success()), ['signatureWrong']],
      'without a signature, with a code of configuration': [unsigned(failure('ACCESS_DENIED')), []],
    };
    for (const [how, [answer, alarms]] of Object.entries(UNBELIEVED)) {
      it(`${how} goes on selling, too`, () => {
        const drive = reversing(1);
        assert.deepEqual([...answering(drive, 4_000, { answer, afterMs: 100 }, PROMPT)], ['reachable']);
        assert.deepEqual(
          drive.sent('raiseAlarm').map(({ alarm }) => alarm),
          alarms,
        );
        assert.equal(drive.sent('sendProbe').length, 2);
      });
    }

    it('leaves a refusal of our set-up as it was found', () => {
      const drive = reversing(1);
      const paymentRequestId = startPaying(drive, AMOUNT.value, 'order-2');
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('INVALID_CONTRACT') });
      answering(drive, 20_000, SILENT, PROMPT);
      assert.equal(drive.state.live.acquirer, 'misconfigured');
    });
  });

  it('is not ready while requests that matter go unanswered', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.wait(drive.policy.payReplyTimeoutMs);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: SILENCE });
    assert.equal(drive.state.live.acquirer, 'unreachable');
  });

  it('asks with a payment id of its own that no payment can have', () => {
    const { paymentRequestId, timeoutMs } = createReadyDrive().lastSent('sendProbe');
    assert.match(paymentRequestId, /^94711\d{10}$/);
    assert.equal(timeoutMs, 3000);
  });

  it('goes on asking soon for as long as it stays silent', () => {
    const drive = createReadyDrive();
    drive.feed({ type: 'probeAnswered', answer: SILENCE });
    const before = drive.sent('sendProbe').length;
    for (let i = 1; i <= 5; i += 1) {
      drive.wait(15_000);
      assert.equal(drive.sent('sendProbe').length, before + i);
      drive.feed({ type: 'probeAnswered', answer: SILENCE });
    }
  });

  it('believes a refusal of our set-up for ten minutes before it asks again', () => {
    const drive = createReadyDrive();
    drive.wait(300_000);
    const before = drive.sent('sendProbe').length;
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('INVALID_CONTRACT') });
    drive.wait(599_999);
    assert.equal(drive.sent('sendProbe').length, before);
    drive.wait(1);
    assert.equal(drive.sent('sendProbe').length, before + 1);
  });

  const ALARMS: readonly [name: string, AcquirerAnswer, alarms: string][] = [
    ['silence', SILENCE, ''],
    ['a wrong signature', forged(failure('ORDER_NOT_EXIST')), 'alarm:signatureWrong'],
    ['no signature', unsigned(failure('ORDER_NOT_EXIST')), 'alarm:signatureWrong'],
    ['a refusal of our set-up', failure('ACCESS_DENIED'), 'alarm:acquirerMisconfigured'],
  ];
  for (const [name, answer, alarms] of ALARMS) {
    it(`raises ${alarms === '' ? 'no alarm' : 'an alarm, once,'} for ${name}`, () => {
      const drive = createReadyDrive();
      for (let i = 0; i < 3; i += 1) drive.feed({ type: 'probeAnswered', answer });
      assert.equal(drive.news(), alarms);
    });
  }

  /** What a word tells about the acquirer, which was silent or well before. */
  const WORDS: readonly [
    'payAnswered' | 'inquiryAnswered',
    'in time' | 'late',
    AcquirerAnswer,
    was: string,
    is: string,
  ][] = [
    ['payAnswered', 'late', failure('RISK_REJECT'), 'unreachable', 'reachable'],
    ['payAnswered', 'late', SILENCE, 'reachable', 'reachable'],
    ['inquiryAnswered', 'in time', found('PROCESSING'), 'unreachable', 'reachable'],
    ['inquiryAnswered', 'in time', SILENCE, 'reachable', 'unreachable'],
    ['inquiryAnswered', 'late', found('PROCESSING'), 'unreachable', 'reachable'],
    ['inquiryAnswered', 'late', SILENCE, 'reachable', 'reachable'],
  ];
  for (const [type, when, answer, was, is] of WORDS) {
    it(`finds it ${is} after ${was} by ${type} (${answer.kind}) that comes ${when}`, () => {
      const drive = createReadyDrive();
      const paymentRequestId = startPaying(drive);
      if (when === 'late') drive.feed({ type: 'keyPressed', key: '*' });
      if (was === 'unreachable') drive.feed({ type: 'probeAnswered', answer: SILENCE });
      assert.equal(drive.state.live.acquirer, was);
      drive.feed({ type, paymentRequestId, answer });
      assert.equal(drive.state.live.acquirer, is);
    });
  }
});
