import assert from 'node:assert/strict';
import { view } from '../../flows/view.js';
import { CODE, cny, failure, paid, SILENCE } from './builders.js';
import { createDrive, createReadyDrive, startPaying, startSale } from './drive.js';
import { SITUATIONS, type Situation } from './situations.js';

describe('view', () => {
  /** Text, lamps that are lit, scanner; without the notice how the last sale ended. */
  const SHOWN: Readonly<Record<Situation, string>> = {
    noSale: 'enterAmount ready',
    awaitingCode: 'showCode busy scanner',
    paying: 'paying busy',
    inquiring: 'checkingPayment busy',
    inquiriesSpent: 'checkingPayment busy',
    approved: 'paid busy paid',
    vending: 'vending busy paid',
    settled: 'enterAmount ready',
    declined: 'enterAmount ready',
    cancelled: 'enterAmount ready',
    reversing: 'enterAmount ready',
    reversed: 'enterAmount ready',
    heldForPerson: 'enterAmount ready',
    typingAmount: 'enterAmount ready',
    typingSlot: 'itemChosen ready',
    machineAwaitingCode: 'showCode busy scanner',
    machinePaying: 'paying busy',
  };
  for (const [situation, expected] of Object.entries(SHOWN) as [Situation, string][]) {
    it(`${situation}: ${expected}`, () => {
      const { state } = SITUATIONS[situation]();
      const { notice: _, ...live } = state.live;
      const { text, lamps, scannerArmed } = view({ ...state, live });
      const lit = Object.entries(lamps).flatMap(([lamp, on]) => (on ? [lamp] : []));
      assert.equal([text, ...lit, ...(scannerArmed ? ['scanner'] : [])].join(' '), expected);
    });
  }

  const NOTICES: Readonly<Partial<Record<Situation, string>>> = {
    settled: 'paid',
    declined: 'declined',
    cancelled: 'cancelled',
    reversing: 'moneyGoesBack',
    heldForPerson: 'askOperator',
  };
  for (const [situation, expected] of Object.entries(NOTICES)) {
    it(`shows for a while how a sale ended as ${situation}`, () => {
      const drive = SITUATIONS[situation as Situation]();
      assert.deepEqual([view(drive.state).text, 'refusal' in view(drive.state)], [expected, expected !== 'paid']);
      drive.wait(7999);
      assert.equal(view(drive.state).text, expected);
      drive.wait(1);
      assert.deepEqual([view(drive.state).text, 'refusal' in view(drive.state)], ['enterAmount', false]);
    });
  }

  it('says that it is out of service, with the fault lamp lit, while its clock cannot be trusted', () => {
    const drive = createDrive();
    drive.setClock({ trusted: false });
    drive.feed({ type: 'booted' });
    assert.equal(view(drive.state).text, 'startingUp');
    drive.feed({ type: 'probeAnswered', answer: SILENCE });
    assert.equal(view(drive.state).text, 'noConnection');
    drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    const { text, lamps } = view(drive.state);
    assert.equal(text, 'outOfService');
    assert.deepEqual(lamps, { ready: false, busy: false, paid: false, fault: true });
  });

  it('shows customers the most serious reason why nothing is sold', () => {
    const drive = createDrive();
    drive.feed({ type: 'booted' });
    drive.feed({ type: 'deviceChanged', device: 'vend', faults: ['vendStarting'] });
    assert.equal(view(drive.state).text, 'startingUp');
    drive.feed({ type: 'probeAnswered', answer: SILENCE });
    assert.equal(view(drive.state).text, 'noConnection');
    drive.feed({ type: 'deviceChanged', device: 'printer', faults: ['printerPaperOut', 'printerPaperNearEnd'] });
    assert.equal(view(drive.state).text, 'outOfService');
  });

  it('shows the price while it asks for a code', () => {
    const drive = createReadyDrive();
    startSale(drive, '1250');
    assert.deepEqual(view(drive.state).values, { amount: 'CNY 12.50' });
  });

  const INVITED = {
    host: 'ready',
    amount: 'enterAmount',
    selection: 'enterSelection',
    mdb: 'chooseAtMachine',
  } as const;
  for (const [saleMode, text] of Object.entries(INVITED)) {
    it(`shows ${text} in sale mode ${saleMode} while it is free`, () => {
      assert.equal(view(createReadyDrive({ saleMode: saleMode as keyof typeof INVITED }).state).text, text);
    });
  }

  const TYPED: [currency: string, keys: string, shown: string][] = [
    ['CNY', '', ''],
    ['CNY', '1', '0.01'],
    ['CNY', '1250', '12.50'],
    ['CNY', '0007', '0.07'],
    ['CNY', '1234567', '12345.67'],
    ['JPY', '1250', '1250'],
    ['IDR', '15000', '15000.00'],
  ];
  for (const [currency, keys, shown] of TYPED) {
    it(`shows ${keys || 'nothing'} typed in ${currency} as ${shown || 'nothing'}`, () => {
      const catalog = { 1: { slot: '1', name: 'Tea', price: cny('300'), channel: '2' } };
      const drive = createReadyDrive({ saleMode: 'amount', currency, catalog });
      for (const key of keys) drive.feed({ type: 'keyPressed', key });
      assert.deepEqual([view(drive.state).text, view(drive.state).entry], ['enterAmount', shown]);
    });
  }

  it('shows name and price of the item typed, and only the digits where there is no such item', () => {
    const catalog = { 12: { slot: '12', name: 'Tea', price: cny('300'), channel: '2' } };
    const drive = createReadyDrive({ saleMode: 'selection', catalog });
    const shown = () => [view(drive.state).text, view(drive.state).entry, view(drive.state).values];
    drive.feed({ type: 'keyPressed', key: '1' });
    assert.deepEqual(shown(), ['enterSelection', '1', {}]);
    drive.feed({ type: 'keyPressed', key: '2' });
    assert.deepEqual(shown(), ['itemChosen', '12', { name: 'Tea', amount: 'CNY 3.00' }]);
    drive.feed({ type: 'keyPressed', key: '3' });
    assert.deepEqual(shown(), ['enterSelection', '123', {}]);
  });

  it('asks for a wallet code when something else was scanned, and stays armed', () => {
    const drive = createReadyDrive();
    startSale(drive);
    drive.feed({ type: 'codeScanned', code: '6901234567892' });
    assert.deepEqual([view(drive.state).text, view(drive.state).scannerArmed], ['notAPaymentCode', true]);
    drive.feed({ type: 'codeUnclear' });
    assert.equal(view(drive.state).text, 'oneCodeOnly');
    drive.feed({ type: 'codeScanned', code: CODE });
    assert.equal(view(drive.state).text, 'paying');
  });

  it('does not show the next customer the end of the sale before', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    const first = drive.sale().saleId;
    startSale(drive, '300', 'order-2');
    drive.feed({ type: 'deliveryReported', callId: 'c', saleId: first, ok: false });
    assert.equal(view(drive.state).text, 'showCode');
  });

  it('says why an attempt failed and asks again', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('EXPIRED_CODE') });
    assert.deepEqual([view(drive.state).text, view(drive.state).scannerArmed], ['codeExpired', true]);
    drive.wait(8000);
    assert.equal(view(drive.state).text, 'showCode');
  });
});
