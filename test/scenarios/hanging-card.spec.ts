import assert from 'node:assert/strict';
import { createKiosk } from '../../hw-sim/kiosk.js';
import { kioskSettings, simEnvironment } from '../../hw-sim/kiosk-settings.js';
import { createWorld } from '../../hw-sim/world.js';
import { testKeyPairs } from '../support/test-key-pairs.js';

const settings = kioskSettings({ ...simEnvironment(testKeyPairs), SCANNER: 'none', PRINTER: 'none' });

describe('a card that does not answer at the start', () => {
  it('ends the process with its reason in the log, and the next start works', () => {
    const logged: string[] = [];
    const world = createWorld({ seed: 12, startWallMs: Date.UTC(2026, 10, 24, 1) });
    const kiosk = createKiosk({ world, settings, log: (line) => logged.push(line) });
    const { readMs } = kiosk.flash.faults;
    kiosk.flash.faults.readMs = 3_600_000;
    kiosk.powerOn();
    assert.match(logged.join('\n'), /INFO .*opening the journal/, 'it says what it waits for');
    assert.ok(kiosk.runUntil(() => kiosk.life === undefined, 61_000));
    assert.equal(kiosk.exitCode, 74);
    assert.match(logged.at(-1) ?? '', /ERROR .*journal cannot be opened.*no answer within 60000 ms/);

    kiosk.flash.faults.readMs = readMs;
    kiosk.powerOn();
    assert.ok(kiosk.runUntil(() => kiosk.terminal?.kernel.state.live.acquirer === 'reachable', 60_000));
  });
});
