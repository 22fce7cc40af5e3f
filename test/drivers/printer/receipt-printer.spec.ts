import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DeviceStatus, PrinterFault } from '../../../drivers/device-status.js';
import type { ReceiptDocument } from '../../../drivers/printer/receipt-document.js';
import {
  createReceiptPrinter,
  type PrintFault,
  type PrintOutcome,
  type ReceiptPrinterOptions,
} from '../../../drivers/printer/receipt-printer.js';
import { paperText } from '../../../hw-sim/devices/paper.js';
import {
  createReceiptPrinterModel,
  type ReceiptPrinterModel,
  type ReceiptPrinterModelOptions,
  USUAL_PRINTER,
} from '../../../hw-sim/devices/receipt-printer-model.js';
import { createSimSerial } from '../../../hw-sim/sim-serial.js';
import { createWorld } from '../../../hw-sim/world.js';
import { pass, testClock } from '../../support/test-clock.js';

const PATH = '/dev/ttyUSB0';
const BAUD = 19_200;

function receipt(name: string): ReceiptDocument {
  return {
    lines: [
      { kind: 'text', text: `begin ${name}`, align: 'centre', size: 'double' },
      { kind: 'pair', left: 'Amount', right: 'CNY 12.50' },
      { kind: 'code', payload: '202611232015300001234500012507', symbology: 'qr' },
      { kind: 'text', text: `end ${name}` },
      { kind: 'feed', lines: 2 },
    ],
  };
}

interface Answer {
  readonly name: string;
  readonly outcome: PrintOutcome;
  readonly why: PrintFault | undefined;
}

function bench(model: Partial<ReceiptPrinterModelOptions> = {}, options: Partial<ReceiptPrinterOptions> = {}) {
  const world = createWorld({ seed: 11, startWallMs: 0 });
  const serial = createSimSerial(world);
  let printer: ReceiptPrinterModel | undefined;
  const port = serial.attach(PATH, BAUD, (cable) => {
    printer = createReceiptPrinterModel(world, cable, { ...USUAL_PRINTER, ...model });
    return printer;
  });
  assert.ok(printer);
  const clock = testClock(world);
  const statuses: DeviceStatus<PrinterFault>[] = [];
  const driver = createReceiptPrinter(
    { clock, serial: serial.hostFor(clock) },
    { path: PATH, baud: BAUD, flowControl: 'none', columns: 48, charset: 'gbk', ...options },
    { statusChanged: (status) => statuses.push(status) },
  );
  const answers: Answer[] = [];
  const print = (name: string): void =>
    driver.print(receipt(name), (outcome, why) => answers.push({ name, outcome, why }));
  return { world, serial, port, printer, driver, statuses, answers, print };
}

function readyBench(...how: Parameters<typeof bench>): ReturnType<typeof bench> {
  const made = bench(...how);
  pass(made.world, 500);
  assert.equal(made.driver.status().state, 'ok');
  return made;
}

/** The names of the receipts that came out whole, one strip each; a strip with anything else shows its lines. */
function wholeReceipts(printer: ReceiptPrinterModel): string[] {
  return printer
    .receipts()
    .map((strip) => paperText(strip).filter((line) => line !== ''))
    .filter((lines) => lines.length > 0)
    .map((lines) => {
      const name = /begin (\w+)/.exec(lines[0] ?? '')?.[1];
      const whole =
        name !== undefined &&
        lines.at(-1) === `end ${name}` &&
        lines.filter((one) => /begin|end/.test(one)).length === 2;
      return whole ? name : lines.join(' / ');
    });
}

describe('receipt printer', () => {
  it('prints, cuts and confirms a receipt', () => {
    const { world, printer, answers, print } = readyBench();
    print('one');
    assert.deepEqual(answers, [], 'never answers inside the call');
    pass(world, 10_000);
    assert.deepEqual(answers, [{ name: 'one', outcome: 'printed', why: undefined }]);
    assert.deepEqual(wholeReceipts(printer), ['one']);
    assert.deepEqual(printer.unfinished(), []);
    assert.equal(printer.lostBytes(), 0);
  });

  it('does not say printed before the last line is on paper', () => {
    const { world, printer, answers, print } = readyBench();
    print('one');
    while (answers.length === 0 && world.nowMs() < 20_000) {
      world.advance();
      if (answers.length > 0) assert.deepEqual(wholeReceipts(printer), ['one']);
    }
    assert.equal(answers[0]?.outcome, 'printed');
  });

  it('prints receipts one after the other, each on its own strip', () => {
    const { world, printer, answers, print } = readyBench();
    for (const name of ['one', 'two', 'three']) print(name);
    pass(world, 30_000);
    assert.deepEqual(wholeReceipts(printer), ['one', 'two', 'three']);
    assert.deepEqual(
      answers.map((answer) => answer.outcome),
      ['printed', 'printed', 'printed'],
    );
  });

  it('takes a bounded number of receipts', () => {
    const { world, answers, print } = readyBench();
    for (let at = 0; at < 8; at += 1) print(`r${at}`);
    pass(world, 60_000);
    assert.equal(answers.filter((answer) => answer.why === 'printerQueueFull').length, 4);
    assert.equal(answers.filter((answer) => answer.outcome === 'printed').length, 4);
  });

  const dialects: [name: string, model: Partial<ReceiptPrinterModelOptions>][] = [
    ['that skips GS ( H', { processIds: 'skipped' }],
    ['that prints the parameters of GS ( H', { processIds: 'printed' }],
    ['that tells its status unasked', { automaticStatus: true }],
    ['with 58 mm paper', { widthDots: 384 }],
  ];
  for (const [name, model] of dialects) {
    it(`prints on a printer ${name}`, () => {
      const { world, printer, answers, print } = readyBench(model, model.widthDots === 384 ? { columns: 32 } : {});
      print('one');
      pass(world, 20_000);
      print('two');
      pass(world, 20_000);
      assert.deepEqual(
        answers.map((answer) => answer.outcome),
        ['printed', 'printed'],
      );
      assert.equal(wholeReceipts(printer).at(-1), 'two', 'at most the first receipt shows a trace of the probe');
    });
  }

  const faults: [name: string, act: (printer: ReceiptPrinterModel) => void, fault: PrinterFault][] = [
    ['paper is out', (printer) => printer.loadPaper(0), 'printerPaperOut'],
    ['the cover is open', (printer) => printer.openCover(), 'printerCoverOpen'],
    ['the head is too hot', (printer) => printer.overheat(true), 'printerOverheated'],
    ['it is broken', (printer) => printer.breakDown(), 'printerBroken'],
    ['it does not answer', (printer) => printer.hang(true), 'printerSilent'],
    ['it has no power', (printer) => printer.power(false), 'printerSilent'],
  ];
  for (const [name, act, fault] of faults) {
    it(`tells within 6 s that ${name}, and sends nothing`, () => {
      const { world, printer, driver, answers, print } = readyBench();
      act(printer);
      pass(world, 6_000);
      assert.deepEqual(driver.status().faults, [fault]);
      print('one');
      pass(world, 5_000);
      assert.deepEqual(answers, [{ name: 'one', outcome: 'failed', why: fault }]);
      assert.deepEqual(printer.tape(), []);
    });

    it(`never says printed, and keeps to one strip a receipt, when ${name} at any instant`, () => {
      for (let atMs = 0; atMs < 4_200; atMs += 150) {
        const { world, printer, answers, print } = readyBench();
        print('one');
        pass(world, atMs);
        const done = answers.length > 0;
        act(printer);
        pass(world, 60_000);
        assert.equal(answers.length, 1, `${atMs} ms`);
        const [answer] = answers;
        const whole = wholeReceipts(printer).includes('one') || paperText(printer.unfinished()).includes('end one');
        if (answer?.outcome === 'printed') assert.ok(whole, `${atMs} ms: printed, but not on paper`);
        if (answer?.outcome === 'failed') assert.deepEqual(printer.tape(), [], `${atMs} ms: failed, but on paper`);
        if (done) assert.equal(answer?.outcome, 'printed');
      }
    });
  }

  const TROUBLES: [
    act: (printer: ReceiptPrinterModel) => void,
    told: PrinterFault,
    withinMs: number,
    looked: number,
  ][] = [
    [(printer) => printer.loadPaper(10_000), 'printerPaperNearEnd', 9_500, 100],
    [(printer) => printer.openCover(), 'printerCoverOpen', 3_500, 100],
    [(printer) => printer.hang(true), 'printerSilent', 6_000, 3_000],
  ];
  it('tells soon after any instant that the paper ends soon, the cover is open or it hangs', () => {
    for (const [act, told, withinMs] of TROUBLES) {
      for (let afterMs = 0; afterMs < 9_500; afterMs += 150) {
        const { world, printer, driver } = readyBench();
        pass(world, afterMs);
        act(printer);
        pass(world, withinMs);
        const { faults, warnings } = driver.status();
        assert.deepEqual([...faults, ...warnings], [told], `${told} after ${afterMs} ms`);
      }
    }
  });

  it('tells it at once where somebody asks for it', () => {
    for (const [act, told, , withinMs] of TROUBLES) {
      for (let afterMs = 0; afterMs < 9_500; afterMs += 150) {
        const { world, printer, driver } = readyBench();
        pass(world, afterMs);
        act(printer);
        driver.look();
        pass(world, withinMs);
        const { faults, warnings } = driver.status();
        assert.deepEqual([...faults, ...warnings], [told], `${told} after ${afterMs} ms`);
      }
    }
  });

  it('asks a printer that is well every three seconds for one byte, and every third time for its whole condition', () => {
    const { world, printer } = readyBench();
    const asked: number[] = [];
    const { receive } = printer;
    printer.receive = (bytes) => {
      asked.push(bytes[2] ?? 0);
      receive(bytes);
    };
    pass(world, 28_000);
    assert.deepEqual(asked, [1, 1, 1, 2, 3, 4, 1, 1, 1, 2, 3, 4, 1, 1, 1, 2, 3, 4]);
  });

  it('warns of the near end of the paper and prints on', () => {
    const { world, printer, driver, answers, print } = readyBench();
    printer.loadPaper(15_000);
    pass(world, 10_000);
    assert.deepEqual(driver.status(), { state: 'ok', faults: [], warnings: ['printerPaperNearEnd'] });
    print('one');
    pass(world, 10_000);
    assert.equal(answers[0]?.outcome, 'printed');
  });

  it('reports a receipt that ran out of paper as unknown, and cuts its rest off the next one', () => {
    const { world, printer, driver, answers, print } = readyBench();
    printer.loadPaper(250);
    print('one');
    pass(world, 10_000);
    assert.deepEqual(answers, [{ name: 'one', outcome: 'unknown', why: 'printerPaperOut' }]);
    printer.loadPaper();
    pass(world, 5_000);
    assert.equal(driver.status().state, 'ok');
    print('two');
    pass(world, 10_000);
    assert.equal(answers[1]?.outcome, 'printed');
    assert.equal(wholeReceipts(printer).at(-1), 'two');
  });

  it('counts a receipt as printed when only the knife is stuck, and says so', () => {
    const { world, printer, driver, answers, print } = readyBench();
    printer.jamCutter();
    print('one');
    pass(world, 25_000);
    assert.deepEqual(answers, [{ name: 'one', outcome: 'printed', why: 'printerCutter' }]);
    assert.deepEqual(driver.status().faults, ['printerCutter']);
    printer.freeCutter();
    pass(world, 5_000);
    print('two');
    pass(world, 10_000);
    assert.deepEqual(wholeReceipts(printer), ['one', 'two']);
  });

  it('cuts the rest of a receipt off again when that cut got stuck, or was lost with the power', () => {
    const accidents: [name: string, act: (printer: ReceiptPrinterModel) => void][] = [
      ['stuck', (printer) => printer.jamCutter()],
      ['powerLost', (printer) => printer.power(false)],
    ];
    for (const [name, act] of accidents) {
      for (let atMs = 0; atMs < 2_000; atMs += 40) {
        const { world, port, printer, driver, answers, print } = readyBench();
        print('old');
        pass(world, 900);
        port.unplug();
        pass(world, 2_000);
        port.plug();
        pass(world, atMs);
        act(printer);
        pass(world, 5_000);
        printer.power(true);
        printer.freeCutter();
        pass(world, 30_000);
        assert.deepEqual([name, atMs, driver.status().state], [name, atMs, 'ok']);
        print('new');
        pass(world, 20_000);
        assert.deepEqual([name, atMs, answers.at(-1)?.outcome], [name, atMs, 'printed']);
        assert.equal(wholeReceipts(printer).at(-1), 'new', `${name} at ${atMs} ms`);
      }
    }
  });

  it('does not take a receipt for cut when a stuck knife was freed by switching the printer off and on', () => {
    for (let atMs = 0; atMs < 4_200; atMs += 60) {
      const { world, printer, answers, print } = readyBench();
      printer.jamCutter();
      print('one');
      pass(world, atMs);
      printer.power(false);
      pass(world, 100);
      printer.power(true);
      pass(world, 60_000);
      printer.freeCutter();
      pass(world, 5_000);
      print('two');
      pass(world, 30_000);
      assert.deepEqual([atMs, answers[1]?.outcome], [atMs, 'printed']);
      assert.equal(wholeReceipts(printer).at(-1), 'two', `${atMs} ms`);
    }
  });

  it('prints on a printer that confirms nothing, and calls each receipt unknown', () => {
    const { world, printer, answers, print } = readyBench({ processIds: 'mute' });
    for (const name of ['one', 'two']) {
      print(name);
      pass(world, 90_000);
    }
    assert.deepEqual(
      answers.map((answer) => answer.outcome),
      ['unknown', 'unknown'],
    );
    assert.deepEqual(wholeReceipts(printer), ['one', 'two']);
    const strips = printer.receipts().length;
    pass(world, 300_000);
    assert.equal(printer.receipts().length, strips, 'does not cut for ever');
  });

  it('lets no receipt come out after the plug was pulled in its middle', () => {
    for (let atMs = 0; atMs < 4_200; atMs += 70) {
      const { world, port, printer, answers, print } = readyBench();
      print('old');
      pass(world, atMs);
      port.unplug();
      pass(world, 2_000);
      assert.equal(answers.length, 1, `${atMs} ms`);
      const sofar = printer.tape().length;
      port.plug();
      pass(world, 90_000);
      const after = printer
        .tape()
        .slice(sofar)
        .filter((line) => line !== '' && line !== '-- cut --');
      const stale = after.filter((line) => line.includes('begin old') || line.includes('end old'));
      if (answers[0]?.outcome !== 'printed') assert.deepEqual(stale, [], `${atMs} ms`);
      print('new');
      pass(world, 30_000);
      assert.deepEqual([atMs, answers[1]], [atMs, { name: 'new', outcome: 'printed', why: undefined }]);
      assert.equal(wholeReceipts(printer).at(-1), 'new', `${atMs} ms`);
    }
  });

  it('gets to know another printer that is put in its place', () => {
    const { world, serial, port, print, answers } = readyBench();
    print('one');
    pass(world, 20_000);
    port.unplug();
    let other: ReceiptPrinterModel | undefined;
    serial.attach(PATH, BAUD, (cable) => {
      other = createReceiptPrinterModel(world, cable, { ...USUAL_PRINTER, processIds: 'skipped' });
      return other;
    });
    pass(world, 10_000);
    print('two');
    pass(world, 20_000);
    assert.deepEqual(
      answers.map((answer) => answer.outcome),
      ['printed', 'printed'],
    );
    assert.ok(other);
    assert.deepEqual(wholeReceipts(other), ['two']);
  });

  it('tells the truth whatever happens to the printer, and prints again when it is well', () => {
    const ACTIONS: ((made: ReturnType<typeof bench>) => void)[] = [
      ({ printer }) => printer.openCover(),
      ({ printer }) => printer.closeCover(),
      ({ printer }) => printer.loadPaper(0),
      ({ printer }) => printer.loadPaper(300),
      ({ printer }) => printer.loadPaper(),
      ({ printer }) => printer.overheat(true),
      ({ printer }) => printer.overheat(false),
      ({ printer }) => printer.jamCutter(),
      ({ printer }) => printer.freeCutter(),
      ({ printer }) => printer.power(false),
      ({ printer }) => printer.power(true),
      ({ port }) => port.unplug(),
      ({ port }) => port.plug(),
      ({ port }) => port.disturb(Uint8Array.of(0x12, 0x14, 0x37, 0xff)),
    ];
    const step = fc.record({ afterMs: fc.integer({ min: 0, max: 2_500 }), action: fc.nat(ACTIONS.length - 1) });
    const once = (...steps: [afterMs: number, action: number][]): [{ afterMs: number; action: number }[], boolean] => [
      steps.map(([afterMs, action]) => ({ afterMs, action })),
      false,
    ];
    const examples = [
      // The cut that takes off the rest of a receipt gets stuck.
      once([0, 7], [92, 9], [1_286, 10], [1_541, 1], [2_325, 0]),
      // What a printer sends while it starts looks like the answer to GS r.
      once([256, 3], [2_022, 9], [238, 13]),
      once([15, 6], [6, 0], [747, 11], [525, 1], [864, 3], [392, 7], [253, 12], [1_020, 0]),
    ];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, knowsIds) => {
        const made = readyBench({ processIds: knowsIds ? 'answered' : 'skipped' });
        const { world, printer, port, answers, print } = made;
        let asked = 0;
        const ask = (): void => print(`r${++asked}`);
        for (const { afterMs, action } of steps) {
          ask();
          pass(world, afterMs);
          ACTIONS[action]?.(made);
        }
        port.plug();
        printer.power(true);
        printer.closeCover();
        printer.loadPaper();
        printer.overheat(false);
        printer.freeCutter();
        pass(world, 120_000);
        assert.equal(answers.length, asked, 'every receipt is answered once');
        const paper = printer.tape().join('\n');
        for (const { name, outcome } of answers) {
          const [begun, ended] = [paper.includes(`begin ${name}\n`), paper.includes(`end ${name}\n`)];
          if (outcome === 'printed') assert.ok(begun && ended, `${name} is said to be printed`);
          if (outcome === 'failed') assert.ok(!begun && !ended, `${name} is said not to be printed`);
          assert.ok(paper.split(`begin ${name}\n`).length <= 2, `${name} is printed twice`);
        }
        ask();
        pass(world, 30_000);
        assert.equal(answers.at(-1)?.outcome, 'printed');
        assert.equal(wholeReceipts(printer).at(-1), `r${asked}`);
      }),
      { numRuns: 150, examples },
    );
  });

  it('frees a printer that is stuck in the middle of a picture', () => {
    const { world, port, driver, printer } = bench();
    port.disturb(new Uint8Array());
    printer.receive(Uint8Array.of(0x1d, 0x76, 0x30, 0, 25, 0, 200, 0));
    printer.receive(new Uint8Array(700).fill(0xff));
    pass(world, 1_000);
    assert.deepEqual(driver.status().faults, ['printerSilent']);
    pass(world, 20_000);
    assert.equal(driver.status().state, 'ok');
    assert.equal(paperText(printer.unfinished()).length, 0, 'the rest was cut off');
  });

  const SLOW = { bufferBytes: 700, dotsPerSecond: 400, flowControl: 'xonXoff' } as const;

  function longReceipt(): ReceiptDocument {
    return { lines: Array.from({ length: 60 }, (_, at) => ({ kind: 'text', text: `line ${at} of a long receipt` })) };
  }

  it('loses no byte on a slow printer with a small buffer that says XOFF', () => {
    const { world, printer, driver } = readyBench(SLOW, { flowControl: 'xonXoff' });
    const outcomes: string[] = [];
    driver.print(longReceipt(), (outcome) => outcomes.push(outcome));
    pass(world, 40_000);
    assert.deepEqual(outcomes, ['printed']);
    assert.equal(printer.lostBytes(), 0);
    assert.equal(printer.tape().filter((line) => line.startsWith('line ')).length, 60);
  });

  it('loses bytes of such a printer where flow control is off (the model does count them)', () => {
    const { world, printer, driver } = readyBench({ ...SLOW, flowControl: 'none', dotsPerSecond: 200 });
    const outcomes: string[] = [];
    driver.print(longReceipt(), (outcome) => outcomes.push(outcome));
    pass(world, 60_000);
    assert.ok(printer.lostBytes() > 0);
    assert.equal(outcomes.length, 1);
  });

  const offLine: [
    fault: PrinterFault,
    cause: (printer: ReceiptPrinterModel) => void,
    repair: (printer: ReceiptPrinterModel) => void,
  ][] = [
    ['printerCoverOpen', (printer) => printer.openCover(), (printer) => printer.closeCover()],
    ['printerPaperOut', (printer) => printer.loadPaper(0), (printer) => printer.loadPaper()],
    ['printerOffline', (printer) => printer.holdFeed(true), (printer) => printer.holdFeed(false)],
  ];
  for (const [fault, cause, repair] of offLine) {
    for (const [when, atMs] of [
      ['at rest', undefined],
      ['in a receipt', 600],
    ] as const) {
      it(`names ${fault} ${when} of a printer that says XOFF while it is off line`, () => {
        const made = readyBench({ flowControl: 'xonXoff', stopsWhenOffline: true }, { flowControl: 'xonXoff' });
        const { world, printer, driver, answers, print, statuses } = made;
        if (atMs !== undefined) {
          print('one');
          pass(world, atMs);
        }
        cause(printer);
        pass(world, atMs === undefined ? 6_000 : 40_000);
        assert.deepEqual(driver.status().faults, [fault]);
        const told = statuses.length;
        pass(world, 60_000);
        assert.deepEqual(driver.status().faults, [fault]);
        assert.equal(statuses.length, told, 'it does not come and go');
        repair(printer);
        pass(world, 10_000);
        assert.equal(driver.status().state, 'ok');
        answers.length = 0;
        print('two');
        pass(world, 20_000);
        assert.deepEqual(
          answers.map(({ outcome }) => outcome),
          ['printed'],
        );
        assert.equal(printer.lostBytes(), 0);
      });
    }
  }

  it('gives up on a line that takes no bytes, and answers', () => {
    const { world, port, answers, print } = readyBench();
    print('one');
    pass(world, 800);
    port.stall(true);
    pass(world, 30_000);
    assert.deepEqual(
      answers.map((answer) => answer.outcome),
      ['unknown'],
    );
    port.stall(false);
    pass(world, 60_000);
    print('two');
    pass(world, 20_000);
    assert.equal(answers[1]?.outcome, 'printed');
  });

  it('survives noise on the line', () => {
    const { world, port, answers, print, printer } = readyBench();
    for (let at = 0; at < 40; at += 1) {
      world.after(at * 97, () => port.disturb(Uint8Array.of((at * 37) & 0xff, 0x80 | at)));
    }
    print('one');
    pass(world, 40_000);
    assert.equal(answers.length, 1);
    if (answers[0]?.outcome === 'printed') assert.deepEqual(wholeReceipts(printer), ['one']);
  });

  it('says what is wrong with a port that cannot be opened', () => {
    const { world, port, driver, answers, print } = bench();
    port.refuse('busy');
    pass(world, 100);
    assert.deepEqual(driver.status().faults, ['printerPortDenied']);
    print('one');
    pass(world, 40_000);
    assert.deepEqual(answers, [{ name: 'one', outcome: 'failed', why: 'printerPortDenied' }]);
  });

  it('refuses a document that cannot be printed, and goes on', () => {
    const { world, driver, answers, print } = readyBench();
    const outcomes: unknown[] = [];
    driver.print({ lines: [{ kind: 'feed', lines: 99 }] }, (outcome, why) => outcomes.push([outcome, why]));
    print('one');
    pass(world, 20_000);
    assert.deepEqual(outcomes, [['failed', 'printerDocument']]);
    assert.equal(answers[0]?.outcome, 'printed');
  });

  it('answers everything when it is closed, and calls nothing later', () => {
    const { world, driver, answers, statuses, print, port } = readyBench();
    print('one');
    print('two');
    pass(world, 700);
    driver.close();
    assert.deepEqual(answers, [
      { name: 'one', outcome: 'unknown', why: 'printerClosed' },
      { name: 'two', outcome: 'failed', why: 'printerClosed' },
    ]);
    const before = statuses.length;
    port.unplug();
    pass(world, 60_000);
    assert.equal(statuses.length, before);
    assert.equal(answers.length, 2);
  });
});
