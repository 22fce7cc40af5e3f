import assert from 'node:assert/strict';
import { blocksSale, type DeviceName, FAULTS, type FaultCode } from '../../flows/faults.js';
import { readiness } from '../../flows/readiness.js';
import { view } from '../../flows/view.js';
import { cny, failure, paid, SILENCE, success, unclear, unsigned } from './builders.js';
import { createDrive, createReadyDrive, type Drive, startPaying, startSale } from './drive.js';

const probed = (
  drive: Drive,
  answer: Parameters<Drive['feed']>[0] & { type: 'probeAnswered' },
): readonly FaultCode[] => {
  drive.feed(answer);
  return readiness(drive.state).reasons;
};

describe('faults', () => {
  for (const [code, row] of Object.entries(FAULTS)) {
    it(`${code} has a meaning, an action, and a text for customers where it stops sales`, () => {
      assert.ok(row.meaning.length > 10 && row.operatorAction.length > 5);
      assert.equal(row.customerText === undefined, row.blocksSale === 'never');
    });
  }

  it('stop sales as configured where that depends on the configuration', () => {
    const strict = { printerRequired: true, scannerRequired: true };
    const lax = { printerRequired: false, scannerRequired: false };
    for (const [code, { blocksSale: rule }] of Object.entries(FAULTS) as [FaultCode, (typeof FAULTS)[FaultCode]][]) {
      assert.equal(blocksSale(code, strict), rule !== 'never');
      assert.equal(blocksSale(code, lax), rule === 'always');
    }
  });
});

describe('readiness', () => {
  it('needs the boot, a trusted clock and a valid answer of the acquirer', () => {
    const drive = createDrive();
    assert.deepEqual(readiness(drive.state).reasons, ['starting', 'clockUnconfirmed', 'acquirerUnknown']);
    drive.setClock({ trusted: false });
    drive.feed({ type: 'booted' });
    assert.deepEqual(readiness(drive.state).reasons, ['clockUnconfirmed', 'acquirerUnknown']);
    assert.deepEqual(probed(drive, { type: 'probeAnswered', answer: SILENCE }), [
      'clockUnconfirmed',
      'acquirerUnreachable',
    ]);
    const unsignedAnswer = unsigned(failure('ORDER_NOT_EXIST'));
    assert.deepEqual(probed(drive, { type: 'probeAnswered', answer: unsignedAnswer }), [
      'clockUnconfirmed',
      'acquirerUnverified',
    ]);
    const refused = unsigned(failure('INVALID_SIGNATURE'));
    assert.deepEqual(probed(drive, { type: 'probeAnswered', answer: refused }), [
      'clockUnconfirmed',
      'acquirerMisconfigured',
    ]);
    assert.deepEqual(probed(drive, { type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') }), [
      'clockUnconfirmed',
    ]);
    drive.setClock({ trusted: true });
    assert.deepEqual(probed(drive, { type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') }), []);
  });

  it('is needed to start a sale and to pay; refusals give the reasons', () => {
    const drive = createReadyDrive({ vend: 'host' });
    startSale(drive);
    drive.feed({ type: 'deviceChanged', device: 'printer', faults: ['printerPaperOut'] });
    const { saleId } = drive.sale();
    drive.feed({ type: 'codeGiven', callId: 'c', saleId, code: '288888888888888888' });
    const told = drive.lastSent('answerCall').answer;
    assert.deepEqual(told, { kind: 'notReady', reasons: ['printerPaperOut'] });
    assert.equal(view(drive.state).text, 'serviceUnavailable');
    assert.equal(drive.sale().state, 'awaitingCode');
    assert.deepEqual(drive.sent('sendPay'), []);
  });

  it('separates faults that stop sales from warnings, of every device, flash first', () => {
    const drive = createReadyDrive();
    const tell = (device: DeviceName, ...faults: FaultCode[]) => drive.feed({ type: 'deviceChanged', device, faults });
    tell('printer', 'printerPaperNearEnd', 'printerCoverOpen');
    tell('scanner', 'scannerSettings', 'scannerSilent');
    tell('flash', 'flashSlow');
    drive.feed({ type: 'doorChanged', open: true });
    assert.deepEqual(readiness(drive.state), {
      reasons: ['flashSlow', 'doorOpen', 'printerCoverOpen', 'scannerSilent'],
      warnings: ['printerPaperNearEnd', 'scannerSettings'],
    });
    tell('printer');
    assert.deepEqual(readiness(drive.state).warnings, ['scannerSettings']);
  });

  it('warns of reversals that need a person, and goes on selling', () => {
    const drive = createReadyDrive({ vend: 'host' });
    for (const order of ['a', 'b']) {
      const paymentRequestId = startPaying(drive, '1250', order);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.feed({ type: 'refundRequested', callId: 'c', saleId: drive.sale().saleId, refundId: order });
    }
    assert.deepEqual(readiness(drive.state), { reasons: [], warnings: [] });
    const { exchange, reversalId } = drive.lastSent('sendReversal');
    drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: failure('REFUND_WINDOW_EXCEED') });
    assert.deepEqual(readiness(drive.state), { reasons: [], warnings: ['reversalNeedsPerson'] });
  });

  it('is lost at the queue limit and comes back when the queue drains', () => {
    const drive = createReadyDrive({ vend: 'host', queueLimit: 1 });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: unclear('PAYMENT_IN_PROCESS') });
    drive.feed({ type: 'cancelRequested', callId: 'c', saleId: drive.sale().saleId });
    assert.deepEqual(readiness(drive.state).reasons, ['queueFull']);
    drive.feed({ type: 'saleRequested', callId: 'd', orderId: 'order-2', amount: cny('1') });
    assert.deepEqual(drive.lastSent('answerCall').answer, { kind: 'notReady', reasons: ['queueFull'] });
    const { exchange, reversalId } = drive.lastSent('sendReversal');
    drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: success() });
    assert.deepEqual(readiness(drive.state).reasons, []);
  });

  it('sends probes by itself: often while the acquirer does not answer, seldom while it does', () => {
    const drive = createReadyDrive();
    drive.wait(599_999);
    assert.equal(drive.sent('sendProbe').length, 1);
    drive.wait(1);
    drive.feed({ type: 'probeAnswered', answer: SILENCE });
    drive.wait(15_000);
    assert.equal(drive.sent('sendProbe').length, 3);
  });
});
