import assert from 'node:assert/strict';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Event } from '../../flows/input.js';
import { readiness } from '../../flows/readiness.js';
import { CODE, cny, failure, forged, found, paid, SILENCE, success, unclear, unsigned } from './builders.js';
import { createDrive, createReadyDrive, type Drive, expectIgnored, startPaying } from './drive.js';

const DAY_MS = 86_400_000;

/** The number of probes in ten minutes in which nothing else happens. */
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
  it('probes every ten minutes while it answers and the clock is right', () => {
    assert.ok(probesInTenMinutes(createReadyDrive()) <= 1);
  });

  it('probes often while the clock is not confirmed, because an answer may confirm it', () => {
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

  it('probes soon after the clock stepped', () => {
    const drive = createReadyDrive();
    drive.wait(60_000);
    const before = drive.sent('sendProbe').length;
    drive.setClock({ trusted: false, aheadMs: DAY_MS });
    drive.feed({ type: 'deviceChanged', device: 'printer', faults: [] });
    drive.wait(20_000);
    assert.ok(drive.sent('sendProbe').length > before);
  });

  it('stays ready when the pay times out after its inquiry was answered', () => {
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

    /** Lets time pass; reversals and probes get these answers, at once or after their timeout. Returns what was observed. */
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
      it(`${how} does not stop sales either`, () => {
        const drive = reversing(1);
        assert.deepEqual([...answering(drive, 4_000, { answer, afterMs: 100 }, PROMPT)], ['reachable']);
        assert.deepEqual(
          drive.sent('raiseAlarm').map(({ alarm }) => alarm),
          alarms,
        );
        assert.equal(drive.sent('sendProbe').length, 2);
      });
    }

    it('does not end a refusal of our set-up', () => {
      const drive = reversing(1);
      const paymentRequestId = startPaying(drive, AMOUNT.value, 'order-2');
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('INVALID_CONTRACT') });
      answering(drive, 20_000, SILENT, PROMPT);
      assert.equal(drive.state.live.acquirer, 'misconfigured');
    });
  });

  it('is not ready while payments and inquiries are not answered', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.wait(drive.policy.payReplyTimeoutMs);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: SILENCE });
    assert.equal(drive.state.live.acquirer, 'unreachable');
  });

  it('probes with an id that no payment can have', () => {
    const { paymentRequestId, timeoutMs } = createReadyDrive().lastSent('sendProbe');
    assert.match(paymentRequestId, /^94711\d{10}$/);
    assert.equal(timeoutMs, 3000);
  });

  it('probes often for as long as it is silent', () => {
    const drive = createReadyDrive();
    drive.feed({ type: 'probeAnswered', answer: SILENCE });
    const before = drive.sent('sendProbe').length;
    for (let i = 1; i <= 5; i += 1) {
      drive.wait(15_000);
      assert.equal(drive.sent('sendProbe').length, before + i);
      drive.feed({ type: 'probeAnswered', answer: SILENCE });
    }
  });

  describe('with a refusal of our set-up', () => {
    const MINUTE_MS = 60_000;
    const WELL = failure('ORDER_NOT_EXIST');
    let orders = 0;

    /** A customer pays, where the terminal allows it; `answer` is that to the payment. */
    function customer(drive: Drive, answer: AcquirerAnswer, orderId = `order-${orders++}`): 'turned away' | 'tried' {
      const before = drive.sent('sendPay').length;
      drive.feed({ type: 'saleRequested', callId: 'c', orderId, amount: cny('1250') });
      drive.feed({ type: 'codeScanned', code: CODE });
      if (drive.sent('sendPay').length === before) return 'turned away';
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      drive.feed({ type: 'payAnswered', paymentRequestId, answer });
      return 'tried';
    }

    const probed = (drive: Drive, answer: AcquirerAnswer) => drive.feed({ type: 'probeAnswered', answer });
    const condition = (drive: Drive) => drive.state.live.acquirer;
    const warnings = (drive: Drive) => readiness(drive.state).warnings;
    const alarms = (drive: Drive) =>
      drive.sent('raiseAlarm').flatMap(({ alarm, detail }) => (alarm === 'acquirerMisconfigured' ? [detail] : []));

    /** A payment was refused because of the contract: only a payment disproves that. */
    const NOT_DISPROVED: Readonly<Record<string, (drive: Drive) => void>> = {
      'a probe that is answered': (drive) => probed(drive, WELL),
      'ten of them': (drive) => Array.from({ length: 10 }, () => probed(drive, WELL)),
      'silence and an answer after it': (drive) => {
        probed(drive, SILENCE);
        probed(drive, WELL);
      },
      'an unsigned answer': (drive) => {
        probed(drive, unsigned(WELL));
        probed(drive, WELL);
      },
      'a late answer to an older inquiry': (drive) =>
        drive.feed({ type: 'inquiryAnswered', paymentRequestId: 'old', answer: found('PROCESSING') }),
      'a late silence of an older payment': (drive) =>
        drive.feed({ type: 'payAnswered', paymentRequestId: 'old', answer: SILENCE }),
      'a failure of the acquirer itself to an older payment': (drive) =>
        drive.feed({ type: 'payAnswered', paymentRequestId: 'old', answer: failure('SYSTEM_ERROR') }),
      'an older payment of which it does not know': (drive) =>
        drive.feed({ type: 'payAnswered', paymentRequestId: 'old', answer: unclear() }),
      'the notification of an older payment': (drive) =>
        drive.feed({ type: 'paymentNotified', paymentRequestId: 'old', paymentId: 'P', amount: cny('1') }),
    };
    for (const [name, meet] of Object.entries(NOT_DISPROVED)) {
      it(`stays not ready after ${name}, where a payment was refused`, () => {
        const drive = createReadyDrive();
        customer(drive, failure('INVALID_CONTRACT'));
        meet(drive);
        assert.equal(condition(drive), 'misconfigured');
        assert.equal(customer(drive, WELL), 'turned away');
      });
    }

    for (const answer of [
      success(),
      failure('INVALID_CONTRACT'),
      failure('ORDER_NOT_EXIST'),
      failure('ACCESS_DENIED'),
    ]) {
      it(`stays not ready while a reversal of before is answered ${answer.status} ${answer.code}`, () => {
        const drive = createReadyDrive({ vend: 'host' });
        customer(drive, paid(cny('1250')));
        drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
        customer(drive, failure('INVALID_CONTRACT'));
        let tried = 0;
        for (let at = 0; at < 15; at += 1) {
          drive.wait(1_000);
          const { exchange, reversalId } = drive.lastSent('sendReversal');
          drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer });
          if (customer(drive, failure('INVALID_CONTRACT')) === 'tried') tried += 1;
        }
        assert.equal(tried, 0);
      });
    }

    it('lets one customer try after a minute, and is ready again when that payment is taken', () => {
      const drive = createReadyDrive();
      customer(drive, failure('INVALID_CONTRACT'));
      drive.wait(MINUTE_MS - 1);
      assert.deepEqual([condition(drive), warnings(drive)], ['misconfigured', []]);
      drive.wait(1);
      assert.deepEqual([condition(drive), warnings(drive)], ['reachable', ['acquirerOnTrial']]);
      assert.equal(customer(drive, failure('RISK_REJECT')), 'tried');
      assert.deepEqual([condition(drive), warnings(drive)], ['reachable', []]);
    });

    it('lets customers try less and less often, in the end every ten minutes, while payments are refused', () => {
      const drive = createReadyDrive();
      customer(drive, failure('INVALID_CONTRACT'));
      const triedAtMinutes: number[] = [];
      for (let minute = 1; minute <= 60; minute += 1) {
        drive.wait(MINUTE_MS);
        probed(drive, WELL);
        if (customer(drive, failure('INVALID_CONTRACT')) === 'tried') triedAtMinutes.push(minute);
      }
      assert.deepEqual(triedAtMinutes, [1, 3, 7, 15, 25, 35, 45, 55]);
    });

    it('keeps the trial for the next customer where the first one left without paying', () => {
      const drive = createReadyDrive();
      customer(drive, failure('INVALID_CONTRACT'));
      drive.wait(MINUTE_MS);
      drive.feed({ type: 'saleRequested', callId: 'c', orderId: 'walks away', amount: cny('1250') });
      drive.feed({ type: 'keyPressed', key: '*' });
      assert.equal(customer(drive, paid(cny('1250'))), 'tried');
      assert.deepEqual(warnings(drive), []);
    });

    it('is ready again when the payment of a trial is notified', () => {
      const drive = createReadyDrive();
      customer(drive, failure('INVALID_CONTRACT'));
      drive.wait(MINUTE_MS);
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P1', amount: cny('1250') });
      assert.deepEqual(warnings(drive), []);
    });

    /** Codes about who asks: a probe would be refused, too. */
    for (const code of ['INVALID_SIGNATURE', 'KEY_NOT_FOUND', 'INVALID_CLIENT', 'CLIENT_INVALID', 'INVALID_TOKEN']) {
      it(`probes soon after ${code}, and lets a customer try once that is answered`, () => {
        const drive = createReadyDrive();
        drive.wait(30_000);
        const before = drive.sent('sendProbe').length;
        customer(drive, failure(code));
        drive.wait(15_000);
        assert.equal(drive.sent('sendProbe').length, before + 1);
        assert.equal(condition(drive), 'misconfigured');
        probed(drive, WELL);
        assert.deepEqual([condition(drive), warnings(drive)], ['reachable', ['acquirerOnTrial']]);
        customer(drive, failure(code));
        probed(drive, WELL);
        assert.equal(condition(drive), 'misconfigured', 'a probe shows nothing after that');
      });
    }

    it('is ready at the first probe that is answered, where probes were refused too', () => {
      const drive = createReadyDrive();
      customer(drive, failure('ACCESS_DENIED'));
      probed(drive, failure('ACCESS_DENIED'));
      drive.wait(20 * MINUTE_MS);
      assert.equal(condition(drive), 'misconfigured');
      probed(drive, WELL);
      assert.deepEqual([condition(drive), warnings(drive)], ['reachable', []]);
      assert.deepEqual(alarms(drive), ['ACCESS_DENIED', 'ACCESS_DENIED']);
    });

    it('probes every 15 seconds while probes are refused', () => {
      const drive = createReadyDrive();
      probed(drive, failure('ACCESS_DENIED'));
      const before = drive.sent('sendProbe').length;
      for (let at = 0; at < 8; at += 1) {
        drive.wait(15_000);
        probed(drive, failure('ACCESS_DENIED'));
      }
      assert.equal(drive.sent('sendProbe').length, before + 8);
    });

    it('of one order, which may be about its text, raises an alarm and stops nothing', () => {
      const drive = createReadyDrive();
      customer(drive, failure('PARAM_ILLEGAL'), 'strange words');
      assert.equal(drive.sale().state, 'declined');
      assert.deepEqual(alarms(drive), ['PARAM_ILLEGAL']);
      assert.equal(condition(drive), 'reachable');
      customer(drive, failure('PARAM_ILLEGAL'), 'strange words');
      assert.equal(condition(drive), 'reachable', 'the same order again');
      customer(drive, paid(cny('1250')));
      customer(drive, failure('PARAM_ILLEGAL'), 'other strange words');
      assert.equal(condition(drive), 'reachable', 'another one was taken between them');
    });

    it('of two orders in a row stops sales, and a probe is sent soon', () => {
      const drive = createReadyDrive();
      drive.wait(30_000);
      const before = drive.sent('sendProbe').length;
      customer(drive, failure('PARAM_ILLEGAL'));
      customer(drive, failure('PARAM_ILLEGAL'));
      assert.equal(condition(drive), 'misconfigured');
      assert.equal(customer(drive, failure('PARAM_ILLEGAL')), 'turned away');
      drive.wait(15_000);
      assert.equal(drive.sent('sendProbe').length, before + 1);
      drive.wait(45_000);
      assert.equal(customer(drive, failure('PARAM_ILLEGAL')), 'tried');
      assert.equal(condition(drive), 'misconfigured', 'one is enough by then');
    });
  });

  describe('between customers', () => {
    const REACH_MS = 60_000;

    it('makes a connection every minute, and sends nothing while that works', () => {
      const drive = createReadyDrive();
      for (let minute = 0; minute < 9; minute += 1) {
        drive.wait(REACH_MS);
        expectIgnored(drive.feed({ type: 'connectionTried', reached: true }), 'the acquirer can be reached');
      }
      assert.equal(drive.sent('tryConnection').length, 9);
      assert.equal(drive.sent('sendProbe').length, 1);
    });

    it('makes none within a minute of an answer', () => {
      const drive = createReadyDrive();
      for (let at = 0; at < 10; at += 1) {
        drive.wait(REACH_MS - 1);
        drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
      }
      assert.equal(drive.sent('tryConnection').length, 0);
    });

    it('is not ready within 70 seconds after the network is lost', () => {
      const drive = createReadyDrive();
      drive.wait(REACH_MS);
      drive.wait(3_000);
      drive.feed({ type: 'connectionTried', reached: false });
      drive.wait(1);
      assert.equal(drive.state.live.acquirer, 'reachable', 'one connection may fail for itself');
      assert.equal(drive.sent('sendProbe').length, 2);
      drive.wait(3_000);
      drive.feed({ type: 'probeAnswered', answer: SILENCE });
      assert.equal(drive.state.live.acquirer, 'unreachable');
      assert.ok(drive.nowMs < 70_000);
    });

    it('stays ready where only the connection failed', () => {
      const drive = createReadyDrive();
      drive.wait(REACH_MS);
      drive.feed({ type: 'connectionTried', reached: false });
      drive.wait(1);
      drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
      assert.equal(drive.state.live.acquirer, 'reachable');
    });

    it('makes none while it does not answer, because probes are sent more often', () => {
      const drive = createReadyDrive();
      drive.feed({ type: 'probeAnswered', answer: SILENCE });
      drive.wait(REACH_MS);
      assert.equal(drive.sent('tryConnection').length, 0);
    });
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

  /** The acquirer's condition after an answer, by its condition before. */
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
