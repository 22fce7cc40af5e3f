import assert from 'node:assert/strict';
import type { SaleView, StatusView } from '../../firmware/api/output-schemas.js';
import { createKiosk, type Kiosk } from '../../hw-sim/kiosk.js';
import { kioskSettings, simEnvironment } from '../../hw-sim/kiosk-settings.js';
import { createWorld } from '../../hw-sim/world.js';
import { testKeyPairs } from '../support/test-key-pairs.js';

/** A magic amount: the customer is asked for a password, which takes longer than the power holds. */
const PASSWORD = '9905';
const settings = kioskSettings({
  ...simEnvironment(testKeyPairs),
  SCANNER: 'none',
  PRINTER: 'none',
  LOG_LEVEL: 'error',
});

/** Powered and ready, with a card that was made before. */
function install(): Kiosk {
  const kiosk = createKiosk({ world: createWorld({ seed: 11, startWallMs: Date.UTC(2026, 10, 24, 1) }), settings });
  kiosk.powerOn();
  assert.ok(kiosk.runUntil(() => isReady(kiosk), 60_000));
  return kiosk;
}

function isReady(kiosk: Kiosk): boolean {
  return kiosk.terminal !== undefined && status(kiosk).ready;
}

function status(kiosk: Kiosk): StatusView {
  return JSON.parse(kiosk.api('GET', '/v1/status')?.body ?? assert.fail('no answer')) as StatusView;
}

function restartWithout(kiosk: Kiosk, names: readonly string[]): void {
  kiosk.cutPower();
  for (const name of names) kiosk.flash.faults.missing.add(name);
  kiosk.powerOn();
  assert.ok(kiosk.runUntil(() => kiosk.terminal !== undefined, 10_000));
  assert.ok(status(kiosk).reasons.includes('flashAbsent'));
}

describe('a card that lost one half of its journal', () => {
  it('is a warning in the log, and the terminal starts with the other half', () => {
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const world = createWorld({ seed: 12, startWallMs: Date.UTC(2026, 10, 24, 1) });
    const logging = kioskSettings({ ...simEnvironment(testKeyPairs), SCANNER: 'none', PRINTER: 'none' });
    const kiosk = createKiosk({ world, settings: logging, log });
    kiosk.powerOn();
    assert.ok(kiosk.runUntil(() => isReady(kiosk), 60_000));
    kiosk.cutPower();
    assert.ok(!lines.some((line) => /WARN +journal open/.test(line)));
    const image = kiosk.flash.image('journal-b') ?? assert.fail('no journal');
    kiosk.flash.insert('journal-b', image.fill(0x5a));
    kiosk.powerOn();
    assert.ok(kiosk.runUntil(() => isReady(kiosk), 60_000));
    assert.ok(
      lines.some((line) => /WARN +journal open .*lostSlots=true .*change the card/.test(line)),
      lines.join('\n'),
    );
  });
});

describe('a card that is missing at the start', () => {
  it('and comes back: its queue is worked on, without a restart by hand', () => {
    const kiosk = install();
    const order = { orderId: 'o-1', amount: { currency: 'CNY', value: PASSWORD } };
    const { saleId } = JSON.parse(kiosk.api('POST', '/v1/sales', order)?.body ?? '') as SaleView;
    kiosk.api('POST', `/v1/sales/${saleId}/code`, { code: '281234567890123456789012' });
    restartWithout(kiosk, kiosk.flash.names());
    assert.equal(kiosk.api('GET', '/v1/reversals')?.status, 503, 'a queue that cannot be read is not empty');
    assert.equal(kiosk.api('GET', `/v1/sales/${saleId}`)?.status, 503);

    kiosk.flash.faults.missing.clear();
    assert.ok(kiosk.runUntil(() => kiosk.life === undefined, 31_000));
    assert.equal(kiosk.exitCode, 74, 'the supervisor starts it again');
    kiosk.powerOn();
    assert.ok(kiosk.runUntil(() => isReady(kiosk), 60_000));
    kiosk.world.runUntil(kiosk.world.nowMs() + 180_000);
    const sale = JSON.parse(kiosk.api('GET', `/v1/sales/${saleId}`)?.body ?? '') as SaleView;
    assert.deepEqual([sale.state, sale.code], ['reversed', 'powerLost']);
  });

  it('keeps the terminal up and out of service as long as a half of the journal is missing', () => {
    const kiosk = install();
    for (const name of kiosk.flash.names()) {
      restartWithout(kiosk, [name]);
      kiosk.world.runUntil(kiosk.world.nowMs() + 600_000);
      assert.ok(kiosk.life);
      assert.deepEqual([status(kiosk).ready, kiosk.flash.names().length], [false, 2]);
      kiosk.flash.faults.missing.clear();
    }
  });
});
