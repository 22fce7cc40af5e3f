import assert from 'node:assert/strict';
import { cny, failure, found, SILENCE } from './builders.js';
import { createDrive, createReadyDrive, startPaying } from './drive.js';

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

  it('is not ready while requests that matter go unanswered', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.wait(drive.policy.payReplyTimeoutMs);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: SILENCE });
    assert.equal(drive.state.live.acquirer, 'unreachable');
  });
});
