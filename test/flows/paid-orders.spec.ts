import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isPaidRequest, paidOrder, paidSale, rememberPaid } from '../../flows/paid-orders.js';
import type { Sale } from '../../flows/sale.js';
import { cny, NOON_WALL_MS } from './builders.js';

const LIMIT = 100_000;

function paidSaleOf(number: number, orderId = `order-${number}`): Sale {
  const paymentRequestId = `2026112320153000010042125000${`${number}`.padStart(6, '0')}12345678`;
  const attempt = { paymentRequestId, startedAtWallMs: NOON_WALL_MS, expiresAtWallMs: NOON_WALL_MS };
  return {
    saleId: `s20261123201530-${number}`,
    orderId,
    amount: cny('1250'),
    state: 'settled',
    attempts: [attempt],
    receipt: 'none',
    startedAtWallMs: NOON_WALL_MS,
    updatedAtWallMs: NOON_WALL_MS,
  };
}

describe('the memory of paid orders', () => {
  it('finds an order, its sale and its payment, and no other', () => {
    let memory = '';
    for (let number = 1; number <= 20; number += 1) memory = rememberPaid(memory, paidSaleOf(number), LIMIT);
    const seventh = { saleId: 's20261123201530-7', orderId: 'order-7', amount: cny('1250') };
    assert.deepEqual(paidOrder(memory, 'order-7'), seventh);
    assert.deepEqual(paidSale(memory, 's20261123201530-7'), seventh);
    for (const number of [1, 7, 20]) {
      const id = paidSaleOf(number).attempts[0]?.paymentRequestId ?? '';
      assert.ok(isPaidRequest(memory, id), id);
    }
    for (const other of ['order', 'rder-7', 'order-21', 'order-', 's20261123201530-7', '1250', 'CNY', '', ',', ';']) {
      assert.equal(paidOrder(memory, other), undefined, other);
    }
    for (const other of ['order-7', '1250', 's20261123201530-', '']) assert.equal(paidSale(memory, other), undefined);
    assert.ok(!isPaidRequest(memory, paidSaleOf(21).attempts[0]?.paymentRequestId ?? ''));
  });

  it('keeps any order number apart from any other', () => {
    const order = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(',', ';', '%002c', ',a', 'a;b'),
    );
    fc.assert(
      fc.property(fc.uniqueArray(order, { minLength: 2, maxLength: 12 }), ([other = '', ...orders]) => {
        let memory = '';
        for (const [number, orderId] of orders.entries())
          memory = rememberPaid(memory, paidSaleOf(number, orderId), LIMIT);
        for (const orderId of orders) assert.equal(paidOrder(memory, orderId)?.orderId, orderId);
        assert.equal(paidOrder(memory, other), undefined);
        assert.equal(JSON.stringify(memory).length, memory.length + 2, 'what is kept are its bytes');
        assert.equal(Buffer.byteLength(memory), memory.length);
      }),
    );
  });

  it('keeps the newest, and never takes more than it may', () => {
    let memory = '';
    for (let number = 0; number < 5_000; number += 1) {
      memory = rememberPaid(memory, paidSaleOf(number), LIMIT);
      assert.ok(memory.length <= LIMIT);
      const oldest = Number(/order-(\d+);/.exec(memory)?.[1]);
      assert.ok(oldest === 0 || memory.length > (LIMIT * 3) / 4, 'it forgets without need');
      assert.equal(memory.split(';').length - 1, number - oldest + 1, 'a hole');
    }
    assert.match(memory, /^\d{14},s/);
  });

  it('holds eight thousand orders with the longest plain numbers in what a journal of 4 MiB has for them', () => {
    let memory = '';
    let number = 0;
    const next = (): Sale => paidSaleOf(number, `${number}`.padStart(64, 'x'));
    for (; number < 20_000; number += 1) memory = rememberPaid(memory, next(), 1024 * 1024);
    assert.ok(memory.split(';').length - 1 >= 8_000, `${memory.split(';').length}`);
  });
});
