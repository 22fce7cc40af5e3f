import type { HandOutcome } from '../../../flows/reversal.js';
import type { ReversalView, SaleView } from '../../api/output-schemas.js';
import type { ExitCode } from '../../log/exit-code.js';

/** Where the cancel queue comes from. */
export interface QueueAbout {
  /** Over the API of the running terminal, or from what flash holds. */
  readonly from: 'terminal' | 'card';
  /** Facts about the source that are no part of the queue; without secrets. */
  readonly about: Readonly<Record<string, string | number>>;
  /** Why what is read may not be all there is, in words for a technician. */
  readonly troubles: readonly string[];
}

/** Where the cancel queue is read and worked on. Everything rejects with a `QueueTrouble`. */
export interface QueueSource extends QueueAbout {
  /** All that are kept, also the finished ones, oldest first. */
  reversals(): Promise<readonly ReversalView[]>;
  /** Of a card: what waits in no queue yet, though money may be at stake. A running terminal has its sale in hand. */
  cutOff(): Promise<readonly CutOffView[]>;
  /** All that can be had, oldest first: of a card all that are kept, of a running terminal those that have a reversal. */
  sales(): Promise<readonly SaleView[]>;
  /** Undefined where it is no longer kept. */
  sale(saleId: string): Promise<SaleView | undefined>;
  /** Sends it again now, also one that is held back for a person. Answers what it is then. */
  retry(reversalId: string): Promise<ReversalView>;
  /** Closes it by hand, also what was cut off; who, why and the outcome are durable when this resolves. */
  settle(reversalId: string, settlement: Settlement): Promise<ReversalView>;
}

/**
 * A sale that the end of its box cut off when its payment may have been charged. A start of the terminal with this card
 * would undo it; one that never comes would not.
 */
export interface CutOffView {
  /** Of the reversal that such a start begins, and by which a person settles it before. */
  readonly reversalId: string;
  readonly saleId: string;
  readonly orderId: string;
  readonly state: SaleView['state'];
  readonly amount: SaleView['amount'];
  readonly paymentRequestId: string;
  readonly paymentId?: string;
  /** When the payment request was made. */
  readonly at: string;
  /**
   * What a start of the terminal does with it: `reversed`; `vendUnknown`, as that setting says, because the goods were moving;
   * `awaitsHost`, for the host app is to tell whether it handed them out.
   */
  readonly atStart: 'reversed' | 'vendUnknown' | 'awaitsHost';
}

/** What a person declares who settled a reversal outside the terminal; the outcome is `reversed` where missing. */
export interface Settlement {
  readonly by: string;
  readonly note: string;
  readonly outcome?: HandOutcome;
}

/** Why a command on the queue ends; `code` is the exit code. */
export class QueueTrouble extends Error {
  override readonly name = 'QueueTrouble';
  constructor(
    readonly code: ExitCode,
    message: string,
  ) {
    super(message);
  }
}
