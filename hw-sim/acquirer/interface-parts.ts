import type { AcquirerSettings } from './acquirer-settings.js';
import type { LedgerBook, Payment } from './ledger.js';
import type { PlannedAnswer } from './payment-plan.js';
import type { Planner } from './planner.js';

/** What the interfaces (pay, cancel, refund, inquiry) share. */
export interface InterfaceParts {
  readonly ledger: LedgerBook;
  readonly planner: Planner;
  readonly settings: () => AcquirerSettings;
  /** The acquirer's wall clock. */
  readonly nowMs: () => number;
  readonly after: (delayMs: number, callback: () => void) => { cancel(): void };
  /** In [0, 1). */
  readonly random: () => number;
  /** Called when a payment has become SUCCESS or FAIL. */
  readonly settled: (payment: Payment) => void;
}

/** A result and its fields. */
export interface Answer extends PlannedAnswer {
  readonly reason?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}
