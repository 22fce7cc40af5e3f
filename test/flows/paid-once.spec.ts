import assert from 'node:assert/strict';
import type { Event } from '../../flows/input.js';
import { cny, paid } from './builders.js';
import { createReadyDrive, type Drive, startPaying } from './drive.js';

function sell(drive: Drive, orderId: string): string {
  const paymentRequestId = startPaying(drive, '1250', orderId);
  drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
  return drive.sale().saleId;
}

function answerTo(drive: Drive, event: Event) {
  drive.feed(event);
  return drive.lastSent('answerCall').answer;
}

/** A paid order `a` whose sale is no longer kept. */
function forgotten(): { readonly drive: Drive; readonly saleId: string } {
  const drive = createReadyDrive({ vend: 'host', salesKept: 2 });
  const saleId = sell(drive, 'a');
  for (const order of ['b', 'c', 'd']) sell(drive, order);
  assert.equal(drive.state.book.sales[saleId], undefined);
  return { drive, saleId };
}

describe('an order that was paid', () => {
  for (const amount of ['1250', '1']) {
    it(`is not sold again for ${amount} after its sale has gone, and the answer names that sale`, () => {
      const { drive, saleId } = forgotten();
      const asked = { type: 'saleRequested', callId: 'again', orderId: 'a', amount: cny(amount) } as const;
      const order = { saleId, orderId: 'a', amount: cny('1250') };
      assert.deepEqual(answerTo(drive, asked), {
        kind: 'conflict',
        code: 'orderPaid',
        because: 'notKept',
        paid: order,
      });
      drive.reboot({ torn: true });
      drive.feed({ type: 'probeAnswered', answer: paid(cny('1')) });
      assert.deepEqual(answerTo(drive, asked), {
        kind: 'conflict',
        code: 'orderPaid',
        because: 'notKept',
        paid: order,
      });
    });
  }

  it('says of a refund, a copy and a delivery that the sale has gone, and where its money can go back', () => {
    const { drive, saleId } = forgotten();
    const gone = { kind: 'notFound', what: 'sale', paid: { saleId, orderId: 'a', amount: cny('1250') } };
    assert.deepEqual(answerTo(drive, { type: 'refundRequested', callId: 'r', saleId, refundId: 'r1' }), gone);
    assert.deepEqual(answerTo(drive, { type: 'receiptRequested', callId: 'p', saleId }), gone);
    assert.deepEqual(answerTo(drive, { type: 'deliveryReported', callId: 'd', saleId, ok: false }), gone);
    assert.deepEqual(answerTo(drive, { type: 'cancelRequested', callId: 'x', saleId }), gone);
    const never = { type: 'refundRequested', callId: 'n', saleId: 's2020', refundId: 'r2' } as const;
    assert.deepEqual(answerTo(drive, never), { kind: 'notFound', what: 'sale' });
  });

  it('sells an order that was not paid once more, also when its sale has gone', () => {
    const drive = createReadyDrive({ vend: 'host', salesKept: 1 });
    startPaying(drive, '1250', 'a');
    drive.feed({ type: 'keyPressed', key: '*' });
    const { reversalId } = drive.reversal();
    drive.feed({ type: 'reversalSettled', callId: 's', reversalId, by: 'Wang', note: '' });
    sell(drive, 'b');
    sell(drive, 'c');
    const asked = { type: 'saleRequested', callId: 'again', orderId: 'a', amount: cny('1250') } as const;
    assert.deepEqual(answerTo(drive, asked), { kind: 'sale', saleId: drive.sale().saleId, created: true });
  });
});
