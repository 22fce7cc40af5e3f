import type { PrinterFault } from '../device-status.js';
import type { ComposedReceipt } from './compose-receipt.js';
import { printerFaults, printerTrouble } from './printer-condition.js';
import type { PrinterCutter } from './printer-cutter.js';
import type { PrinterTalk } from './printer-talk.js';

/**
 * `printed`: the printer confirmed it. `failed`: nothing was sent. `unknown`: bytes were sent and not confirmed; the
 * receipt may be on paper in whole, in part or not at all, or come out when the paper is changed.
 */
export type PrintOutcome = 'printed' | 'failed' | 'unknown';

/** Why a receipt was not printed; `printerCutter` also where it was printed and perhaps not cut. */
export type PrintFault = PrinterFault | 'printerQueueFull' | 'printerDocument' | 'printerClosed';

/** A receipt that is being printed. */
export interface ReceiptUnderWay {
  /** Ends it now, after its conversation was broken off. Not to be called after `done`. */
  end(why: PrintFault): void;
}

/**
 * The conversation of one receipt: preflight (DLE EOT) → pieces → fence → cut → fence. `well`: the printer had no fault when
 * it was asked last, and nothing hangs from its paper; then it is asked only whether it is online, because every fault takes
 * it offline. `compose` is called once, while its answer is awaited.
 *
 * Invariants
 * - `done` is called exactly once; if the receipt gave up on the connection, the conversation was abandoned before.
 * - Nothing is sent to a printer with a fault, or onto the rest of another receipt.
 * - *Written is not printed*: `printed` needs the printer's own confirmation after the last line.
 * - After anything but `printed`, unsent bytes are dropped with the connection, so that they cannot come out later.
 */
export function printReceipt(
  talk: PrinterTalk,
  cutter: PrinterCutter,
  well: boolean,
  compose: () => ComposedReceipt,
  done: (outcome: PrintOutcome, why?: PrintFault) => void,
): ReceiptUnderWay {
  /** The outcome if the receipt ends now. */
  let outcome: PrintOutcome = 'failed';

  function end(why?: PrintFault): void {
    done(outcome, why);
  }

  /** No more of it may be sent. */
  function giveUp(why: PrintFault): void {
    talk.abandon();
    end(why);
  }

  function preflight(): void {
    if (well) talk.online((online) => (online === true ? begin() : lookFirst()));
    else lookFirst();
  }

  function lookFirst(): void {
    talk.look((condition) => {
      const fault = printerTrouble(condition);
      if (fault !== undefined) end(fault);
      else begin();
    });
  }

  function begin(): void {
    if (receipt.ok) clearPaper(receipt.pieces);
    else end('printerDocument');
  }

  function clearPaper(pieces: readonly Uint8Array[]): void {
    if (cutter.remains() !== 'some') {
      startSending(pieces);
      return;
    }
    cutter.cutOff((fault) => {
      if (fault === undefined) startSending(pieces);
      else end(fault);
    });
  }

  function startSending(pieces: readonly Uint8Array[]): void {
    outcome = 'unknown';
    sendPieces(cutter.startReceipt(pieces));
  }

  /**
   * After each piece the printer has to answer: one that lost its power for a moment has lost the start of the receipt, and
   * would still confirm the end of it.
   */
  function sendPieces([piece, ...rest]: readonly Uint8Array[]): void {
    if (piece === undefined) {
      awaitPaper();
      return;
    }
    talk.send(piece, (sent) => {
      if (!sent) giveUp('printerSilent');
      else
        talk.online((online) => {
          if (online === true) sendPieces(rest);
          else if (online === undefined) giveUp('printerSilent');
          else talk.look((condition) => giveUp((condition && printerFaults(condition)[0]) ?? 'printerOffline'));
        });
    });
  }

  function awaitPaper(): void {
    talk.fence((result) => {
      if (result === 'printed') {
        cut();
        return;
      }
      talk.look((condition) => {
        const fault = printerTrouble(condition);
        // GS r confirms that the data were processed; without a fault afterwards they are on paper.
        if (result === 'processed' && fault === undefined) cut();
        else giveUp(fault ?? 'printerSilent');
      });
    });
  }

  function cut(): void {
    outcome = 'printed';
    cutter.cutReceipt((isCut) => end(isCut ? undefined : 'printerCutter'));
  }

  preflight();
  const receipt = compose();
  return { end };
}
