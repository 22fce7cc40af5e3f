import assert from 'node:assert/strict';
import type { ReversalView } from '../../firmware/api/output-schemas.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';

const PAY = '/payments/pay';
const CANCEL = '/payments/cancel';
const INQUIRY = '/payments/inquiryPayment';
const MANY = 100;

describe('a person at the queue of a real terminal', () => {
  let acquirer: RunningAcquirer;
  let terminal: TerminalProcess;

  before(async () => {
    acquirer = await startAcquirer();
  });
  after(() => acquirer.stop());
  afterEach(async () => {
    await acquirer.clearFaults();
    await terminal.stop();
  });

  async function install(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const notifyPort = String(await freePort());
    terminal = await startTerminal(acquirer, {
      ...QUICK,
      /* Answers are waited for here: none may be missed because the machine is busy. */
      INQUIRY_REPLY_TIMEOUT_MS: '1500',
      NOTIFY_PORT: notifyPort,
      NOTIFY_HOST: '127.0.0.1',
      NOTIFY_URL: `http://127.0.0.1:${notifyPort}/notify`,
      ...env,
    });
    await terminal.ready();
  }

  const heldValue = async (id: string) => (await acquirer.ledger(id)).payments[0]?.standing.heldValue;
  const requests = async (id: string, end: string) =>
    (await acquirer.exchanges(id)).filter(({ path }) => path.endsWith(end)).length;
  const settle = (reversalId: string, outcome: 'paid' | 'reversed') =>
    terminal.api.post(`/v1/reversals/${reversalId}/settle`, { by: 'Ada', note: 'looked at it', outcome });
  const conflict = ({ status, body }: { status: number; body: unknown }) => [
    status,
    (body as { error?: { code: string } }).error?.code,
  ];

  async function reversalOf(id: string): Promise<ReversalView> {
    const { body } = await terminal.api.get('/v1/reversals?state=all');
    const { reversals } = body as { readonly reversals: readonly ReversalView[] };
    return reversals.find(({ paymentRequestId }) => paymentRequestId === id) ?? assert.fail('no reversal');
  }

  /** Asks until nothing is under way any more: a request that is not answered has its time. */
  async function settleAsPaid(reversalId: string) {
    return eventually('nothing is under way', async () => {
      const told = await settle(reversalId, 'paid');
      return conflict(told)[1] === 'underWay' ? undefined : told;
    });
  }

  /** Paid, and the host app could not deliver. */
  async function notDelivered(): Promise<{ readonly saleId: string; readonly id: string }> {
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'settled');
    const id = await terminal.requestId(saleId);
    await terminal.api.post(`/v1/sales/${saleId}/delivered`, { ok: false });
    return { saleId, id };
  }

  it('cannot settle a payment as paid whose cancel was carried out and its answer lost', async () => {
    await install();
    await acquirer.fault({ kind: 'replyLost' }, CANCEL, MANY);
    const { saleId, id } = await notDelivered();
    const { reversalId } = await reversalOf(id);
    await eventually('the cancel arrives', async () => (await heldValue(id)) === '0');
    assert.deepEqual(conflict(await settleAsPaid(reversalId)), [409, 'notPaid']);
    const sale = await terminal.sale(saleId);
    assert.deepEqual([sale.state, (await reversalOf(id)).end?.how], ['reversed', 'cancelled']);
  });

  it('is told to try later while the acquirer does not answer, and can settle it as paid once that confirms it', async () => {
    /* No cancel falls into the moment in which the faults change. */
    await install({ CANCEL_RETRY_INTERVAL_MS: '10000', CANCEL_RETRY_WINDOW_MS: '60000' });
    await acquirer.fault({ kind: 'requestLost' }, CANCEL, MANY);
    await acquirer.fault({ kind: 'requestLost' }, INQUIRY, MANY);
    const { saleId, id } = await notDelivered();
    const { reversalId } = await reversalOf(id);
    await eventually('a cancel is tried', async () => (await requests(id, CANCEL)) > 0);
    assert.deepEqual(conflict(await settleAsPaid(reversalId)), [409, 'unconfirmed']);
    assert.equal((await reversalOf(id)).state, 'open');
    await acquirer.clearFaults();
    await acquirer.fault({ kind: 'requestLost' }, CANCEL, MANY);
    const told = await settleAsPaid(reversalId);
    assert.equal(told.status, 200, JSON.stringify(told.body));
    assert.deepEqual([(await terminal.sale(saleId)).state, await heldValue(id)], ['settled', '1250']);
  });

  it('who settles a payment as reversed reads until when it may still be charged; if it is, it is reversed again', async () => {
    await install({ PAYMENT_EXPIRY_MS: '6000' });
    await acquirer.fault({ kind: 'requestDelayed', delayMs: 2_500 }, PAY);
    await acquirer.fault({ kind: 'requestLost' }, CANCEL, 1);
    const { saleId } = await terminal.pay();
    const id = await terminal.requestId(saleId);
    await terminal.api.post(`/v1/sales/${saleId}/cancel`, {});
    const { reversalId } = await reversalOf(id);
    const { status, body } = await settle(reversalId, 'reversed');
    const { mayArriveUntil, warning } = body as ReversalView;
    assert.equal(status, 200);
    assert.ok(Date.parse(mayArriveUntil ?? '') > Date.now() + 2_500, `${mayArriveUntil}`);
    assert.match(warning ?? '', /may still be charged until/);
    await eventually('the payment is charged', async () => (await heldValue(id)) !== undefined);
    await eventually('it is reversed', async () => (await heldValue(id)) === '0');
    const { body: all } = await terminal.api.get('/v1/reversals?state=all');
    const causes = (all as { reversals: readonly ReversalView[] }).reversals.map(({ cause }) => cause);
    assert.deepEqual(
      [causes, (await terminal.sale(saleId)).state],
      [['hostCancelled', 'paidAfterFailure'], 'reversed'],
    );
    assert.match(terminal.process.out() + terminal.process.errorOut(), /alarm.*resultContradicts/);
  });

  it('has nothing to do about a late charge: the terminal cancels it at once when it is notified', async () => {
    const expiryMs = 20_000;
    await install({ PAYMENT_EXPIRY_MS: String(expiryMs) });
    await acquirer.fault({ kind: 'requestDelayed', delayMs: 2_000 }, PAY);
    const { saleId } = await terminal.pay();
    const id = await terminal.requestId(saleId);
    await terminal.api.post(`/v1/sales/${saleId}/cancel`, {});
    await eventually('the payment is charged', async () => (await acquirer.ledger(id)).payments.length > 0);
    const chargedAtMs = Date.now();
    await eventually('the late charge is cancelled', async () => (await heldValue(id)) === '0');
    assert.ok(Date.now() - chargedAtMs < 3_000, `${Date.now() - chargedAtMs} ms`);
    assert.equal((await reversalOf(id)).state, 'open', 'the confirming cancel is yet to come');
  });
});
