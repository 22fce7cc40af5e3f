import assert from 'node:assert/strict';
import { createTypedBench, type TypedBench, typedSettings } from './typed-bench.js';

const START_MS = 3_000;

describe('the console of the bench', () => {
  const settings = typedSettings();

  function started(): TypedBench {
    const typed = createTypedBench(settings);
    assert.match(typed.type([], START_MS), /\[READY\] busy {2}paid {2}fault {4}Ready\n/);
    return typed;
  }

  function payments({ bench }: TypedBench) {
    return [...bench.kiosk.acquirer.ledger.payments()];
  }

  it('sells: amount, code, money, lamps and a receipt whose barcode holds the request id', () => {
    const typed = started();
    const sale = typed.type(['12.50 Cola'], 2_000);
    assert.match(sale, /^12:00:03 {2}sale {6}order-1 CNY 12\.50: open\n/);
    assert.match(sale, / ready \[BUSY\] paid {2}fault {4}Pay CNY 12\.50: show your payment code\n/);

    const paid = typed.type(['scan'], 5_000);
    const [payment] = payments(typed);
    assert.ok(payment);
    assert.match(paid, /scanner {3}reads 28…\d{4}\n/);
    assert.match(paid, /acquirer {2}takes CNY 12\.50 from the customer\n/);
    assert.match(paid, /\[READY\] busy \[PAID\] fault {4}Paid\. Thank you\n/);
    assert.match(paid, /│ Cola +│\n/);
    assert.match(paid, new RegExp(`CODE128 reads .*\\n +│ +${payment.paymentRequestId} +│\\n`));
    assert.ok(!typed.text().includes(payment.code), 'the payment code is nowhere whole');
    assert.match(typed.type([], 20_000), /\[READY\] busy {2}paid {2}fault {4}Ready\n/);
    assert.match(typed.type(['ledger'], 10), /the merchant has CNY 12\.50 of 1 payments/);
    assert.match(typed.type(['paper'], 10), new RegExp(payment.paymentRequestId));
  });

  it('does what is typed at once only when the terminal has started', () => {
    const typed = createTypedBench(settings);
    assert.match(typed.type(['8', 'scan'], 5_000), /order-1 CNY 8\.00: paid/);
  });

  it('shows what the acquirer refuses, and lets the customer cancel', () => {
    const typed = started();
    typed.type(['98.05'], 500);
    const refused = typed.type(['scan'], 2_000);
    assert.match(refused, /acquirer {2}refuses CNY 98\.05 \(\w+\)\n/);
    assert.match(refused, /order-1 CNY 98\.05: not paid \(\w+\), may try again/);
    assert.match(typed.type(['cancel'], 1_000), /order-1 CNY 98\.05: cancelled/);
    assert.match(typed.type(['ledger'], 10), /never charged\n {2}the merchant has CNY 0\.00 of 1 payments/);
  });

  it('reverses a charge that a power cut interrupted', () => {
    const typed = started();
    typed.type(['99.02', 'scan'], 2_000);
    assert.match(typed.text(), /takes CNY 99\.02/);
    const dark = typed.type(['power', 'lamps'], 5_000);
    assert.match(dark, /power {5}off;/);
    assert.match(dark, /terminal {3}ready {2}busy {2}paid {2}fault\n/);
    assert.match(typed.type(['12'], 100), /the host app got no answer: the terminal is off/);

    const back = typed.type(['power'], 5_000);
    assert.match(back, /order-1 CNY 99\.02: reversing \(powerLost\)/);
    assert.match(back, /gives CNY 99\.02 back to the customer/);
    assert.match(typed.type([], 120_000), /order-1 CNY 99\.02: reversed/);
    assert.match(typed.type(['queue'], 100), /cancelled +cancel of CNY 99\.02 +powerLost/);
  });

  it('restarts a process that ends by itself', () => {
    const typed = started();
    typed.bench.kiosk.flash.faults.io = true;
    assert.match(typed.type(['5', 'scan'], 1_000), /process ended \(exit 74\); the supervisor restarts it in 2 s/);
    typed.bench.kiosk.flash.faults.io = false;
    assert.match(typed.type([], 30_000), /\[READY\]/);
  });

  it('refunds, takes goods back, prints copies', () => {
    const typed = started();
    typed.type(['20', 'scan'], 5_000);
    assert.match(typed.type(['receipt'], 3_000), /\*\*\* COPY \*\*\*/);
    assert.match(typed.type(['refund 5'], 3_000), /gives CNY 5\.00 back to the customer/);
    assert.match(typed.type(['ledger'], 10), /SUCCESS: merchant has CNY 15\.00/);
    assert.match(typed.type(['receipt refund'], 3_000), /\*\*\* REFUND \*\*\*[\s\S]*Refund amount +CNY 5\.00/);
    typed.type(['30', 'scan'], 5_000);
    assert.match(typed.type(['goods failed'], 3_000), /gives CNY 30\.00 back to the customer/);
  });

  const hindrances: readonly (readonly [breaks: string, fault: RegExp, mends: string])[] = [
    ['unplug scanner', /scannerAbsent/, 'plug scanner'],
    ['unplug printer', /printerAbsent/, 'plug printer'],
    ['paper out', /printerPaperOut/, 'paper in'],
    ['cover open', /printerCoverOpen/, 'cover close'],
  ];
  for (const [breaks, fault, mends] of hindrances) {
    it(`has the terminal notice "${breaks}" and "${mends}"`, () => {
      const typed = started();
      assert.match(typed.type([breaks], 10_000), /\[FAULT\] {3}Out of service/);
      assert.match(typed.type(['status'], 100), fault);
      assert.match(typed.type(['7'], 100), /the host app is told: 503 .*cannot take payments/);
      assert.match(typed.type([mends], 30_000), /\[READY\] busy {2}paid {2}fault {4}Ready/);
    });
  }

  it('keeps a reversal while the network is unplugged, and sends it afterwards', () => {
    const typed = started();
    typed.type(['99.02', 'scan'], 2_000);
    typed.type(['unplug network'], 120_000);
    assert.match(typed.type(['queue', 'status'], 100), /open +cancel of CNY 99\.02[\s\S]*network {3}unplugged/);
    assert.match(
      typed.type(['plug network', 'retry'], 150_000),
      /gives CNY 99\.02 back[\s\S]*order-1 CNY 99\.02: reversed/,
    );
  });

  it('says that no code is read while no sale waits for one', () => {
    const typed = started();
    assert.match(typed.type(['scan hello'], 11_000), /did not read "hello": it looks only while a sale waits/);
    typed.type(['1'], 500);
    assert.match(typed.type(['scan hello'], 2_000), /reads "hello"[\s\S]*Not a payment code/);
  });

  it('says that no code is read while the scanner is unplugged', () => {
    const typed = started();
    const told = typed.type(['1', 'unplug scanner', 'scan'], 2_000);
    assert.match(told, /nothing reads it: the scanner is unplugged \(plug scanner\)/);
    assert.doesNotMatch(told, /scanner +reads/);
  });

  it('names a wrong field once', () => {
    const typed = started();
    typed.type(['2.50', 'scan'], 5_000);
    assert.match(typed.type(['refund 100'], 1_000), /the host app is told: 400 amount: a whole number/);
  });

  it('prints decisions and log lines only when asked to', () => {
    const typed = started();
    assert.doesNotMatch(typed.text(), /\n[\d:]+ {2}log /);
    const traced = typed.type(['trace on', '4', 'scan'], 4_000);
    assert.match(traced, /log {7}saleRequested → record saleStarted → effect answerCall/);
    assert.doesNotMatch(typed.type(['trace off', '5'], 2_000), / log /);
    for (const { code } of payments(typed)) assert.ok(!typed.text().includes(code));
  });

  it('waits where a script says so', () => {
    const typed = started();
    const told = typed.type(
      ['3', 'scan', 'wait', 'lamps', '99.05', 'wait 1', 'scan', 'wait 2', 'power', 'quit'],
      10_000,
    );
    const order = [/order-1 CNY 3\.00: paid/, /cuts a receipt/, /order-2/, /confirm on your phone/, /power {5}off/];
    assert.deepEqual(
      order.map((one) => told.search(one)).toSorted((a, b) => a - b),
      order.map((one) => told.search(one)),
    );
    assert.ok(order.every((one) => one.test(told)));
    assert.equal(typed.quits(), 1);
  });

  it('does not count a payment as finished while nobody answers or the customer has to confirm', () => {
    for (const amount of ['99.02', '99.05']) {
      const told = started().type([amount, 'scan', 'wait', 'help'], 30_000);
      assert.match(told, /: paid\n[\s\S]*cuts a receipt[\s\S]*This console/, amount);
    }
  });

  it('does not run what was typed after quit', () => {
    const typed = started();
    assert.equal(typed.type(['wait 1', 'quit', '5'], 3_000), '');
    assert.equal(typed.quits(), 1);
  });

  const wrong: readonly (readonly [line: string, answer: RegExp])[] = [
    ['dance', /there is no "dance"; "help" shows/],
    ['__proto__', /there is no "__proto__"/],
    ['12.505', /"12\.505" is no amount in CNY/],
    ['0', /"0" is no amount/],
    ['0,00', /"0,00" is no amount/],
    ['1e5', /"1e5" is no amount/],
    ['99999999999999999', /is no amount/],
    ['refund much', /"much" is no amount/],
    ['cancel', /there is no sale yet/],
    ['retry', /no reversal waits/],
    ['plug toaster', /type "plug scanner" or "plug printer" or "plug network"/],
    ['paper blue', /type "paper", "paper out" or "paper in"/],
    ['scan caf\u00e9', /plain ASCII/],
    ['wait long', /type "wait"/],
    ['wait -1', /type "wait"/],
    ['magic trick', /type "magic"/],
    ['x'.repeat(2_000), /too much/],
  ];
  it('says what is wrong with a line, and goes on', () => {
    const typed = started();
    for (const [line, answer] of wrong) assert.match(typed.type([line], 10), answer, line);
    assert.match(typed.type(['2', 'scan'], 5_000), /order-1 CNY 2\.00: paid/);
  });

  it('helps with every command, and completes them', () => {
    const typed = started();
    const help = typed.type(['help'], 10);
    for (const name of ['12.50 [TEXT]', 'scan', 'cancel', 'power', 'magic', 'trace', 'wait', 'quit']) {
      assert.ok(help.includes(`\n  ${name}`), name);
    }
    for (const line of help.trim().split('\n')) assert.ok(line.length <= 120, line);
    assert.match(typed.type(['magic'], 10), /99\.02 {2}pay is never answered, but the money is charged/);
  });

  it('speaks the language and the currency that are configured', () => {
    const typed = createTypedBench(typedSettings({ LOCALE: 'zh-CN', CURRENCY: 'JPY', PRINTER_COLUMNS: '32' }));
    const told = typed.type(['1200', 'scan'], 12_000);
    assert.match(told, /请出示付款码支付 JPY 1200/);
    assert.match(told, /takes JPY 1200 from the customer/);
    assert.match(told, /│ 金额 +JPY 1200 +│/);
    assert.match(typed.type(['12.50'], 10), /"12\.50" is no amount in JPY/);
  });

  it('prints the same from the same seed', () => {
    const story = (seed: number): string => {
      const typed = createTypedBench(settings, seed);
      typed.type(['98.01', 'scan', 'wait', 'cancel', '6', 'scan', 'wait', 'ledger'], 60_000);
      return typed.text();
    };
    assert.equal(story(5), story(5));
    assert.notEqual(story(5), story(6));
  });
});
