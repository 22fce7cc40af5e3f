import assert from 'node:assert/strict';
import { type SaleState, saleOutcome } from '../../flows/sale.js';
import { CODE, cny, effectWords, failure, found, NOON_WALL_MS, paid, SILENCE } from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, expectStep, isBusy, startPaying, startSale } from './drive.js';
import { SITUATIONS } from './situations.js';

function ask(drive: Drive, orderId: string, amount: string) {
  return drive.feed({ type: 'saleRequested', callId: 'c', orderId, amount: cny(amount) });
}

describe('a sale', () => {
  it('goes from the order over code, payment and goods to the receipt', () => {
    const drive = createReadyDrive();
    expectStep(drive, ask(drive, 'order-1', '1250'), {
      sale: 'awaitingCode',
      records: 'saleStarted',
      effects: 'answer:sale/created',
    });
    assert.match(drive.sale().saleId, /^s20261123201530-\d{6}$/);
    assert.deepEqual(drive.sale(), {
      saleId: drive.sale().saleId,
      orderId: 'order-1',
      amount: cny('1250'),
      state: 'awaitingCode',
      attempts: [],
      receipt: 'none',
      seenMs: 0,
      startedAtWallMs: NOON_WALL_MS,
      updatedAtWallMs: NOON_WALL_MS,
    });
    expectStep(drive, drive.feed({ type: 'codeScanned', code: CODE }), {
      sale: 'paying',
      records: 'paymentStarted',
      effects: 'sendPay',
    });
    const { payment, ...request } = drive.lastSent('sendPay');
    const { paymentRequestId } = payment;
    assert.deepEqual(request, { type: 'sendPay', timeoutMs: 5000, code: CODE });
    assert.deepEqual(payment, {
      paymentRequestId,
      orderId: 'order-1',
      amount: cny('1250'),
      description: 'order-1',
      startedAtWallMs: NOON_WALL_MS,
      expiresAtWallMs: NOON_WALL_MS + 60_000,
      utcOffsetMinutes: 480,
    });
    expectStep(drive, drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250'), 'P77') }), {
      sale: 'vending',
      records: 'paymentApproved vendStarted',
      effects: 'startVend',
    });
    const { saleId } = drive.sale();
    assert.deepEqual(drive.lastSent('startVend'), { type: 'startVend', saleId, amount: cny('1250') });
    expectStep(drive, drive.feed({ type: 'vendFinished', saleId, outcome: 'yes' }), {
      sale: 'settled',
      records: 'saleSettled',
      effects: 'printReceipt',
    });
    const { receipt, ...printed } = drive.lastSent('printReceipt');
    assert.deepEqual(printed, { type: 'printReceipt', saleId });
    assert.deepEqual(receipt, {
      kind: 'sale',
      orderId: 'order-1',
      amount: cny('1250'),
      paymentRequestId,
      paymentId: 'P77',
      at: '2026-11-23 20:15:30',
      utcOffsetMinutes: 480,
    });
    expectStep(drive, drive.feed({ type: 'printFinished', saleId, outcome: 'printed' }), {
      sale: 'settled',
      records: 'receiptFinished',
      effects: '',
    });
  });

  const OUTCOMES: Readonly<Record<SaleState, string | undefined>> = {
    awaitingCode: undefined,
    paying: undefined,
    inquiring: undefined,
    approved: undefined,
    vending: undefined,
    settled: 'paid',
    declined: 'declined',
    cancelled: 'cancelled',
    reversing: undefined,
    reversed: 'reversed',
  };
  for (const [state, outcome] of Object.entries(OUTCOMES) as [SaleState, string | undefined][]) {
    it(`has ${outcome === undefined ? 'no outcome yet' : `the outcome ${outcome}`} while it is ${state}`, () => {
      assert.equal(saleOutcome(SITUATIONS[state]().sale()), outcome);
    });
  }

  it('is the same one when the host app repeats its order, and another order has to wait', () => {
    const drive = createReadyDrive();
    const { saleId } = startSale(drive, '1250', 'order-1');
    ask(drive, 'order-1', '1250');
    assert.deepEqual(drive.lastSent('answerCall').answer, { kind: 'sale', saleId, created: false });
    assert.equal(effectWords(ask(drive, 'order-1', '1300')), 'answer:conflict/saleOpen');
    assert.equal(effectWords(ask(drive, 'order-2', '1250')), 'answer:conflict/saleOpen');
    assert.equal(Object.keys(drive.state.book.sales).length, 1);
  });

  it("shows the host app's description to the acquirer and on the receipt", () => {
    const drive = createReadyDrive();
    const order = { callId: 'c', orderId: 'order-1', amount: cny('1250'), description: 'Coffee' };
    drive.feed({ type: 'saleRequested', ...order });
    drive.feed({ type: 'codeScanned', code: CODE });
    assert.deepEqual([drive.sale().description, drive.lastSent('sendPay').payment.description], ['Coffee', 'Coffee']);
    const { paymentRequestId } = drive.lastSent('sendPay').payment;
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'yes' });
    assert.equal(drive.lastSent('printReceipt').receipt.description, 'Coffee');
  });

  it('may be asked for again where the order was not paid', () => {
    const drive = createReadyDrive();
    const { saleId } = startSale(drive, '1250', 'order-1');
    drive.feed({ type: 'keyPressed', key: '*' });
    assert.equal(effectWords(ask(drive, 'order-1', '1250')), 'answer:sale/created');
    assert.notEqual(drive.sale().saleId, saleId);
  });

  it('is undone, refunded and printed with the attempt that succeeded or may have, not with one that failed', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const first = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId: first, answer: failure('EXPIRED_CODE') });
    drive.wait(1000);
    drive.feed({ type: 'codeScanned', code: CODE });
    const { paymentRequestId } = drive.lastSent('sendPay').payment;
    assert.notEqual(paymentRequestId, first);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    assert.equal(drive.lastSent('printReceipt').receipt.paymentRequestId, paymentRequestId);
    const { saleId } = drive.sale();
    drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'r1', amount: cny('250') });
    assert.equal(drive.reversal().paymentRequestId, paymentRequestId);
    drive.feed({ type: 'deliveryReported', callId: 'c', saleId, ok: false });
    assert.equal(drive.reversal().paymentRequestId, paymentRequestId);
  });

  it('is never charged again for an order that was paid, not even when the terminal is not ready', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    const { saleId } = drive.sale();
    drive.feed({ type: 'probeAnswered', answer: SILENCE });
    ask(drive, 'order-1', '1250');
    assert.deepEqual(drive.lastSent('answerCall').answer, { kind: 'sale', saleId, created: false });
    assert.equal(effectWords(ask(drive, 'order-1', '1300')), 'answer:conflict/orderPaid');
  });

  it('remembers a paid order across a power cut with a clock that starts in the past', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    drive.setClock({ trusted: false, aheadMs: -400 * 86_400_000 });
    drive.reboot();
    drive.setClock({ trusted: true, aheadMs: 0 });
    drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    startSale(drive, '300', 'order-2');
    drive.feed({ type: 'keyPressed', key: '*' });
    assert.equal(effectWords(ask(drive, 'order-1', '1250')), 'answer:sale');
  });

  for (const value of ['0', '-5', '1.5', '', '007', 'abc', '9'.repeat(17)]) {
    it(`does not start with the amount ${JSON.stringify(value)}`, () => {
      const drive = createReadyDrive();
      assert.equal(effectWords(ask(drive, 'order-1', value)), 'answer:invalid/amount');
      assert.equal(isBusy(drive), false);
    });
  }

  for (const [name, currency, amount] of [
    ['in another currency', 'CNY', { currency: 'JPY', value: '1250' }],
    ['with a part of a whole unit where the acquirer takes whole ones only', 'IDR', { currency: 'IDR', value: '1250' }],
  ] as const) {
    it(`does not start ${name}`, () => {
      const drive = createReadyDrive({ currency });
      const decision = drive.feed({ type: 'saleRequested', callId: 'c', orderId: 'o', amount });
      assert.equal(effectWords(decision), 'answer:invalid/amount');
    });
  }

  it('ends without a charge when no code comes in time', () => {
    const drive = createReadyDrive();
    startSale(drive);
    drive.wait(59_999);
    assert.equal(drive.sale().state, 'awaitingCode');
    drive.wait(1);
    assert.deepEqual([drive.sale().state, drive.sale().endCode], ['cancelled', 'noCode']);
    assert.deepEqual(drive.sent('sendReversal'), []);
  });

  it('is not ended by a timer that fires early', () => {
    const drive = createReadyDrive();
    startSale(drive);
    drive.wait(59_999);
    expectIgnored(drive.feed({ type: 'timerFired', timer: 'codeWait' }), 'the timer is not due');
    assert.equal(drive.sale().state, 'awaitingCode');
  });

  it('allows a new attempt with another id after one that surely failed, three at most', () => {
    const drive = createReadyDrive();
    startSale(drive);
    for (const left of [2, 1, 0]) {
      drive.wait(1000);
      drive.feed({ type: 'codeScanned', code: CODE });
      const { paymentRequestId } = drive.lastSent('sendPay').payment;
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('EXPIRED_CODE') });
      assert.equal(drive.sale().state, left === 0 ? 'declined' : 'awaitingCode');
    }
    const ids = drive.sale().attempts.map(({ paymentRequestId }) => paymentRequestId);
    assert.equal(new Set(ids).size, 3);
    assert.deepEqual(
      drive.sale().attempts.map(({ result, resultCode }) => [result, resultCode]),
      Array(3).fill(['F', 'EXPIRED_CODE']),
    );
  });

  it('gives the customer the whole time for a code again after a failed attempt', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.wait(4000);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('EXPIRED_CODE') });
    drive.wait(59_999);
    assert.equal(drive.sale().state, 'awaitingCode');
    drive.wait(1);
    assert.equal(drive.sale().state, 'cancelled');
  });

  it('ignores an answer to an attempt before the last', () => {
    const drive = createReadyDrive();
    const first = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId: first, answer: failure('EXPIRED_CODE') });
    drive.feed({ type: 'codeScanned', code: CODE });
    const late = drive.feed({ type: 'inquiryAnswered', paymentRequestId: first, answer: found('FAIL') });
    expectIgnored(late, 'late reply to an inquiry');
    assert.equal(drive.sale().state, 'paying');
  });

  it('makes one charge for one scan: the code is used once', () => {
    const drive = createReadyDrive();
    startPaying(drive);
    expectIgnored(drive.feed({ type: 'codeScanned', code: CODE }), 'no sale waits for a code');
    assert.equal(drive.sent('sendPay').length, 1);
  });

  it('starts at the keypad with an amount that is typed', () => {
    const drive = createReadyDrive({ saleMode: 'amount' });
    for (const key of '0012#') drive.feed({ type: 'keyPressed', key });
    assert.deepEqual([drive.sale().state, drive.sale().amount], ['awaitingCode', cny('12')]);
    drive.feed({ type: 'keyPressed', key: '*' });
    for (const key of '123*9999999#') drive.feed({ type: 'keyPressed', key });
    assert.deepEqual(drive.sale().amount, cny('9999999'));
  });

  it('does not start at the keypad in sale mode host, nor with nothing typed', () => {
    const host = createReadyDrive();
    expectIgnored(host.feed({ type: 'keyPressed', key: '1' }), 'keys do not start sales in this sale mode');
    const amount = createReadyDrive({ saleMode: 'amount' });
    for (const key of '0#') amount.feed({ type: 'keyPressed', key });
    assert.equal(isBusy(amount), false);
  });
});
