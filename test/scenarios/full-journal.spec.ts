import assert from 'node:assert/strict';
import type { SaleView, StatusView } from '../../firmware/api/output-schemas.js';
import { createKiosk, type Kiosk } from '../../hw-sim/kiosk.js';
import { kioskSettings, simEnvironment } from '../../hw-sim/kiosk-settings.js';
import { createWorld } from '../../hw-sim/world.js';
import { testKeyPairs } from '../support/test-key-pairs.js';

const SEGMENT_BYTES = 64 * 1024;
/** The journal holds some 80 such sales, and more were configured. */
const SALES = 300;
const settings = kioskSettings({
  ...simEnvironment(testKeyPairs),
  SALES_KEPT: '10000',
  QUEUE_LIMIT: '1000',
  SCANNER: 'none',
  PRINTER: 'none',
  LOG_LEVEL: 'error',
});

function install(): Kiosk {
  const world = createWorld({ seed: 12, startWallMs: Date.UTC(2026, 10, 24, 1) });
  const kiosk = createKiosk({ world, settings, segmentSizeBytes: SEGMENT_BYTES });
  kiosk.powerOn();
  assert.ok(kiosk.runUntil(() => kiosk.terminal !== undefined && status(kiosk).ready, 60_000));
  return kiosk;
}

function read<T>(reply: ReturnType<Kiosk['api']>): T {
  return JSON.parse(reply?.body ?? assert.fail('no answer')) as T;
}

const status = (kiosk: Kiosk): StatusView => read(kiosk.api('GET', '/v1/status'));

function sell(kiosk: Kiosk, number: number): string {
  const order = { orderId: `o-${number}`, amount: { currency: 'CNY', value: '1250' }, description: '咖啡'.repeat(40) };
  const { saleId } = read<SaleView>(kiosk.api('POST', '/v1/sales', order));
  kiosk.api('POST', `/v1/sales/${saleId}/code`, { code: `28${String(number).padStart(16, '0')}` });
  const book = () => kiosk.terminal?.kernel.state.book;
  assert.ok(
    kiosk.runUntil(() => book()?.sales[saleId]?.state === 'settled', 30_000),
    `sale ${number}`,
  );
  return saleId;
}

describe('a journal that is too small for SALES_KEPT', () => {
  it('keeps what fits, keeps selling, and never ends the process', () => {
    const kiosk = install();
    for (let number = 1; number <= SALES; number += 1) sell(kiosk, number);
    assert.ok(kiosk.life, 'it is the process that was started');
    assert.equal(kiosk.api('GET', '/v1/sales?orderId=o-1')?.status, 404);
    assert.equal(kiosk.api('GET', `/v1/sales?orderId=o-${SALES - 20}`)?.status, 200);
  });

  it('refuses refunds that would not fit while none is answered, and accepts them again afterwards', () => {
    const kiosk = install();
    const saleId = sell(kiosk, 1);
    kiosk.acquirerFaults.chooseFaults(({ path }) => (path.endsWith('/refund') ? { kind: 'requestLost' } : undefined));
    const reason = '退款'.repeat(60);
    const statuses: (number | undefined)[] = [];
    for (let number = 1; number <= 50; number += 1) {
      const refund = { saleId, refundId: `r-${number}`, amount: { currency: 'CNY', value: '1' }, reason };
      statuses.push(kiosk.api('POST', '/v1/refunds', refund)?.status);
    }
    const taken = statuses.indexOf(503);
    assert.ok(taken > 25, `${taken} were taken`);
    assert.deepEqual(new Set(statuses.slice(taken)), new Set([503]));
    assert.deepEqual(status(kiosk).reasons, ['queueFull']);
    assert.ok(kiosk.life, 'it is the process that was started');
    kiosk.acquirerFaults.chooseFaults(undefined);
    assert.ok(kiosk.runUntil(() => status(kiosk).queue.depth === 0, 3_600_000));
    sell(kiosk, 2);
  });
});
