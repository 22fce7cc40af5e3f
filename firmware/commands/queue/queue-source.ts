import type { HandOutcome } from '../../../flows/reversal.js';
import type { ReversalView, SaleView } from '../../api/output-schemas.js';
import type { ExitCode } from '../../log/exit-code.js';

/** Where the cancel queue comes from. */
export interface QueueAbout {
  /** Over the API of the running terminal, or from what flash holds. */
  readonly from: 'terminal' | 'card';
  /** Facts about the source that are no part of the queue; without secrets. */
  readonly about: Readonly<Record<string, string | number>>;
  /** Why what was read may be incomplete, for a technician. */
  readonly troubles: readonly string[];
}

/** Where the cancel queue is read and worked on. Everything rejects with a `QueueError`. */
export interface QueueSource extends QueueAbout {
  /** All that are kept, also the finished ones, oldest first. */
  reversals(): Promise<readonly ReversalView[]>;
  /**
   * Sales on a card that may have been charged and are in no queue yet. Empty for a running terminal, which handles its own
   * sale.
   */
  cutOff(): Promise<readonly CutOffView[]>;
  /** Oldest first: of a card all that are kept, of a running terminal those that have a reversal. */
  sales(): Promise<readonly SaleView[]>;
  /** Undefined where it is no longer kept. */
  sale(saleId: string): Promise<SaleView | undefined>;
  /** Sends it again now, also one that is held back for a person. Resolves with the reversal as it is then. */
  retry(reversalId: string): Promise<ReversalView>;
  /** Closes it by hand, also what was cut off; who, why and the outcome are durable when this resolves. */
  settle(reversalId: string, settlement: Settlement): Promise<ReversalView>;
}

/**
 * A sale during which the terminal ended, and whose payment may have been charged. The next start with this card would reverse
 * it, but that start may never come.
 */
export interface CutOffView {
  /** Id of the reversal that such a start begins. A person may settle it by this id before. */
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
   * `awaitsHost`, until the host app reports whether it delivered.
   */
  readonly atStart: 'reversed' | 'vendUnknown' | 'awaitsHost';
}

/** The statement of a person who settled a reversal outside the terminal; without an outcome it is `reversed`. */
export interface Settlement {
  readonly by: string;
  readonly note: string;
  readonly outcome?: HandOutcome;
}

/** Why a command on the queue failed; `code` is the exit code. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
  constructor(
    readonly code: ExitCode,
    message: string,
  ) {
    super(message);
  }
}
