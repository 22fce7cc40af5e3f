import assert from 'node:assert/strict';
import { createEquippedKiosk } from '../support/equipped-kiosk.js';

const HOUR_MS = 3_600_000;

describe('an orderly end', () => {
  it('leaves no timer and no listener behind', () => {
    const { kiosk, showCode, reaches, pass } = createEquippedKiosk({
      SALE_MODE: 'amount',
      KEYPAD: 'sim',
      PANEL: 'sim',
      VEND: 'sim',
      NOTIFY_URL: 'http://127.0.0.1:9100/notify',
      NOTIFY_PORT: '9100',
    });
    const { world, terminal } = kiosk;
    kiosk.api('POST', '/v1/sales', { orderId: 'A1', amount: { currency: 'CNY', value: '1250' } });
    showCode();
    reaches('settled');
    pass(7 * HOUR_MS);
    terminal?.close();
    pass(HOUR_MS);
    assert.equal(world.nextAtMs(), Number.POSITIVE_INFINITY);
    assert.equal(kiosk.api('GET', '/v1/status'), undefined);
  });
});
