import assert from 'node:assert/strict';
import { view } from '../../flows/view.js';
import { CODE, cny, effectWords, failure, paid } from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, expectStep } from './drive.js';

const MACHINE = { saleMode: 'mdb', vend: 'device' } as const;

function ask(drive: Drive, selection = 1, value = '250', item = '12') {
  return drive.feed({ type: 'machineAsked', selection, amount: cny(value), item });
}

function refused(drive: Drive): number[] {
  return drive.sent('refuseSelection').map(({ selection }) => selection);
}

describe('a machine that asks', () => {
  it('starts a sale of its item, and gets its approval once that is paid', () => {
    const drive = createReadyDrive(MACHINE);
    expectStep(drive, ask(drive), { sale: 'awaitingCode', records: 'saleStarted', effects: '' });
    assert.deepEqual([drive.sale().amount, drive.sale().channel], [cny('250'), '12']);
    assert.match(drive.sale().orderId, /^m20261123201530-\d{4}$/);
    drive.feed({ type: 'codeScanned', code: CODE });
    const { paymentRequestId } = drive.lastSent('sendPay').payment;
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('250')) });
    const { channel, amount } = drive.lastSent('startVend');
    assert.deepEqual([channel, amount], ['12', cny('250')]);
    drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'yes' });
    assert.deepEqual([drive.sale().state, refused(drive)], ['settled', []]);
  });

  it('may have no number for its item', () => {
    const drive = createReadyDrive(MACHINE);
    ask(drive, 1, '250', '');
    assert.equal(drive.sale().channel, undefined);
  });

  it('is refused when the box is not ready, and the customer reads why', () => {
    const drive = createReadyDrive(MACHINE);
    drive.feed({ type: 'doorChanged', open: true });
    assert.equal(effectWords(ask(drive, 4)), 'refuseSelection');
    assert.deepEqual([refused(drive), view(drive.state).text], [[4], 'serviceUnavailable']);
  });

  it('is refused for an amount that cannot be paid', () => {
    const drive = createReadyDrive(MACHINE);
    for (const value of ['0', '', '007'])
      expectIgnored(ask(drive, 4, value), 'the machine asks for no amount that can be paid');
    assert.deepEqual(refused(drive), [4, 4, 4]);
  });

  const ENDS: [how: string, lead: (drive: Drive) => void][] = [
    ['the customer cancels', (drive) => drive.feed({ type: 'keyPressed', key: '*' })],
    ['no code is shown', (drive) => drive.wait(60_000)],
    [
      'the payment is declined',
      (drive) => {
        drive.feed({ type: 'codeScanned', code: CODE });
        const { paymentRequestId } = drive.lastSent('sendPay').payment;
        drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('RISK_REJECT') });
      },
    ],
    [
      'the payment stays unknown',
      (drive) => {
        drive.feed({ type: 'codeScanned', code: CODE });
        drive.wait(60_000);
      },
    ],
  ];
  for (const [how, lead] of ENDS) {
    it(`is refused, once, when ${how}`, () => {
      const drive = createReadyDrive(MACHINE);
      ask(drive, 9);
      lead(drive);
      drive.wait(600_000);
      assert.deepEqual(refused(drive), [9]);
      assert.deepEqual(drive.sent('startVend'), []);
    });
  }

  it('keeps waiting while the customer may try another code', () => {
    const drive = createReadyDrive(MACHINE);
    ask(drive);
    drive.feed({ type: 'codeScanned', code: CODE });
    const { paymentRequestId } = drive.lastSent('sendPay').payment;
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('EXPIRED_CODE') });
    assert.deepEqual([drive.sale().state, refused(drive)], ['awaitingCode', []]);
  });

  it('that gives up gets no answer; a payment under way is reversed', () => {
    const drive = createReadyDrive(MACHINE);
    ask(drive);
    drive.feed({ type: 'codeScanned', code: CODE });
    drive.feed({ type: 'machineGaveUp' });
    assert.deepEqual([drive.sale().state, drive.reversal().cause], ['reversing', 'customerCancelled']);
    assert.deepEqual(refused(drive), []);
  });

  it('that gives up when no sale is open changes nothing', () => {
    expectIgnored(createReadyDrive(MACHINE).feed({ type: 'machineGaveUp' }), 'nothing to cancel');
  });

  it('and asks for something else at once, gets a sale of that', () => {
    const drive = createReadyDrive(MACHINE);
    ask(drive, 1, '250', '12');
    drive.feed({ type: 'machineGaveUp' });
    ask(drive, 2, '300', '13');
    assert.deepEqual([drive.sale().amount, drive.sale().channel, refused(drive)], [cny('300'), '13', []]);
  });

  it('is the only one that starts sales', () => {
    const drive = createReadyDrive(MACHINE);
    drive.feed({ type: 'saleRequested', callId: 'c', orderId: 'o', amount: cny('250') });
    assert.equal(drive.news(), 'answer:conflict/machineSells');
  });
});
