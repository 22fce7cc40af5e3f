import assert from 'node:assert/strict';
import { brokenStores, loadBrokenStore } from './broken-stores.js';
import { enumerateCrashStates } from './crash-states.js';

/* `run-crash-states` asks for more than a developer waits for. */
const states = Number(process.env.CRASH_STATES ?? 12_000);
const seed = Number(process.env.CRASH_SEED ?? 1);

describe('crash states', () => {
  it(`lose nothing acknowledged and show no partial commit: ${states} images`, function () {
    this.timeout(600_000);
    const report = enumerateCrashStates({ seed, states });
    assert.deepEqual(report.violations, []);
    assert.ok(report.states >= states);
  });

  for (const [rule, breaks] of Object.entries(brokenStores)) {
    it(`detect a store that ${rule}`, async function () {
      this.timeout(120_000);
      const openStore = await loadBrokenStore(breaks, rule);
      const report = enumerateCrashStates({ seed, states: 40_000, openStore, violationLimit: 1 });
      assert.notDeepEqual(report.violations, []);
    });
  }
});
