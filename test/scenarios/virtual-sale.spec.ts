import assert from 'node:assert/strict';
import type { SaleView, StatusView } from '../../firmware/api/output-schemas.js';
import { paperDots, paperText } from '../../hw-sim/devices/paper.js';
import { USUAL_PRINTER } from '../../hw-sim/devices/receipt-printer-model.js';
import type { Kiosk } from '../../hw-sim/kiosk.js';
import { createEquippedKiosk, type EquippedKiosk } from '../support/equipped-kiosk.js';
import { readCodes } from '../support/read-codes.js';

const CODE = '281234567890123456789012';
const HOUR_MS = 3_600_000;
/** A magic amount: the money is charged, but no answer shows it, and no cancel is answered. */
const NO_CANCEL_ANSWERED = '9911';

function read<T>(kiosk: Kiosk, target: string): T {
  const reply = kiosk.api('GET', target);
  assert.equal(reply?.status, 200, `${target}: ${reply?.body}`);
  return JSON.parse(reply.body) as T;
}

function startSale(kiosk: Kiosk, orderId: string, value = '1250'): string {
  const reply = kiosk.api('POST', '/v1/sales', { orderId, amount: { currency: 'CNY', value } });
  assert.equal(reply?.status, 201, reply?.body);
  return (JSON.parse(reply.body) as SaleView).saleId;
}

/** A customer holds a phone before the glass until the receipt is out. */
function serve({ kiosk, devices }: EquippedKiosk, orderId: string, code: string): SaleView {
  const saleId = startSale(kiosk, orderId);
  devices.scanner.show(code);
  const done = kiosk.runUntil(() => kiosk.terminal?.kernel.state.book.sales[saleId]?.receipt === 'printed', 30_000);
  devices.scanner.hide();
  const sale = read<SaleView>(kiosk, `/v1/sales/${saleId}`);
  assert.ok(done, JSON.stringify(sale));
  return sale;
}

describe('a sale in virtual time', () => {
  it('scans, pays and prints as on a board', async () => {
    const equipped = createEquippedKiosk({});
    const { kiosk, devices } = equipped;
    const sale = serve(equipped, 'o-1', CODE);
    assert.deepEqual([sale.state, sale.outcome, sale.attempts.length], ['settled', 'paid', 1]);
    const id = sale.attempts[0]?.paymentRequestId ?? '';
    assert.equal(kiosk.acquirer.ledger.standing(id).heldValue, 1250n);
    const [receipt = []] = devices.printer.receipts();
    assert.deepEqual(await readCodes(paperDots(receipt, USUAL_PRINTER.widthDots)), [{ format: 'QRCode', text: id }]);
  });

  it('prints the receipt of a refund when asked, and still knows that its own was not printed', () => {
    const { kiosk, devices } = createEquippedKiosk({ PRINTER_REQUIRED: 'false' });
    const { scanner, printer } = devices;
    printer.loadPaper(0);
    const saleId = startSale(kiosk, 'o-1');
    scanner.show(CODE);
    const sale = () => read<SaleView>(kiosk, `/v1/sales/${saleId}`);
    assert.ok(kiosk.runUntil(() => kiosk.terminal?.kernel.state.book.sales[saleId]?.receipt === 'failed', 60_000));
    scanner.hide();
    printer.loadPaper();
    const refund = { saleId, refundId: 'R-1', amount: { currency: 'CNY', value: '250' } };
    assert.equal(kiosk.api('POST', '/v1/refunds', refund)?.status, 202);
    kiosk.world.runUntil(kiosk.world.nowMs() + 10_000);
    assert.equal(printer.receipts().length, 0);
    assert.equal(kiosk.api('POST', `/v1/sales/${saleId}/receipt`, { refundId: 'R-1' })?.status, 200);
    assert.ok(kiosk.runUntil(() => printer.receipts().length === 1, 30_000));
    kiosk.world.runUntil(kiosk.world.nowMs() + 10_000);
    const text = paperText(printer.receipts()[0] ?? []).join('\n');
    for (const part of [/REFUND/, /Order +o-1/, /Refund +R-1/, /Refund amount +CNY 2\.50/]) assert.match(text, part);
    assert.deepEqual([sale().state, sale().receipt.state], ['settled', 'failed']);
  });

  it('is reversed after a power cut while the pay was on its way', () => {
    const { kiosk, devices } = createEquippedKiosk({});
    kiosk.acquirerFaults.plan({ kind: 'replyLost' }, 1, '/pay');
    const saleId = startSale(kiosk, 'o-1');
    devices.scanner.show(CODE);
    const charged = () => [...kiosk.acquirer.ledger.payments()].some(({ status }) => status === 'SUCCESS');
    assert.ok(kiosk.runUntil(charged, 10_000));
    kiosk.cutPower();
    devices.scanner.hide();
    kiosk.powerOn();
    assert.ok(kiosk.runUntil(() => kiosk.terminal?.kernel.state.book.sales[saleId]?.state === 'reversed', 300_000));
    const [payment] = kiosk.acquirer.ledger.payments();
    assert.equal(kiosk.acquirer.ledger.standing(payment?.paymentRequestId ?? '').heldValue, 0n);
  });

  it('waits for a pump that runs longer than the time limit for goods', () => {
    const pulseMs = 30_000;
    const pump = { VEND: 'relay', VEND_PINS: '4', VEND_PULSE_MS: `${pulseMs}` };
    const { kiosk } = createEquippedKiosk({ SCANNER: 'none', PRINTER: 'none', ...pump });
    const switchedAtMs: number[] = [];
    kiosk.gpio.watch(4, () => switchedAtMs.push(kiosk.world.nowMs()));
    const saleId = startSale(kiosk, 'o-1');
    kiosk.api('POST', `/v1/sales/${saleId}/code`, { code: CODE });
    kiosk.world.runUntil(kiosk.world.nowMs() + 2 * pulseMs);
    const sale = read<SaleView>(kiosk, `/v1/sales/${saleId}`);
    assert.deepEqual([sale.state, sale.outcome], ['settled', 'paid']);
    const [onMs = 0, offMs = 0] = switchedAtMs;
    assert.equal(offMs - onMs, pulseMs);
    assert.equal(kiosk.acquirer.ledger.standing(sale.attempts[0]?.paymentRequestId ?? '').heldValue, 1250n);
  });

  it('is possible all the time while the reversal of an earlier one is never answered', () => {
    const equipped = createEquippedKiosk({});
    const { kiosk } = equipped;
    const saleId = startSale(kiosk, 'o-1', NO_CANCEL_ANSWERED);
    assert.equal(kiosk.api('POST', `/v1/sales/${saleId}/code`, { code: CODE })?.status, 200);
    assert.ok(kiosk.runUntil(() => kiosk.terminal?.kernel.state.book.sales[saleId]?.state === 'reversing', 120_000));
    kiosk.world.runUntil(kiosk.world.nowMs() + 15_000);
    for (let second = 0; second < 600; second += 1) {
      assert.deepEqual(read<StatusView>(kiosk, '/v1/status').reasons, [], `${second} s after it`);
      kiosk.world.runUntil(kiosk.world.nowMs() + 1_000);
    }
    assert.equal(serve(equipped, 'o-2', `${CODE}2`).state, 'settled');
    assert.equal(read<SaleView>(kiosk, `/v1/sales/${saleId}`).state, 'reversing');
  });

  it('is possible soon after the clock was set, where only the acquirer can confirm it', () => {
    const { kiosk, pass } = createEquippedKiosk({});
    kiosk.cutPower();
    kiosk.clock.offsetMs = -30 * 24 * HOUR_MS;
    kiosk.powerOn();
    pass(60_000);
    assert.deepEqual(read<StatusView>(kiosk, '/v1/status').reasons, ['clockUnconfirmed']);
    kiosk.clock.offsetMs = 0;
    pass(20_000);
    assert.deepEqual(read<StatusView>(kiosk, '/v1/status').reasons, []);
  });

  it('costs well under a millisecond of processor time for a simulated second', () => {
    const equipped = createEquippedKiosk({});
    const { kiosk } = equipped;
    serve(equipped, 'o-warm', CODE);
    const fromMs = kiosk.world.nowMs();
    /* Not the time on the wall: other programs may run meanwhile. */
    const cpuBefore = process.cpuUsage();
    for (let hour = 0; hour < 2; hour += 1) {
      for (let sale = 0; sale < 10; sale += 1) {
        const orderId = `o-${hour}-${sale}`;
        assert.equal(serve(equipped, orderId, `${CODE}${hour}${sale}`).state, 'settled');
        kiosk.world.runUntil(kiosk.world.nowMs() + 10_000);
      }
      kiosk.world.runUntil(fromMs + (hour + 1) * HOUR_MS);
    }
    const simulatedS = (kiosk.world.nowMs() - fromMs) / 1_000;
    const { user, system } = process.cpuUsage(cpuBefore);
    const perSecondMs = (user + system) / 1_000 / simulatedS;
    process.stdout.write(
      `      ${simulatedS} simulated seconds with 20 sales: ${perSecondMs.toFixed(3)} ms of processor time each\n`,
    );
    assert.ok(perSecondMs < 0.5, `${perSecondMs} ms`);
  });
});
