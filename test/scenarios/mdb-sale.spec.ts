import assert from 'node:assert/strict';
import { planForCode } from '../../hw-sim/acquirer/payment-plan.js';
import { SIMULATED_WIRING } from '../../hw-sim/simulated-wiring.js';
import { createEquippedKiosk, type EquippedKiosk } from '../support/equipped-kiosk.js';

const MACHINE = {
  SALE_MODE: 'mdb',
  VEND: 'mdb',
  MDB_PORT: SIMULATED_WIRING.mdbPort,
  VEND_TIMEOUT_MS: '20000',
  KEYPAD: 'sim',
  PANEL: 'sim',
  CODE_WAIT_MS: '30000',
};
const PASSWORD = { answer: { code: 'PAYMENT_IN_PROCESS' }, fate: { kind: 'succeeds', afterMs: 30_000 } } as const;
const ADAPTER_MS = 100;
/** Goods that were approved move on, whatever the terminal and its cable do. */
const MOTOR_MS = 3_000;

describe('a sale at a vending machine that asks, in the simulated world', () => {
  let box: EquippedKiosk;

  const machineKiosk = (env: Readonly<Record<string, string>> = {}): EquippedKiosk => {
    box = createEquippedKiosk({ ...MACHINE, ...env });
    return box;
  };

  /** A customer presses a button of the machine. */
  function choose(item = '12', price = '2.50'): void {
    box.devices.machine.choose(item, price);
    box.pass(ADAPTER_MS);
  }

  /** Chooses and pays, until the machine has our yes. */
  function chooseAndPay(): void {
    choose();
    box.showCode();
    box.reaches('vending');
    box.pass(ADAPTER_MS);
  }

  /** The machine takes a new choice, and the terminal sells it. */
  function sellsAgain(): void {
    box.getsReady();
    box.pass(MOTOR_MS);
    choose('1', '1.00');
    assert.equal(box.display(), 'Pay CNY 1.00: show your payment code');
    box.showCode();
    box.reaches('settled');
    assert.equal(box.devices.machine.fallen.at(-1)?.item, '1');
  }

  afterEach(() => assert.equal(box.devices.machine.wrongApprovals(), 0, 'approved what nobody asked for'));

  it('goes from the button to the goods and the receipt', () => {
    machineKiosk();
    const { machine, panel } = box.devices;
    assert.equal(box.display(), 'Choose your item at the machine');
    choose();
    assert.deepEqual([box.display(), panel.lit()], ['Pay CNY 2.50: show your payment code', ['busy']]);
    assert.deepEqual([box.sale().channel, box.sale().amount.value], ['12', '250']);
    box.showCode();
    box.reaches('vending');
    assert.deepEqual([box.display(), machine.fallen], ['Paid. Your goods are coming', []]);
    box.reaches('settled');
    box.pass(8_000);
    assert.deepEqual([machine.fallen, box.moneyKept()], [[{ item: '12', price: '2.50' }], 250]);
    assert.match(box.receipts()[0] ?? '', /Amount +CNY 2\.50/);
    assert.equal(machine.refusals(), 0);
    sellsAgain();
  });

  it('is reversed when the machine reports that it failed', () => {
    machineKiosk();
    box.devices.machine.jam();
    chooseAndPay();
    box.reaches('reversing');
    assert.equal(box.display(), 'Sorry, we could not deliver. Your money will be returned');
    box.reaches('reversed');
    assert.deepEqual([box.sale().endCode, box.moneyKept(), box.devices.machine.fallen], ['vendFailed', 0, []]);
    assert.deepEqual(box.receipts(), []);
    sellsAgain();
  });

  describe('whose machine says more than its outcome', () => {
    const say = (...lines: readonly string[]): void => {
      for (const one of lines) box.devices.machinePort.disturb(Buffer.from(`${one}\r\n`, 'latin1'));
    };
    const vending = (env: Readonly<Record<string, string>> = {}): void => {
      machineKiosk(env);
      box.devices.machine.dawdle(600_000);
      chooseAndPay();
    };

    it('is paid where it reports that it is idle, and 50 ms later that it vended', () => {
      vending();
      say('c,STATUS,IDLE');
      box.pass(50);
      assert.equal(box.sale().state, 'vending');
      say('c,VEND,SUCCESS', 'c,VEND,SUCCESS');
      box.pass(10_000);
      assert.deepEqual([box.sale().state, box.moneyKept(), box.alarms], ['settled', 250, []]);
    });

    it('is unknown three seconds after it is idle without a report', () => {
      vending();
      say('c,STATUS,IDLE');
      box.pass(2_500);
      assert.equal(box.sale().state, 'vending');
      box.reaches('reversed', 3_000);
      assert.equal(box.sale().endCode, 'vendUnknown');
    });

    it('alarms with the sale where the machine reports a failure afterwards, and leaves it to a person', () => {
      vending();
      say('c,VEND,SUCCESS', 'c,ERR,"VEND 3"', 'c,ERR,"VEND 3"');
      box.pass(60_000);
      assert.deepEqual([box.sale().state, box.moneyKept()], ['settled', 250]);
      assert.deepEqual([box.alarms, box.alarmDetails], [['vendContradicts'], [box.sale().saleId]]);
    });

    for (const [how, lines, endCode, first] of [
      ['failed', ['c,ERR,"VEND 3"'], 'vendFailed', []],
      ['is at rest', ['c,STATUS,IDLE'], 'vendUnknown', ['vendUnknown']],
    ] as const) {
      it(`alarms with the sale where the machine reports the goods after it ${how}`, () => {
        vending();
        say(...lines);
        box.reaches('reversed');
        say('c,VEND,SUCCESS', 'c,VEND,SUCCESS');
        box.pass(10_000);
        assert.deepEqual([box.sale().state, box.sale().endCode, box.moneyKept()], ['reversed', endCode, 0]);
        assert.deepEqual(box.alarms, [...first, 'vendContradicts']);
        assert.equal(box.alarmDetails.at(-1), box.sale().saleId);
      });
    }

    it('alarms with the most likely sale where the report comes after a restart', () => {
      vending();
      box.kiosk.cutPower();
      box.pass(1_000);
      box.kiosk.powerOn();
      box.getsReady();
      say('c,VEND,SUCCESS');
      box.pass(1_000);
      assert.equal(box.alarms.at(-1), 'droppedLate');
      assert.ok(box.alarmDetails.at(-1)?.includes(box.sale().saleId));
    });

    it('alarms with the sale where the failure is reported after a restart', () => {
      vending();
      say('c,VEND,SUCCESS');
      box.reaches('settled');
      box.kiosk.cutPower();
      box.pass(1_000);
      box.kiosk.powerOn();
      box.getsReady();
      say('c,ERR,"VEND 3"', 'c,ERR,"VEND 3"');
      box.pass(1_000);
      assert.deepEqual([box.alarms, box.alarmDetails], [['vendContradicts'], [box.sale().saleId]]);
    });

    it('keeps waiting where it reports again that the reader is enabled, before the code is shown', () => {
      machineKiosk();
      choose();
      say('c,STATUS,ENABLED');
      box.pass(5_000);
      assert.equal(box.sale().state, 'awaitingCode');
      box.showCode();
      box.reaches('settled');
      assert.equal(box.sales().length, 1);
    });
  });

  it('is still possible at a machine that asks all the time: only a few requests a second are decided and written', () => {
    machineKiosk();
    const { world } = box.kiosk;
    const store = () => JSON.parse(box.kiosk.api('GET', '/v1/status')?.body ?? '{}').store;
    const before = store();
    for (let at = 0; at < 16_000; at += 10) {
      world.after(at, () => box.devices.machinePort.disturb(Buffer.from(`c,STATUS,VEND,1.50,${at}\r\n`)));
    }
    box.pass(20_000);
    assert.ok(box.sales().length > 16 && box.sales().length <= 60, `${box.sales().length} sales of 1600 choices`);
    const after = store();
    assert.ok(after.sequence - before.sequence <= 20, `${after.sequence - before.sequence} commits`);
    const status = JSON.parse(box.kiosk.api('GET', '/v1/status')?.body ?? '{}');
    assert.deepEqual(status.warnings, ['vendBabbles']);
    assert.ok(status.devices.vend.refused.tooMany > 1_000);
    box.devices.machinePort.disturb(Buffer.from('c,STATUS,IDLE\r\n'));
    box.pass(2_000);
    sellsAgain();
  });

  it('is refused with a warning where the price does not fit the currency', () => {
    machineKiosk();
    for (const asked of ['1.505,12', '1,50', '1,50,12']) {
      box.devices.machinePort.disturb(Buffer.from(`c,STATUS,VEND,${asked}\r\n`));
      box.pass(500);
    }
    assert.deepEqual([box.sales(), box.display()], [[], 'Payment is not available right now']);
    const status = JSON.parse(box.kiosk.api('GET', '/v1/status')?.body ?? '{}');
    assert.deepEqual(status.warnings, ['vendPrices']);
    assert.match(status.faults[0].meaning, /do not fit CURRENCY: check its decimals/);
    assert.deepEqual([status.devices.vend.refused, status.devices.vend.lastRefused], [{ price: 3 }, 'price']);
    assert.match(
      box.kiosk.api('GET', '/metrics')?.body ?? '',
      /refused_inputs_total\{device="vend",reason="price"\} 3\n/,
    );
    sellsAgain();
  });

  it('is cancelled when the customer gives up at the machine before paying', () => {
    machineKiosk();
    choose();
    box.devices.machine.giveUp();
    box.pass(ADAPTER_MS);
    assert.deepEqual([box.sale().state, box.display()], ['cancelled', 'Cancelled. Nothing was charged']);
    assert.deepEqual([...box.kiosk.acquirer.ledger.payments()], []);
    sellsAgain();
  });

  it('is reversed when the machine gives up while the wallet asks for a password', () => {
    machineKiosk();
    box.kiosk.acquirer.plans.planNext(PASSWORD);
    choose();
    box.showCode();
    box.reaches('inquiring');
    box.devices.machine.giveUp();
    box.reaches('reversed');
    box.pass(120_000);
    assert.deepEqual([box.moneyKept(), box.devices.machine.fallen], [0, []]);
    sellsAgain();
  });

  it('releases the machine when nobody pays, when the wallet declines, and when the customer cancels by key', () => {
    machineKiosk();
    choose();
    box.reaches('cancelled', 31_000);
    box.pass(ADAPTER_MS);
    assert.equal(box.devices.machine.refusals(), 1);

    box.kiosk.acquirer.plans.planNext(planForCode('RISK_REJECT'));
    choose();
    box.showCode();
    box.reaches('declined');
    box.pass(ADAPTER_MS);
    assert.equal(box.devices.machine.refusals(), 2);

    choose();
    box.press('*');
    assert.equal(box.sale().state, 'cancelled');
    box.pass(ADAPTER_MS);
    assert.equal(box.devices.machine.refusals(), 3);
    assert.equal(box.moneyKept(), 0);
    sellsAgain();
  });

  it('is refused at the machine, with a text for the customer, while the box is not ready', () => {
    machineKiosk();
    const { machine, panel } = box.devices;
    panel.openDoor();
    box.pass(1_000);
    choose();
    assert.deepEqual([machine.refusals(), box.sales()], [1, []]);
    assert.equal(box.display(), 'Payment is not available right now');
    panel.closeDoor();
    sellsAgain();
  });

  const BREAKS: readonly (readonly [how: string, act: () => void, repair: () => void])[] = [
    ['the machine resets', () => box.devices.machine.machinePower(false), () => box.devices.machine.machinePower(true)],
    ['the adapter hangs', () => box.devices.machine.hang(true), () => box.devices.machine.hang(false)],
    ['the cable is pulled', () => box.devices.machinePort.unplug(), () => box.devices.machinePort.plug()],
  ];
  for (const [how, act, repair] of BREAKS) {
    it(`is refunded by default when ${how} after the approval, with an alarm`, () => {
      machineKiosk();
      chooseAndPay();
      act();
      box.reaches('reversed');
      assert.deepEqual([box.sale().endCode, box.moneyKept()], ['vendUnknown', 0]);
      assert.ok(box.alarms.includes('vendUnknown'));
      assert.equal(box.display().includes('Paid'), false);
      repair();
      sellsAgain();
    });
  }

  it('is kept when the machine resets after the approval, with VEND_UNKNOWN=keep', () => {
    machineKiosk({ VEND_UNKNOWN: 'keep' });
    chooseAndPay();
    box.devices.machine.machinePower(false);
    box.reaches('settled');
    assert.deepEqual([box.moneyKept(), box.alarms], [250, ['vendUnknown']]);
  });

  it('raises its alarm even if the power fails with the write that keeps it', () => {
    const { kiosk } = machineKiosk({ VEND_UNKNOWN: 'keep' });
    chooseAndPay();
    box.devices.machine.machinePower(false);
    assert.ok(kiosk.runUntil(() => kiosk.flash.unflushedSectors() > 0, 60_000));
    assert.deepEqual(box.alarms, []);
    kiosk.cutPower({ fate: () => 'new', collateral: 'none' });
    kiosk.powerOn();
    box.pass(10_000);
    const { saleId, state } = box.sale();
    assert.deepEqual([state, box.moneyKept(), box.alarms], ['settled', 250, ['vendUnknown']]);
    assert.equal(JSON.parse(kiosk.api('GET', `/v1/sales/${saleId}`)?.body ?? '{}').goodsUnknown, true);
  });

  it('waits for a person when the machine resets after the approval, with VEND_UNKNOWN=operator', () => {
    machineKiosk({ VEND_UNKNOWN: 'operator' });
    chooseAndPay();
    box.devices.machine.machinePower(false);
    box.pass(600_000);
    assert.deepEqual([box.sale().state, box.moneyKept()], ['reversing', 250]);
  });

  it('is reversed after a power cut while the machine vends', () => {
    machineKiosk();
    chooseAndPay();
    box.kiosk.cutPower();
    box.pass(2_000);
    box.kiosk.powerOn();
    box.getsReady();
    box.reaches('reversed');
    assert.deepEqual([box.sale().endCode, box.moneyKept()], ['vendUnknown', 0]);
    sellsAgain();
  });

  it('releases the machine after a power cut while it waited for a payment', () => {
    machineKiosk();
    choose();
    box.kiosk.cutPower();
    box.pass(2_000);
    box.kiosk.powerOn();
    sellsAgain();
  });

  it('of the next choice works although flash is slow to record the end of the one before', () => {
    machineKiosk();
    box.kiosk.acquirer.plans.planNext(PASSWORD);
    choose('12', '2.50');
    box.showCode();
    box.reaches('inquiring');
    box.kiosk.flash.faults.syncMs = 2_000;
    box.devices.machine.giveUp();
    box.pass(ADAPTER_MS);
    choose('13', '2.50');
    assert.equal(box.sale().channel, '12', 'the end of the first sale is not durable yet');
    box.pass(3_000);
    box.kiosk.flash.faults.syncMs = 1;
    assert.deepEqual([box.sale().channel, box.sale().state], ['13', 'awaitingCode']);
    box.showCode();
    box.reaches('settled');
    assert.deepEqual([box.devices.machine.fallen.map(({ item }) => item), box.devices.machine.refusals()], [['13'], 0]);
    box.pass(120_000);
    assert.equal(box.moneyKept(), 250);
  });

  it('cannot be started by the host app: it would be charged and never vended', () => {
    machineKiosk();
    const refused = box.kiosk.api('POST', '/v1/sales', { orderId: 'o1', amount: { currency: 'CNY', value: '300' } });
    assert.equal(refused?.status, 409);
    assert.equal(JSON.parse(refused.body).error.code, 'machineSells');
    assert.deepEqual(box.sales(), []);
  });

  it('does not start while the machine is missing', () => {
    machineKiosk();
    box.devices.machine.machinePower(false);
    box.pass(1_000);
    assert.deepEqual([box.display(), box.devices.panel.lit().includes('ready')], ['Out of service', false]);
    box.devices.machine.machinePower(true);
    sellsAgain();
  });
});
