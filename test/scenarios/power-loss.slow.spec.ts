import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';

/** The acquirer takes a payment request up to this long after it was made, to the whole second before. */
const EXPIRY_MS = 2_000;
/** The box counts this much more. */
const MARGIN_MS = 1_500;

const PAY = '/payments/pay';
const CANCEL = '/payments/cancel';

describe('a power loss', () => {
  let acquirer: RunningAcquirer;
  let terminal: TerminalProcess;

  before(async () => {
    acquirer = await startAcquirer();
  });

  after(() => acquirer.stop());

  async function install(expiryMs = EXPIRY_MS): Promise<void> {
    terminal = await startTerminal(acquirer, {
      ...QUICK,
      PAYMENT_EXPIRY_MS: String(expiryMs),
      EXPIRY_MARGIN_MS: String(MARGIN_MS),
      HOST_CONFIRM_MS: '60000',
    });
    await terminal.ready();
  }

  afterEach(async () => {
    await terminal.stop();
    await acquirer.clearFaults();
  });

  /** Starts a sale and kills the process as soon as the acquirer's side has seen the request. */
  async function killAfterPayLeft(): Promise<{ readonly saleId: string; readonly id: string }> {
    const { saleId } = await terminal.pay();
    const id = await terminal.requestId(saleId);
    await eventually('the pay request leaves', async () => (await acquirer.exchanges(id)).length > 0);
    await terminal.kill();
    return { saleId, id };
  }

  async function requestsOf(id: string): Promise<readonly string[]> {
    return (await acquirer.exchanges(id)).map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  }

  /** Nobody does anything but switch the power on again. */
  async function restartAndReverse(saleId: string, id: string): Promise<void> {
    const restartedAtMs = Date.now();
    await terminal.restart();
    const sale = await terminal.reached(saleId, 'reversed', 60_000);
    assert.deepEqual([sale.outcome, sale.code], ['reversed', 'powerLost']);
    const [, ...requests] = await acquirer.exchanges(id);
    assert.deepEqual(
      requests.filter(({ path }) => !path.endsWith(CANCEL)),
      [],
      'nothing but cancels follows',
    );
    const last = requests.at(-1)?.atMs ?? 0;
    assert.ok(last - restartedAtMs >= MARGIN_MS, 'the last word is asked for when the pay can no longer arrive');
    assert.equal((await acquirer.ledger(id)).payments[0]?.standing.heldValue ?? '0', '0');
    assert.deepEqual(await terminal.reversals(), [], 'the queue is empty');
  }

  it('right after the pay request left is followed by its cancel, and the money is returned', async () => {
    await install();
    await acquirer.fault({ kind: 'replyLost' }, PAY);
    const { saleId, id } = await killAfterPayLeft();
    assert.equal((await acquirer.ledger(id)).payments[0]?.standing.heldValue, '1250', 'the customer is charged');
    await restartAndReverse(saleId, id);
    assert.equal((await acquirer.ledger(id)).payments[0]?.status, 'CANCELLED');
  });

  it('ends the same way where the pay request never arrives', async () => {
    await install();
    await acquirer.fault({ kind: 'requestLost' }, PAY);
    const { saleId, id } = await killAfterPayLeft();
    await restartAndReverse(saleId, id);
    const { payments, history } = await acquirer.ledger(id);
    assert.deepEqual(payments, []);
    assert.ok(history.length >= 1 && history.every(({ kind }) => kind === 'unknownCancelled'));
  });

  it('leaves no charge where the pay request arrives after the first cancel', async () => {
    const expiryMs = 10_000;
    await install(expiryMs);
    /* Before it expires, and after the cancel of a box that is back so soon. */
    await acquirer.fault({ kind: 'requestDelayed', delayMs: expiryMs - 1_200 }, PAY);
    const { saleId, id } = await killAfterPayLeft();
    await restartAndReverse(saleId, id);
    const { history } = await acquirer.ledger(id);
    assert.deepEqual(
      history.map(({ kind }) => kind),
      ['unknownCancelled', 'received', 'charged', 'reversed'],
    );
  });

  it('after another power loss, while the acquirer is away, still reverses in the end', async () => {
    await install();
    await acquirer.fault({ kind: 'replyLost' }, PAY);
    await acquirer.fault({ kind: 'requestLost' }, CANCEL, 3);
    const { saleId, id } = await killAfterPayLeft();
    for (let cancels = 1; cancels <= 3; cancels += 1) {
      await terminal.restart();
      await eventually('a cancel is tried', async () => (await acquirer.exchanges(id)).length > cancels);
      await terminal.kill();
    }
    await terminal.restart();
    await terminal.reached(saleId, 'reversed', 60_000);
    assert.equal((await acquirer.ledger(id)).payments[0]?.standing.heldValue, '0');
    assert.ok((await requestsOf(id)).filter((name) => name === 'cancel').length >= 4);
  });

  it('sends nothing to another acquirer that is configured afterwards, unless a move is declared', async () => {
    const elsewhere = await startAcquirer('own');
    try {
      await install();
      await acquirer.fault({ kind: 'replyLost' }, PAY);
      const { saleId, id } = await killAfterPayLeft();
      await terminal.restart(elsewhere.env);
      await terminal.ready();
      const [reversal] = await terminal.reversals();
      assert.deepEqual(
        [reversal?.state, reversal?.lastCode, reversal?.acquirer],
        ['needsPerson', 'OTHER_ACCOUNT', `${acquirer.url}/ams/api`],
      );
      const retried = await terminal.api.post(`/v1/reversals/${reversal?.reversalId}/retry`);
      assert.equal(retried.status, 409, JSON.stringify(retried.body));
      assert.match(JSON.stringify(retried.body), new RegExp(`made at ${acquirer.url}/ams/api.* asks ${elsewhere.url}`));
      assert.deepEqual(await elsewhere.exchanges(id), []);
      assert.equal((await acquirer.ledger(id)).payments[0]?.standing.heldValue, '1250');
      await terminal.kill();
      await terminal.restart({ ...elsewhere.env, ACQUIRER_MOVED_FROM: `${acquirer.url}/ams/api` });
      await terminal.reached(saleId, 'reversed', 60_000);
      assert.ok((await elsewhere.exchanges(id)).length > 0);
    } finally {
      await elsewhere.stop();
    }
  });

  it('waits for a person, or for the old settings, where another merchant is configured afterwards', async () => {
    await install();
    await acquirer.fault({ kind: 'replyLost' }, PAY);
    const { saleId, id } = await killAfterPayLeft();
    await terminal.restart({ MERCHANT_ID: 'M0002' });
    await terminal.ready();
    const [reversal] = await terminal.reversals();
    assert.deepEqual([reversal?.state, reversal?.lastCode], ['needsPerson', 'OTHER_ACCOUNT']);
    const retried = await terminal.api.post(`/v1/reversals/${reversal?.reversalId}/retry`);
    assert.equal(retried.status, 409, JSON.stringify(retried.body));
    assert.deepEqual(await requestsOf(id), ['pay']);
    await terminal.kill();
    await terminal.restart();
    await terminal.reached(saleId, 'reversed', 60_000);
    assert.equal((await acquirer.ledger(id)).payments[0]?.standing.heldValue, '0');
  });

  it('between approval and delivery waits again for the host app, which reports the delivery', async () => {
    await install();
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'approved');
    await terminal.kill();
    await terminal.restart();
    const told = await terminal.api.post(`/v1/sales/${saleId}/delivered`, { ok: true });
    assert.equal(told.status, 200, JSON.stringify(told.body));
    const { attempts } = await terminal.reached(saleId, 'settled');
    await terminal.ready();
    const id = attempts[0]?.paymentRequestId ?? '';
    assert.deepEqual(await requestsOf(id), ['pay']);
    assert.equal((await acquirer.ledger(id)).payments[0]?.standing.heldValue, '1250');
  });

  it('between approval and delivery reverses when the host app stays silent, and the box sells again', async () => {
    await install();
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'approved');
    await terminal.kill();
    await terminal.restart({ HOST_CONFIRM_MS: '500' });
    const { attempts } = await terminal.reached(saleId, 'reversed');
    assert.deepEqual(await requestsOf(attempts[0]?.paymentRequestId ?? ''), ['pay', 'cancel']);
    await terminal.ready();
    const next = await terminal.pay();
    await terminal.reached(next.saleId, 'approved');
    await terminal.api.post(`/v1/sales/${next.saleId}/delivered`, { ok: true });
    await terminal.reached(next.saleId, 'settled');
  });

  it('after the sale is settled changes nothing', async () => {
    await install();
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'approved');
    const told = await terminal.api.post(`/v1/sales/${saleId}/delivered`, { ok: true });
    assert.equal(told.status, 200);
    await terminal.kill();
    await terminal.restart();
    await terminal.ready();
    const sale = await terminal.sale(saleId);
    assert.deepEqual([sale.state, sale.outcome], ['settled', 'paid']);
    const id = sale.attempts[0]?.paymentRequestId ?? '';
    assert.deepEqual(await requestsOf(id), ['pay']);
    assert.equal((await acquirer.ledger(id)).payments[0]?.standing.heldValue, '1250');
  });
});
