import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '../support/describe-with.js';
import { eventually } from '../support/eventually.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { type SupervisorStandIn, startSupervisor } from '../support/supervisor-stand-in.js';
import { newPaymentCode, QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';

/** The host app reports the goods, so a test decides how long they are under way. */
const HOST_DELIVERS = { ...QUICK, HOST_CONFIRM_MS: '60000' };

describeWith('lockfile', 'the update lock of a real terminal', () => {
  let acquirer: RunningAcquirer;
  let supervisor: SupervisorStandIn;
  let terminal: TerminalProcess;

  before(async () => {
    acquirer = await startAcquirer();
  });
  after(() => acquirer.stop());

  beforeEach(async () => {
    supervisor = await startSupervisor();
  });
  afterEach(async () => {
    await terminal.stop();
    supervisor.stop();
  });

  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    terminal = await startTerminal(acquirer, { ...HOST_DELIVERS, ...supervisor.env, ...env });
    await terminal.ready();
  }

  async function deliver(saleId: string): Promise<void> {
    const { status } = await terminal.api.post(`/v1/sales/${saleId}/delivered`, { ok: true });
    assert.equal(status, 200);
  }

  /** Neither the supervisor nor the host's system gets through. */
  function assertKeptAway(when: string): void {
    assert.equal(supervisor.takeLock(), false, `the supervisor took the lock ${when}`);
    assert.equal(supervisor.mayReboot(), false, `the system may reboot ${when}`);
  }

  it('keeps supervisor and system away from the start of a sale to its goods, and lets them in at once after it', async () => {
    await start();
    assert.equal(supervisor.takeLock(), true, 'before the sale');
    supervisor.giveLockBack();
    const { saleId } = await terminal.startSale();
    assertKeptAway('while the customer looks for the code');
    await terminal.api.post(`/v1/sales/${saleId}/code`, { code: newPaymentCode() });
    assertKeptAway('while the payment is on its way');
    await terminal.reached(saleId, 'approved');
    assertKeptAway('while the goods are on their way');
    assert.equal((await terminal.status()).update?.locked, true);
    await deliver(saleId);
    assert.equal(supervisor.takeLock(), true, 'after the sale');
    supervisor.giveLockBack();
  });

  it('is given back where a customer pays too late, gives up, or is declined', async () => {
    await start({ CODE_WAIT_MS: '1000' });
    const late = await terminal.startSale();
    assertKeptAway('before the code');
    await terminal.reached(late.saleId, 'cancelled');
    assert.equal(existsSync(supervisor.lockPath), false);
    const given = await terminal.startSale();
    await terminal.api.post(`/v1/sales/${given.saleId}/cancel`);
    assert.equal(existsSync(supervisor.lockPath), false);
    await acquirer.plan({ answer: 'RISK_REJECT', fate: { kind: 'fails', afterMs: 0, code: 'RISK_REJECT' } });
    const declined = await terminal.pay();
    await terminal.reached(declined.saleId, 'declined');
    assert.equal(existsSync(supervisor.lockPath), false);
  });

  it('lets a waiting update in after the sale: the supervisor is told, and the new version sells', async () => {
    await start();
    supervisor.downloaded = true;
    const taken: boolean[] = [];
    supervisor.onUpdate = () => {
      taken.push(supervisor.takeLock());
    };
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'approved');
    assert.deepEqual(supervisor.calls, [], 'it is left alone while a customer is served');
    await deliver(saleId);
    await eventually('the supervisor has the lock', () => taken.length > 0);
    assert.deepEqual([supervisor.calls, taken], [['GET /v1/device', 'POST /v1/update'], [true]]);
    const { reasons } = await terminal.reasonAppears('updateInstalling');
    assert.ok(reasons.includes('updateWaiting'), `${reasons}`);
    await terminal.kill();
    supervisor.downloaded = false;
    supervisor.giveLockBack();
    await terminal.restart();
    await terminal.ready();
    const next = await terminal.pay();
    await terminal.reached(next.saleId, 'approved');
    await deliver(next.saleId);
    assert.equal((await terminal.sale(saleId)).state, 'settled');
  });

  it('of a process that was killed is free for the system at once, and for the supervisor after the next start', async () => {
    await start();
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'approved');
    assertKeptAway('before the kill');
    await terminal.kill();
    assert.equal(supervisor.mayReboot(), true, 'the flock ended with the process');
    assert.equal(supervisor.takeLock(), false, 'the file is still there');
    await terminal.restart();
    assert.match(terminal.process.out(), /update lock path=\S+ found=cleared/);
    await terminal.reached(saleId, 'approved');
    assertKeptAway('while the goods are still on their way');
    await deliver(saleId);
    assert.equal(supervisor.takeLock(), true);
  });

  it('of a process that was killed at rest is not there at all', async () => {
    await start();
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'approved');
    await deliver(saleId);
    await terminal.kill();
    assert.equal(supervisor.takeLock(), true);
  });

  it('that the supervisor has stops new sales, until it is given back', async () => {
    await start();
    assert.equal(supervisor.takeLock(), true);
    const asked = { orderId: 'held', amount: { currency: 'CNY', value: '1250' } };
    const refused = await terminal.api.post('/v1/sales', asked);
    const { reasons } = refused.body as { readonly reasons: readonly string[] };
    assert.deepEqual([refused.status, reasons], [503, ['updateInstalling']]);
    assert.equal((await terminal.status()).update?.state, 'installing');
    supervisor.giveLockBack();
    assert.equal((await terminal.api.post('/v1/sales', asked)).status, 201);
    assertKeptAway('now that a sale is open');
  });

  it('is given back by a process that stops in order, and by one that ends because its journal is gone', async () => {
    await start();
    await terminal.startSale();
    assertKeptAway('before the stop');
    assert.equal(await terminal.process.end('SIGTERM'), 0);
    assert.equal(existsSync(supervisor.lockPath), false);
    await terminal.restart();
    await terminal.ready();
    const { saleId } = await terminal.startSale();
    assertKeptAway('before the journal is gone');
    for (const name of readdirSync(terminal.dataDir)) rmSync(join(terminal.dataDir, name), { recursive: true });
    void terminal.api.post(`/v1/sales/${saleId}/code`, { code: newPaymentCode() }).catch(() => undefined);
    assert.ok([69, 74].includes(Number(await terminal.process.ended)));
    assert.equal(existsSync(supervisor.lockPath), false);
  });

  it('that cannot be taken stops no sale, and the status says why', async () => {
    await start({ BALENA_APP_LOCK_PATH: '/sys/updates.lock' });
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'approved');
    await deliver(saleId);
    const { update, warnings } = await terminal.status();
    assert.deepEqual(warnings, ['updateLockBroken']);
    assert.match(update?.trouble ?? '', /^\/sys\/updates\.lock: /);
    assert.ok((update?.lockFailures ?? 0) > 0);
  });

  it('works without the supervisor’s help where its key is wrong; neither key is logged', async () => {
    const wrong = 'f0f0f0f0f0f0f0f0';
    await start({ BALENA_SUPERVISOR_API_KEY: wrong, LOG_LEVEL: 'debug' });
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'approved');
    assertKeptAway('with the wrong key');
    await deliver(saleId);
    await eventually('the supervisor refuses', () => supervisor.wrongKeys > 0);
    const { update } = await eventually('the failure is counted', async () => {
      const status = await terminal.status();
      return status.update?.supervisorFailures === 1 && status;
    });
    assert.equal(update?.state, 'none');
    assert.match(terminal.process.out(), /WARN {2}the supervisor does not help call="GET \/v1\/device" why="HTTP 401/);
    for (const key of [wrong, supervisor.env.BALENA_SUPERVISOR_API_KEY ?? '']) {
      assert.ok(!terminal.process.out().includes(key));
    }
  });
});
