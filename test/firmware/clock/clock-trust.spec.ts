import assert from 'node:assert/strict';
import { createClockTrust } from '../../../firmware/clock/clock-trust.js';

const TOLERANCE_MS = 10_000;
const HOUR_MS = 3_600_000;

/** A clock that stands still until told, and a system that may say that it is synchronised. */
function createRig(mode: 'auto' | 'always' = 'auto') {
  let nowMs = 0;
  let offsetMs = 1_700_000_000_000;
  let synchronised: 'yes' | 'no' | 'unknown' = 'unknown';
  const clock = {
    monotonicMs: () => nowMs,
    wallMs: () => nowMs + offsetMs,
    after: () => assert.fail('needs no timer'),
  };
  const trust = createClockTrust({ clock, clockSynchronised: () => synchronised, mode, toleranceMs: TOLERANCE_MS });
  return {
    trusted: trust.trusted,
    /** The acquirer's clock is ahead of ours by that. */
    acquirerSays: (aheadMs: number) => trust.confirm(clock.wallMs() + aheadMs),
    systemSays(word: typeof synchronised) {
      synchronised = word;
    },
    wait(ms: number) {
      nowMs += ms;
    },
    step(ms: number) {
      offsetMs += ms;
    },
  };
}

describe('the trust in the wall clock', () => {
  it('is not there at the start, unless the machine has a clock of its own', () => {
    assert.equal(createRig().trusted(), false);
    assert.equal(createRig('always').trusted(), true);
  });

  it('comes from the acquirer where it agrees within the tolerance', () => {
    for (const [aheadMs, expected] of [
      [TOLERANCE_MS, true],
      [-TOLERANCE_MS, true],
      [TOLERANCE_MS + 1, false],
      [-TOLERANCE_MS - 1, false],
    ] as const) {
      const rig = createRig();
      rig.acquirerSays(aheadMs);
      assert.equal(rig.trusted(), expected, String(aheadMs));
    }
  });

  it('comes from the system, which is asked again every 10 s', () => {
    const rig = createRig();
    assert.equal(rig.trusted(), false);
    rig.systemSays('yes');
    assert.equal(rig.trusted(), false);
    rig.wait(10_000);
    assert.equal(rig.trusted(), true);
  });

  it('goes when the clock steps, and comes back when somebody confirms it', () => {
    const rig = createRig();
    rig.acquirerSays(0);
    rig.step(TOLERANCE_MS + 1);
    assert.equal(rig.trusted(), false);
    rig.acquirerSays(0);
    assert.equal(rig.trusted(), true);
  });

  it('goes when the acquirer contradicts, and the system alone does not bring it back', () => {
    const rig = createRig();
    rig.systemSays('yes');
    assert.equal(rig.trusted(), true);
    rig.acquirerSays(HOUR_MS);
    for (let waits = 0; waits < 10; waits += 1) {
      assert.equal(rig.trusted(), false, `after ${waits * 10} s`);
      rig.wait(10_000);
    }
    rig.acquirerSays(0);
    assert.equal(rig.trusted(), true);
  });

  it('goes when the clock steps, and a system that still calls it synchronised does not bring it back', () => {
    const rig = createRig();
    rig.systemSays('yes');
    assert.equal(rig.trusted(), true);
    for (const stepMs of [HOUR_MS, -HOUR_MS / 2, -HOUR_MS / 2]) {
      rig.wait(60_000);
      rig.step(stepMs);
      assert.equal(rig.trusted(), false);
      rig.wait(60_000);
      assert.equal(rig.trusted(), false);
    }
    rig.acquirerSays(0);
    assert.equal(rig.trusted(), true);
  });

  it('comes from a system that noticed that the clock had stepped, once it was set', () => {
    const rig = createRig();
    rig.systemSays('yes');
    assert.equal(rig.trusted(), true);
    rig.step(HOUR_MS);
    assert.equal(rig.trusted(), false);
    rig.systemSays('no');
    rig.wait(10_000);
    assert.equal(rig.trusted(), false);
    rig.step(-HOUR_MS);
    rig.systemSays('yes');
    rig.wait(10_000);
    assert.equal(rig.trusted(), true);
  });

  it('comes from the acquirer alone where that contradicted, whatever was done to the clock since', () => {
    const rig = createRig();
    rig.acquirerSays(HOUR_MS);
    rig.step(2 * HOUR_MS);
    rig.systemSays('yes');
    rig.wait(10_000);
    assert.equal(rig.trusted(), false);
    rig.acquirerSays(-HOUR_MS);
    rig.step(-HOUR_MS);
    rig.wait(10_000);
    assert.equal(rig.trusted(), false);
    rig.acquirerSays(0);
    assert.equal(rig.trusted(), true);
  });
});
