import type { PrinterFault } from '../device-status.js';
import { type PrinterCondition, printerFaults, printerTrouble } from './printer-condition.js';
import type { FenceResult } from './printer-fence.js';
import type { PrinterTalk } from './printer-talk.js';

/** Whether a receipt, or a part of one, hangs from the paper; `unsure` after a cut without a confirmation. */
export type PrinterRemains = 'none' | 'some' | 'unsure';

/** The cutter, and what is known about the paper in front of it. */
export interface PrinterCutter {
  remains(): PrinterRemains;
  /** The printer was in the middle of a command: what is on the paper is not known. */
  somethingLeft(): void;
  /** The pieces of a receipt that is sent now, after a cut first where the paper may not be clean. */
  startReceipt(pieces: readonly Uint8Array[]): readonly Uint8Array[];
  /**
   * Cuts off what hangs from the paper. `fault`: why nothing can be printed now; `printerCutter` also where the command was
   * not sent, and then the conversation is abandoned.
   */
  cutOff(done: (fault: PrinterFault | undefined) => void): void;
  /** Cuts off a printed receipt. False: it still hangs there, or may do so. */
  cutReceipt(done: (cut: boolean) => void): void;
}

/** GS V 66 0: feeds the last line past the cutter and cuts. */
const CUT = Uint8Array.of(0x1d, 0x56, 66, 0);
/** ESC @ and a line feed first, for text that is still in the printer's line buffer. */
const CUT_OFF_REMAINS = Uint8Array.of(0x1b, 0x40, 0x0a, ...CUT);

/**
 * Invariants
 * - *Sent is not cut*: from the first byte of a receipt on something may hang from the paper, until a printer without
 *   faults has confirmed the cut. The cutter may jam, and a buffered cut is lost with the power.
 * - Where a printer without faults just does not confirm, the cut is repeated only with the next receipt, because some
 *   printers never confirm.
 */
export function createPrinterCutter(talk: PrinterTalk): PrinterCutter {
  let remains: PrinterRemains = 'none';

  function cut(command: Uint8Array, done: (fault: PrinterFault | undefined) => void): void {
    remains = 'some';
    talk.send(command, (sent) => {
      if (!sent) {
        talk.abandon();
        done('printerCutter');
        return;
      }
      talk.fence((result) =>
        talk.look((condition) => {
          if (condition !== undefined) remains = remainsAfterCut(result, condition);
          done(printerTrouble(condition));
        }),
      );
    });
  }

  return {
    remains: () => remains,
    somethingLeft() {
      remains = 'some';
    },
    startReceipt(pieces) {
      const sent = remains === 'unsure' ? [CUT_OFF_REMAINS, ...pieces] : pieces;
      remains = 'some';
      return sent;
    },
    cutOff: (done) => cut(CUT_OFF_REMAINS, done),
    cutReceipt: (done) => cut(CUT, () => done(remains === 'none')),
  };
}

function remainsAfterCut(result: FenceResult, condition: PrinterCondition): PrinterRemains {
  switch (result) {
    case 'printed':
    case 'processed':
      return condition.cutterStuck ? 'some' : 'none';
    case 'silent':
      return printerFaults(condition).length > 0 ? 'some' : 'unsure';
    case 'faulted':
      return 'some';
  }
}
