import assert from 'node:assert/strict';
import { createEquippedKiosk } from '../support/equipped-kiosk.js';

const PHASE_MS = 250;
const LONGEST_REST_MS = 9_500;

describe('a printer whose paper ran out since it was asked last', () => {
  it('is asked again when a sale begins, before a code can be paid, whenever that is', () => {
    for (let atMs = 0; atMs < LONGEST_REST_MS; atMs += PHASE_MS) {
      const { kiosk, devices, ...box } = createEquippedKiosk({});
      box.pass(atMs);
      devices.printer.loadPaper(0);
      const sold = kiosk.api('POST', '/v1/sales', { orderId: 'o1', amount: { currency: 'CNY', value: '1250' } });
      if (sold?.status === 201) box.showCode();
      else assert.equal(sold?.status, 503, sold?.body);
      box.pass(5_000);
      assert.deepEqual([[...kiosk.acquirer.ledger.payments()], box.moneyKept()], [[], 0], `after ${atMs} ms`);
      assert.ok(kiosk.terminal?.kernel.state.live.faults.printer?.includes('printerPaperOut'));
    }
  });
});
