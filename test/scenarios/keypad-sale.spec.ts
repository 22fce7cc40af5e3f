import assert from 'node:assert/strict';
import { createEquippedKiosk, type EquippedKiosk } from '../support/equipped-kiosk.js';

const EQUIPPED = { KEYPAD: 'sim', VEND: 'sim', PANEL: 'sim', VEND_TIMEOUT_MS: '5000' };
const AMOUNT = { ...EQUIPPED, SALE_MODE: 'amount' };
const SELECTION = { ...EQUIPPED, SALE_MODE: 'selection', CATALOG_FILE: '/data/catalog.csv' };
const FILES = { '/data/catalog.csv': 'slot,name,price,channel\n05,Cola,4.50,2\n12,"Tea, green",3,3\n' };

/** After a start the first keys may be the rest of a number that began in the dark. */
const PAUSE_MS = 2_000;

const amountKiosk = (seed = 1): EquippedKiosk => paused(createEquippedKiosk(AMOUNT, { seed }));
const selectionKiosk = (env: Readonly<Record<string, string>> = {}): EquippedKiosk =>
  paused(createEquippedKiosk({ ...SELECTION, ...env }, { files: FILES }));

function paused(box: EquippedKiosk): EquippedKiosk {
  box.pass(PAUSE_MS);
  return box;
}

const PASSWORD = { answer: { code: 'PAYMENT_IN_PROCESS' }, fate: { kind: 'succeeds', afterMs: 30_000 } } as const;

describe('a sale by keys, in the simulated world', () => {
  describe('of an amount', () => {
    it('goes from the first key to goods and receipt, with a text for the customer at every step', () => {
      const box = amountKiosk();
      const { panel, vend } = box.devices;
      assert.equal(box.display(), 'Enter the amount, then #');
      assert.deepEqual(panel.lit(), ['ready']);
      box.press('1250');
      assert.equal(box.display(), 'Enter the amount, then # 12.50');
      box.press('#');
      assert.equal(box.display(), 'Pay CNY 12.50: show your payment code');
      assert.deepEqual(panel.lit(), ['busy']);
      box.showCode();
      box.reaches('vending');
      assert.equal(box.display(), 'Paid. Your goods are coming');
      assert.deepEqual(panel.lit(), ['busy', 'paid']);
      assert.deepEqual(vend.fallen, []);
      box.reaches('settled');
      assert.equal(box.display(), 'Paid. Thank you');
      box.pass(8_000);
      assert.deepEqual([box.display(), panel.lit()], ['Enter the amount, then #', ['ready']]);
      assert.deepEqual([vend.fallen, box.moneyKept()], [[0], 1250]);
      const [receipt = '', ...more] = box.receipts();
      assert.match(receipt, /Amount +CNY 12\.50/);
      assert.ok(receipt.replace(/\s/g, '').includes(box.sale().attempts[0]?.paymentRequestId ?? 'no attempt'));
      assert.deepEqual(more, []);
      assert.equal(box.sale().receipt, 'printed');
    });

    it('counts every key once, however its contacts bounce', () => {
      for (let seed = 1; seed <= 12; seed += 1) {
        const box = amountKiosk(seed);
        box.press('1122330');
        assert.equal(box.display(), 'Enter the amount, then # 11223.30', `seed ${seed}`);
      }
    });

    it('sells nothing of a number that was being typed when the box started', () => {
      const box = createEquippedKiosk(AMOUNT);
      box.press('52#');
      assert.deepEqual(box.sales(), []);
      box.press('1250#');
      assert.equal(box.sale().amount.value, '1250');
    });

    it('accepts fast typing: each key goes down before the last one is up', () => {
      const box = amountKiosk();
      for (const key of '1250#') {
        box.devices.keypad.tap(key, 110);
        box.pass(80);
      }
      box.pass(300);
      assert.equal(box.sale().amount.value, '1250');
    });

    it('sells nothing of what was typed with too many keys down, and says so with a beep', () => {
      const box = amountKiosk();
      const { keypad, panel } = box.devices;
      for (const key of '1250#') {
        keypad.tap(key, 300);
        box.pass(80);
      }
      box.pass(1_000);
      assert.deepEqual([box.sales(), box.display()], [[], 'Please start again, one key after the other']);
      assert.ok(panel.beepsMs.length >= 3, `${panel.beepsMs}`);
      box.press('#');
      assert.deepEqual(box.sales(), [], 'nor of the rest');
      box.press('1250#');
      assert.equal(box.sale().amount.value, '1250');
      const status = JSON.parse(box.kiosk.api('GET', '/v1/status')?.body ?? '{}');
      assert.equal(status.devices.keypad.lastRefused, 'keysTogether');
    });

    it('counts and reports codes that are no payment codes, whatever is added to them, and accepts the right one', () => {
      const box = amountKiosk();
      box.press('1250#');
      const shown = (text: string): void => {
        box.devices.scannerPort.disturb(Buffer.from(text, 'latin1'));
        box.pass(600);
      };
      shown(']Q2\\000026https://example.com/281234567890123456\r');
      assert.equal(box.display(), "Not a payment code. Show your wallet's payment code");
      shown(']Q2\\0000261281234567890123456\r');
      const { devices } = JSON.parse(box.kiosk.api('GET', '/v1/status')?.body ?? '{}');
      assert.deepEqual(
        [devices.scanner.refused, devices.scanner.lastRefused],
        [{ notAPaymentCode: 2 }, 'notAPaymentCode'],
      );
      assert.equal(JSON.stringify(devices).includes('281234567890123456'), false);
      shown(']Q2\\000026281234567890123456\r\n');
      assert.notEqual(box.sale().state, 'awaitingCode');
    });

    it('forgets what a customer typed who left', () => {
      const box = amountKiosk();
      box.press('99');
      box.pass(31_000);
      assert.equal(box.display(), 'Enter the amount, then #');
      box.press('5#');
      assert.equal(box.sale().amount.value, '5');
    });

    it('is cancelled by * before a code is shown, and nothing is charged', () => {
      const box = amountKiosk();
      box.press('1250#*');
      assert.deepEqual([box.sale().state, box.display()], ['cancelled', 'Cancelled. Nothing was charged']);
      box.pass(120_000);
      assert.deepEqual([...box.kiosk.acquirer.ledger.payments()], []);
    });

    it('is undone by * while the wallet asks for a password', () => {
      const box = amountKiosk();
      box.kiosk.acquirer.plans.planNext(PASSWORD);
      box.press('1250#');
      box.showCode();
      box.reaches('inquiring');
      box.press('*');
      assert.match(box.display(), /^Payment not completed/);
      box.reaches('reversed');
      box.pass(120_000);
      assert.deepEqual([box.moneyKept(), box.devices.vend.fallen], [0, []]);
    });

    it('returns the money when the goods get stuck, says so, and serves the next customer', () => {
      const box = amountKiosk();
      const { vend, panel } = box.devices;
      vend.jam(0);
      box.press('300#');
      box.showCode();
      box.reaches('reversing');
      assert.equal(box.display(), 'Sorry, we could not deliver. Your money will be returned');
      box.reaches('reversed');
      assert.deepEqual([box.moneyKept(), vend.fallen, box.receipts()], [0, [], []]);
      box.pass(8_000);
      assert.deepEqual(panel.beepsMs, [400, 120, 120, 120]);
      box.press('300#');
      box.showCode();
      box.reaches('settled');
      assert.deepEqual([box.moneyKept(), vend.fallen], [300, [0]]);
    });

    it('does not start while the door is open', () => {
      const box = amountKiosk();
      const { panel } = box.devices;
      box.press('12');
      panel.openDoor();
      box.pass(1_000);
      assert.equal(box.display(), 'Out of service');
      assert.deepEqual(box.kiosk.api('GET', '/v1/status')?.body.match(/"doorOpen"/)?.length, 1);
      box.press('5');
      assert.equal(box.display(), 'Payment is not available right now');
      box.press('#');
      assert.deepEqual(box.sales(), []);
      panel.closeDoor();
      box.getsReady();
      box.pass(8_000);
      assert.equal(box.display(), 'Enter the amount, then #', 'what was typed before is void');
    });

    it('is not charged when the door opens before the code is shown', () => {
      const box = amountKiosk();
      box.press('1250#');
      box.devices.panel.openDoor();
      box.pass(1_000);
      box.showCode();
      assert.equal(box.display(), 'Payment is not available right now');
      box.reaches('cancelled');
      assert.deepEqual([...box.kiosk.acquirer.ledger.payments()], []);
    });

    it('does not start without paper', () => {
      const box = amountKiosk();
      box.devices.printer.loadPaper(0);
      box.pass(10_000);
      box.press('5#');
      assert.deepEqual([box.display(), box.sales()], ['Payment is not available right now', []]);
      box.devices.printer.loadPaper();
      box.getsReady();
    });
  });

  describe('of an item', () => {
    it('shows name and price while it is typed, and releases the goods of its channel', () => {
      const box = selectionKiosk();
      assert.equal(box.display(), 'Enter the item number, then #');
      box.press('1');
      assert.equal(box.display(), 'Enter the item number, then # 1');
      box.press('2');
      assert.equal(box.display(), 'Tea, green, CNY 3.00. Press # to pay 12');
      box.press('#');
      assert.equal(box.display(), 'Pay CNY 3.00: show your payment code');
      box.showCode();
      box.reaches('settled');
      box.pass(8_000);
      assert.deepEqual([box.devices.vend.fallen, box.moneyKept()], [[2], 300]);
      assert.match(box.receipts()[0] ?? '', /^Tea, green$/m);
    });

    it('accepts a slot with or without its zeros', () => {
      for (const slot of ['05', '5']) {
        const box = selectionKiosk();
        box.press(`${slot}#`);
        assert.equal(box.sale().description, 'Cola');
        box.showCode();
        box.reaches('settled');
        assert.deepEqual(box.devices.vend.fallen, [1]);
      }
    });

    it('says that there is no such item', () => {
      const box = selectionKiosk();
      box.press('7#');
      assert.deepEqual([box.display(), box.sales()], ['There is no such item', []]);
      box.press('5');
      assert.equal(box.display(), 'Cola, CNY 4.50. Press # to pay 5');
    });

    it('speaks Chinese', () => {
      const box = selectionKiosk({ LOCALE: 'zh-CN' });
      const read = [box.display()];
      box.press('7#');
      read.push(box.display());
      box.press('05');
      read.push(box.display());
      box.press('#');
      read.push(box.display());
      assert.deepEqual(read, [
        '请输入商品编号，按 # 确认',
        '没有该商品',
        'Cola，CNY 4.50，按 # 付款 05',
        '请出示付款码支付 CNY 4.50',
      ]);
    });

    it('is reversed after a power cut while the goods move, and the box sells again', () => {
      const box = selectionKiosk();
      box.press('5#');
      box.showCode();
      box.reaches('vending');
      box.kiosk.cutPower();
      box.pass(1_000);
      box.kiosk.powerOn();
      box.getsReady();
      box.reaches('reversed');
      assert.deepEqual([box.sale().endCode, box.moneyKept(), box.alarms], ['vendUnknown', 0, ['vendUnknown']]);
      box.pass(PAUSE_MS);
      box.press('12#');
      assert.equal(box.sale().description, 'Tea, green');
    });

    it('may be started by the host app as well, for a channel that exists', () => {
      const box = selectionKiosk();
      const wish = (channel: string) => ({ orderId: 'o1', amount: { currency: 'CNY', value: '300' }, channel });
      const refused = box.kiosk.api('POST', '/v1/sales', wish('5'));
      assert.equal(refused?.status, 400);
      assert.deepEqual(JSON.parse(refused.body).error.field, 'channel');
      assert.match(JSON.parse(refused.body).error.message, /has to be 1 to 4/);
      assert.equal(box.kiosk.api('POST', '/v1/sales', wish('4'))?.status, 201);
      box.showCode();
      box.reaches('settled');
      assert.deepEqual(box.devices.vend.fallen, [3]);
    });
  });
});
