import assert from 'node:assert/strict';
import { createLinuxClock } from '../../../drivers/linux/clock.js';
import { createNoGpio } from '../../../drivers/linux/gpio/no-gpio.js';
import { createLinuxSerial } from '../../../drivers/linux/serial.js';
import type { ReceiptDocument } from '../../../drivers/printer/receipt-document.js';
import { createReceiptPrinter } from '../../../drivers/printer/receipt-printer.js';
import { createScanEngine } from '../../../drivers/scanner/scan-engine.js';
import { createMdbMachine } from '../../../drivers/vend/mdb-machine.js';
import { codeContent } from '../../../flows/code-content.js';
import { createMdbMachineModel } from '../../../hw-sim/devices/mdb-machine-model.js';
import { paperText } from '../../../hw-sim/devices/paper.js';
import {
  createReceiptPrinterModel,
  type ReceiptPrinterModel,
  type ReceiptPrinterModelOptions,
  USUAL_PRINTER,
} from '../../../hw-sim/devices/receipt-printer-model.js';
import { createScanEngineModel } from '../../../hw-sim/devices/scan-engine-model.js';
import type { SerialCable, SerialDevice } from '../../../hw-sim/sim-serial.js';
import { createPtyLine, type PtyLine } from '../../support/pty-line.js';
import { createRealWorld } from '../../support/real-world.js';
import { until } from '../../support/until.js';

/** The drivers as on a board, the kernel's ttys, and device models at the other end of the cable, in real time. */
describe('devices on real ttys', () => {
  let line: PtyLine;
  let world: ReturnType<typeof createRealWorld>;
  const closers: (() => void)[] = [];

  beforeEach(() => {
    line = createPtyLine();
    world = createRealWorld();
  });
  afterEach(() => {
    for (const close of closers.splice(0)) close();
    world.end();
    line.remove();
  });

  /** Puts a model on the far end. */
  function attach<D extends SerialDevice>(create: (cable: SerialCable) => D): D {
    const device = create({ send: (bytes) => line.send(bytes) });
    line.onBytes((bytes) => device.receive(bytes));
    return device;
  }

  function receipt(name: string): ReceiptDocument {
    return {
      lines: [
        { kind: 'text', text: `begin ${name}` },
        { kind: 'code', payload: '202611232015300001234500012507', symbology: 'qr' },
        { kind: 'text', text: `end ${name}` },
      ],
    };
  }

  function openPrinter(options: Partial<ReceiptPrinterModelOptions> = {}, baud = 115_200) {
    const printer = attach((cable) => createReceiptPrinterModel(world, cable, { ...USUAL_PRINTER, ...options }));
    const driver = createReceiptPrinter(
      { clock: createLinuxClock(), serial: createLinuxSerial() },
      { path: line.path, baud, flowControl: 'xonXoff', columns: 48, charset: 'gbk' },
      { statusChanged: () => undefined },
    );
    closers.push(() => driver.close());
    const answers: string[] = [];
    const print = (name: string): void => driver.print(receipt(name), (outcome) => answers.push(`${name} ${outcome}`));
    return { printer, driver, answers, print };
  }

  function texts(printer: ReceiptPrinterModel): string[][] {
    return printer.receipts().map((strip) => paperText(strip).filter((line) => /begin|end/.test(line)));
  }

  it('prints a receipt, with status bytes in between', async () => {
    const { printer, driver, answers, print } = openPrinter({ automaticStatus: true });
    await until(() => driver.status().state === 'ok');
    print('one');
    await until(() => printer.tape().length > 0, 10_000);
    line.send(Uint8Array.of(0x10, 0x00, 0x00, 0x00));
    await until(() => answers.length > 0, 10_000);
    assert.deepEqual(answers, ['one printed']);
    assert.deepEqual(texts(printer), [['begin one', 'end one']]);
    assert.equal(printer.lostBytes(), 0);
  });

  it('obeys the XOFF of a printer with a small buffer', async () => {
    const { printer, driver, answers, print } = openPrinter({
      flowControl: 'xonXoff',
      dotsPerSecond: 300,
      bufferBytes: 2_000,
      // A pty has no speed: what is on its way arrives at once.
      stopAtFreeBytes: 700,
    });
    await until(() => driver.status().state === 'ok');
    print('one');
    await until(() => answers.length > 0, 20_000);
    assert.equal(printer.lostBytes(), 0);
    assert.deepEqual([answers, texts(printer)], [['one printed'], [['begin one', 'end one']]]);
  });

  it('lets no old receipt come out after the plug was pulled in its middle', async () => {
    const { printer, driver, answers, print } = openPrinter({}, 19_200);
    await until(() => driver.status().state === 'ok');
    print('old');
    await until(() => printer.tape().length > 0, 10_000);
    line.unplug();
    await until(() => answers.length > 0 && driver.status().state === 'absent', 10_000);
    assert.deepEqual(answers, ['old unknown']);
    line.plug();
    await until(() => driver.status().state === 'ok', 20_000);
    print('new');
    await until(() => answers.length > 1, 20_000);
    assert.deepEqual(answers, ['old unknown', 'new printed']);
    assert.ok(!printer.tape().join().includes('end old'));
    assert.deepEqual(texts(printer).at(-1), ['begin new', 'end new']);
  });

  it('reads codes before and after the scanner was unplugged', async () => {
    const device = attach((cable) => createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' }));
    const codes: string[] = [];
    const engine = createScanEngine(
      { clock: createLinuxClock(), serial: createLinuxSerial(), gpio: createNoGpio() },
      { kind: 'gm65', path: line.path, baud: 9_600, trigger: { by: 'command' }, content: codeContent },
      {
        codeRead: (code) => codes.push(code),
        ambiguous: () => undefined,
        tooMany: () => undefined,
        statusChanged: () => undefined,
      },
    );
    closers.push(() => engine.close());
    await until(() => engine.status().state === 'ok');
    engine.arm();
    device.show('281234567890123456');
    await until(() => codes.length === 1);
    device.hide();
    line.unplug();
    await until(() => engine.status().state === 'absent');
    line.plug();
    await until(() => engine.status().state === 'ok', 10_000);
    device.show('251111111111111111');
    await until(() => codes.length === 2, 10_000);
    assert.deepEqual(codes, ['281234567890123456', '251111111111111111']);
  });

  it('takes a code and its terminator at once, and refuses two that come together', async () => {
    const told: string[] = [];
    const engine = createScanEngine(
      { clock: createLinuxClock(), serial: createLinuxSerial(), gpio: createNoGpio() },
      { kind: 'serial', path: line.path, baud: 115_200, trigger: { by: 'none' }, content: codeContent },
      {
        codeRead: (code) => told.push(code),
        ambiguous: () => told.push('ambiguous'),
        tooMany: () => undefined,
        statusChanged: () => undefined,
      },
    );
    closers.push(() => engine.close());
    await until(() => engine.status().state === 'ok');
    engine.arm();
    line.send('281234567890123456\r');
    await until(() => told.length === 1);
    line.send('251111111111111111\r\n252222222222222222\r\n');
    await until(() => told.length === 2);
    assert.deepEqual(told, ['281234567890123456', 'ambiguous']);
  });

  it('sells at a vending machine before and after its adapter was unplugged, and says unknown for what was under way', async () => {
    const device = attach((cable) => createMdbMachineModel(world, cable));
    const chosen: string[] = [];
    const answers: string[] = [];
    const machine = createMdbMachine(
      { clock: createLinuxClock(), serial: createLinuxSerial() },
      { path: line.path, baud: 115_200, currencyNumber: 156, currencyDecimals: 2, timeoutMs: 10_000 },
      {
        selectionMade: ({ item, amountMinorUnits }) => {
          chosen.push(item);
          machine.vend({ item, amountMinorUnits }, (outcome) => answers.push(`${item} ${outcome}`));
        },
        selectionEnded: () => undefined,
        selectionRefused: () => undefined,
        reportedLate: () => undefined,
        statusChanged: () => undefined,
      },
    );
    closers.push(() => machine.close());
    await until(() => machine.status().state === 'ok');
    device.choose('12', '1.50');
    await until(() => answers.length === 1);
    device.choose('13', '2.00');
    await until(() => chosen.length === 2);
    line.unplug();
    await until(() => answers.length === 2 && machine.status().state === 'absent');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    line.plug();
    await until(() => machine.status().state === 'ok', 15_000);
    device.choose('14', '0.50');
    await until(() => answers.length === 3);
    assert.deepEqual(answers, ['12 yes', '13 unknown', '14 yes']);
    assert.equal(device.wrongApprovals(), 0);
  });

  it('gives a receipt up that XOFF held for long, and prints none of its rest later', async () => {
    const { printer, driver, answers, print } = openPrinter({}, 19_200);
    await until(() => driver.status().state === 'ok');
    print('old');
    await until(() => printer.tape().length > 0, 10_000);
    line.send(Uint8Array.of(0x13));
    await until(() => answers.length > 0, 20_000);
    assert.deepEqual(answers, ['old unknown']);
    // A pty keeps its XOFF over a new opening, which a UART does not.
    await until(() => driver.status().state === 'fault', 20_000);
    line.send(Uint8Array.of(0x11));
    await until(() => driver.status().state === 'ok', 20_000);
    print('new');
    await until(() => answers.length > 1, 20_000);
    assert.deepEqual(answers, ['old unknown', 'new printed']);
    assert.ok(!printer.tape().join().includes('end old'));
    assert.deepEqual(texts(printer).at(-1), ['begin new', 'end new']);
  });
});
