import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import type { SaleView } from '../../firmware/api/output-schemas.js';
import { createKiosk, type Kiosk } from '../../hw-sim/kiosk.js';
import { kioskSettings, simEnvironment } from '../../hw-sim/kiosk-settings.js';
import { createWorld } from '../../hw-sim/world.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { newPaymentCode, startTerminal, type TerminalProcess } from '../support/terminal-process.js';
import { testKeyPairs } from '../support/test-key-pairs.js';
import { startTillbox } from '../support/tillbox-process.js';

describe('a journal that is removed from a running terminal', () => {
  let acquirer: RunningAcquirer;
  let terminal: TerminalProcess;

  before(async () => {
    acquirer = await startAcquirer();
  });
  after(() => acquirer.stop());
  beforeEach(async () => {
    terminal = await startTerminal(acquirer, {});
    await terminal.ready();
  });
  afterEach(() => terminal.stop());

  /** Nothing of what comes after it may count: the customer keeps the money, the process ends. */
  async function nothingIsPaid(): Promise<number | NodeJS.Signals> {
    const paid = async () => (await acquirer.exchanges()).filter(({ path }) => path.endsWith('/pay')).length;
    const before = await paid();
    const { saleId } = await terminal.startSale();
    await terminal.api.post(`/v1/sales/${saleId}/code`, { code: newPaymentCode() }).catch(() => undefined);
    const ended = await terminal.process.ended;
    assert.equal(await paid(), before, 'a payment was sent');
    return ended;
  }

  const inDataDir = (name: string): string => join(terminal.dataDir, name);
  const removals: readonly (readonly [string, () => void, RegExp])[] = [
    [
      'both halves removed',
      () => {
        for (const half of ['journal-a', 'journal-b']) fs.rmSync(inDataDir(half));
      },
      /journal-. is no longer there: it was removed or moved/,
    ],
    [
      'the directory moved and replaced by a copy',
      () => {
        fs.renameSync(terminal.dataDir, `${terminal.dataDir}.old`);
        fs.cpSync(`${terminal.dataDir}.old`, terminal.dataDir, {
          recursive: true,
          filter: (path) => !path.includes('lock-'),
        });
        fs.rmSync(`${terminal.dataDir}.old`, { recursive: true });
      },
      /journal-. is another file/,
    ],
  ];
  for (const [what, take, why] of removals) {
    it(`ends the process with 74 before anything is paid: ${what}`, async () => {
      take();
      assert.equal(await nothingIsPaid(), 74);
      assert.match(terminal.process.out(), /ERROR the journal failed; nothing can be promised any more/);
      assert.match(terminal.process.out(), why);
    });
  }

  it('ends the process with 69 where its lock was removed, and leaves the directory to the second one', async () => {
    for (const name of fs.readdirSync(terminal.dataDir)) if (name.startsWith('lock-')) fs.rmSync(inDataDir(name));
    const holder = startTillbox(['queue', 'list', '--data-dir', terminal.dataDir]);
    assert.equal(await holder.ended, 0);
    assert.equal(await nothingIsPaid(), 69);
    assert.match(terminal.process.out(), /this process lost its lock .*another one may have taken/);
    await terminal.restart();
    await terminal.ready();
  });
});

describe('a journal that is removed from an idle terminal', () => {
  const settings = kioskSettings({ ...simEnvironment(testKeyPairs), SCANNER: 'none', PRINTER: 'none' });

  function install(): Kiosk {
    const kiosk = createKiosk({ world: createWorld({ seed: 13, startWallMs: Date.UTC(2026, 10, 24, 1) }), settings });
    kiosk.powerOn();
    assert.ok(kiosk.runUntil(() => kiosk.terminal?.kernel.state.live.acquirer === 'reachable', 60_000));
    return kiosk;
  }

  it('ends the process within half a minute', () => {
    for (const name of ['journal-a', 'journal-b']) {
      const kiosk = install();
      kiosk.world.runUntil(kiosk.world.nowMs() + 95_000);
      assert.ok(kiosk.life, 'it lives as long as its journal is there');
      kiosk.flash.remove(name);
      assert.ok(
        kiosk.runUntil(() => kiosk.life === undefined, 31_000),
        name,
      );
      assert.equal(kiosk.exitCode, 74);
    }
  });

  it('acknowledges no sale that only the removed file has', () => {
    const kiosk = install();
    const order = { orderId: 'o-1', amount: { currency: 'CNY', value: '1250' } };
    const { saleId } = JSON.parse(kiosk.api('POST', '/v1/sales', order)?.body ?? '') as SaleView;
    /* In the very moment in which the payment's record is written. */
    kiosk.flash.faults.writeMs = 50;
    kiosk.world.after(20, () => kiosk.flash.insert('journal-a', kiosk.flash.image('journal-a') ?? assert.fail()));
    kiosk.world.after(20, () => kiosk.flash.insert('journal-b', kiosk.flash.image('journal-b') ?? assert.fail()));
    kiosk.api('POST', `/v1/sales/${saleId}/code`, { code: '281234567890123456789012' });
    assert.equal(kiosk.life, undefined);
    assert.deepEqual([...kiosk.acquirer.ledger.payments()], []);
  });
});
