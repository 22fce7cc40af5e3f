import assert from 'node:assert/strict';
import type { Clock } from '../../drivers/host.js';
import { createLineSilence } from '../../drivers/line-silence.js';

/** A clock whose timers are run by hand, as a process does that was busy: first what is due, then the bytes. */
function busyClock() {
  let nowMs = 0;
  let timers: { readonly dueMs: number; readonly callback: () => void }[] = [];
  const clock: Clock = {
    monotonicMs: () => nowMs,
    wallMs: () => nowMs,
    after(delayMs, callback) {
      const timer = { dueMs: nowMs + delayMs, callback };
      timers.push(timer);
      return {
        cancel() {
          timers = timers.filter((one) => one !== timer);
        },
      };
    },
  };
  /** Time passes, and what is due then runs once. */
  function pass(durationMs: number): void {
    nowMs += durationMs;
    const due = timers.filter(({ dueMs }) => dueMs <= nowMs);
    timers = timers.filter(({ dueMs }) => dueMs > nowMs);
    for (const { callback } of due) callback();
  }
  return { clock, pass };
}

describe('the silence of a line', () => {
  it('begins when nothing came for its time', () => {
    const { clock, pass } = busyClock();
    let began = 0;
    const silence = createLineSilence(clock, 40, () => {
      began += 1;
    });
    silence.heard();
    pass(30);
    pass(9);
    assert.equal(began, 0);
    pass(1);
    assert.equal(began, 1);
    pass(1_000);
    assert.equal(began, 1);
  });

  it('begins when what was said last is over, also where that is short', () => {
    const { clock, pass } = busyClock();
    let began = 0;
    const silence = createLineSilence(clock, 40, () => {
      began += 1;
    });
    silence.heard();
    pass(3);
    silence.heard(8);
    pass(4);
    pass(3);
    assert.equal(began, 0);
    pass(1);
    assert.equal(began, 1);
    silence.heard(8);
    pass(2);
    silence.heard();
    pass(8);
    assert.equal(began, 1, 'the longer one counts from the last bytes');
    pass(22);
    pass(10);
    assert.equal(began, 2);
  });

  it('never begins more than a millisecond early, though two timers may', () => {
    let nowMs = 0;
    let due: { atMs: number; readonly callback: () => void } | undefined;
    const clock: Clock = {
      monotonicMs: () => nowMs,
      wallMs: () => nowMs,
      after(delayMs, callback) {
        due = { atMs: nowMs + Math.trunc(delayMs) - 0.9, callback };
        return { cancel: () => undefined };
      },
    };
    let beganMs: number | undefined;
    createLineSilence(clock, 40, () => {
      beganMs = nowMs;
    }).heard(8);
    while (due !== undefined && beganMs === undefined) {
      const { atMs, callback } = due;
      due = undefined;
      nowMs = atMs;
      callback();
    }
    assert.ok(beganMs !== undefined && beganMs >= 7 && beganMs < 9, `${beganMs} ms`);
  });

  it('does not begin while bytes that come within a short one wait behind a busy process', () => {
    for (const busyMs of [4, 8, 9, 40, 5_000]) {
      const { clock, pass } = busyClock();
      let began = 0;
      const silence = createLineSilence(clock, 40, () => {
        began += 1;
      });
      silence.heard(8);
      pass(busyMs);
      silence.heard(8);
      assert.equal(began, 0, `${busyMs} ms`);
      pass(4);
      pass(4);
      assert.equal(began, 1);
    }
  });

  it('does not begin while bytes that came wait behind a process that was busy', () => {
    for (const busyMs of [30, 39, 40, 41, 100, 5_000]) {
      const { clock, pass } = busyClock();
      let began = 0;
      const silence = createLineSilence(clock, 40, () => {
        began += 1;
      });
      silence.heard();
      pass(busyMs);
      silence.heard();
      assert.equal(began, 0, `${busyMs} ms`);
      pass(30);
      pass(10);
      assert.equal(began, 1);
    }
  });

  it('does not begin after it was cancelled, in either step', () => {
    for (const beforeMs of [0, 30]) {
      const { clock, pass } = busyClock();
      const silence = createLineSilence(clock, 40, () => assert.fail('cancelled'));
      silence.heard();
      pass(beforeMs);
      silence.cancel();
      pass(100);
      pass(100);
    }
  });
});
