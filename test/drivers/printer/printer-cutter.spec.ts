import assert from 'node:assert/strict';
import type { PrinterFault } from '../../../drivers/device-status.js';
import type { PrinterCondition } from '../../../drivers/printer/printer-condition.js';
import { createPrinterCutter, type PrinterRemains } from '../../../drivers/printer/printer-cutter.js';
import type { FenceResult } from '../../../drivers/printer/printer-fence.js';
import { createPrinterTalk } from '../../../drivers/printer/printer-talk.js';
import { createScriptedPrinterLine, WELL } from '../../support/scripted-printer-line.js';

const PIECE = Uint8Array.of(65, 10);
const CUT = [0x1d, 0x56, 66, 0];
const CUT_OFF_REMAINS = [0x1b, 0x40, 0x0a, ...CUT];

function bench() {
  const scripted = createScriptedPrinterLine();
  const cutter = createPrinterCutter(createPrinterTalk(scripted.line, () => {}));
  const cuts: unknown[] = [];
  /** Cuts off a receipt, or what else remains, and gives these answers. */
  const cut = (what: 'receipt' | 'remains', result: FenceResult, condition: PrinterCondition | undefined): unknown => {
    if (what === 'receipt') cutter.cutReceipt((done) => cuts.push(done));
    else cutter.cutOff((fault) => cuts.push(fault));
    assert.equal(cutter.remains(), 'some', 'sent is not cut');
    scripted.answer.send(true);
    scripted.answer.fence(result);
    assert.equal(cutter.remains(), 'some', 'the condition may tell of a stuck knife');
    scripted.answer.query(condition);
    return cuts.at(-1);
  };
  return { ...scripted, cutter, cuts, cut };
}

describe('printer cutter', () => {
  const STUCK = { ...WELL, cutterStuck: true };
  const COVER = { ...WELL, coverOpen: true };
  const cases: [FenceResult, PrinterCondition | undefined, PrinterRemains, PrinterFault | undefined][] = [
    ['printed', WELL, 'none', undefined],
    ['printed', COVER, 'none', 'printerCoverOpen'],
    ['printed', STUCK, 'some', 'printerCutter'],
    ['printed', undefined, 'some', 'printerSilent'],
    ['processed', WELL, 'none', undefined],
    ['processed', COVER, 'none', 'printerCoverOpen'],
    ['processed', STUCK, 'some', 'printerCutter'],
    ['processed', undefined, 'some', 'printerSilent'],
    ['silent', WELL, 'unsure', undefined],
    ['silent', COVER, 'some', 'printerCoverOpen'],
    ['silent', STUCK, 'some', 'printerCutter'],
    ['silent', undefined, 'some', 'printerSilent'],
    ['faulted', WELL, 'some', undefined],
    ['faulted', COVER, 'some', 'printerCoverOpen'],
    ['faulted', STUCK, 'some', 'printerCutter'],
    ['faulted', undefined, 'some', 'printerSilent'],
  ];
  for (const [result, condition, remains, fault] of cases) {
    const how = condition === undefined ? 'no condition' : (fault ?? 'a printer that is well');
    it(`leaves ${remains} after a fence that is ${result} and ${how}`, () => {
      const { cutter, cut } = bench();
      assert.equal(cut('remains', result, condition), fault);
      assert.equal(cutter.remains(), remains);
      assert.equal(cut('receipt', result, condition), remains === 'none');
    });
  }

  it('feeds a receipt past the knife, and empties the line buffer before it cuts off what else remains', () => {
    const { sent, cut } = bench();
    cut('receipt', 'printed', WELL);
    cut('remains', 'printed', WELL);
    assert.deepEqual(
      sent.map((bytes) => [...bytes]),
      [CUT, CUT_OFF_REMAINS],
    );
  });

  it('abandons a cut that does not leave the box, and something remains', () => {
    const { cutter, cuts, asked, answer } = bench();
    cutter.cutOff((fault) => cuts.push(fault));
    answer.send(false);
    cutter.cutReceipt((done) => cuts.push(done));
    answer.send(false);
    assert.deepEqual(cuts, ['printerCutter', false]);
    assert.deepEqual(asked, ['send', 'abandon', 'send', 'abandon']);
    assert.equal(cutter.remains(), 'some');
  });

  it('has a receipt hang from the paper from its first byte', () => {
    const { cutter } = bench();
    assert.equal(cutter.remains(), 'none');
    assert.deepEqual(cutter.startReceipt([PIECE]), [PIECE]);
    assert.equal(cutter.remains(), 'some');
  });

  it('cuts once more with the next receipt where a cut was not confirmed', () => {
    const { cutter, cut } = bench();
    cut('receipt', 'silent', WELL);
    assert.deepEqual(cutter.startReceipt([PIECE]), [Uint8Array.from(CUT_OFF_REMAINS), PIECE]);
  });

  it('remembers that the printer was found in the middle of something', () => {
    const { cutter } = bench();
    cutter.somethingLeft();
    assert.equal(cutter.remains(), 'some');
  });
});
