import type { PrinterFault } from '../device-status.js';
import { type PrinterCondition, printerFaults, printerTrouble } from './printer-condition.js';
import type { FenceResult } from './printer-fence.js';
import type { PrinterTalk } from './printer-talk.js';

/** Whether a receipt, or a part of one, hangs from the paper; `unsure` after a cut that nobody confirmed. */
export type PrinterRemains = 'none' | 'some' | 'unsure';

/** The knife, and what is known of the paper below it. */
export interface PrinterCutter {
  remains(): PrinterRemains;
  /** The printer was in the middle of something, and nobody knows what is on the paper. */
  somethingLeft(): void;
  /** The pieces of a receipt that is sent from now on, after a cut where one is not sure that there is a clean edge. */
  startReceipt(pieces: readonly Uint8Array[]): readonly Uint8Array[];
  /**
   * Cuts off whatever remains. `fault`: why nothing can be printed now; `printerCutter` also where the command did not
   * get through, and then the conversation is abandoned.
   */
  cutOff(done: (fault: PrinterFault | undefined) => void): void;
  /** Cuts off a receipt that is on paper. False: it surely or perhaps still hangs there. */
  cutReceipt(done: (cut: boolean) => void): void;
}

/** GS V 66 0: feeds the last line past the knife and cuts. */
const CUT = Uint8Array.of(0x1d, 0x56, 66, 0);
/** ESC @ and a line feed first: whatever text is still in the printer's line buffer. */
const CUT_OFF_REMAINS = Uint8Array.of(0x1b, 0x40, 0x0a, ...CUT);

/**
 * Invariants
 * - *Sent is not cut*: from the first byte of a receipt something remains, until a printer that is well has said that it
 *   came to the cut: the knife may stick, and a cut that waits its turn goes with the power.
 * - Where the printer was well and just did not say, the cut is made again only with the next receipt, because some
 *   never say.
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
