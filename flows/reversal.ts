import type { Money } from './money.js';
import type { PaymentAccount } from './payment-account.js';

/**
 * One entry of the cancel queue: money that has to go back, or may have to. It is open until the acquirer confirms it or a
 * person settles it. A payment request has at most one open cancel.
 */
export interface Reversal extends PaymentAccount {
  readonly reversalId: string;
  readonly saleId: string;
  readonly cause: ReversalCause;
  readonly paymentRequestId: string;
  readonly paymentId?: string;
  /** What goes back: the whole payment, or part of it. */
  readonly amount: Money;
  readonly kind: 'cancel' | 'refund';
  /** Durable before the first refund request leaves; the acquirer treats a repeated one as the same refund. */
  readonly refundRequestId?: string;
  /** The host app's id of the refund. */
  readonly refundId?: string;
  readonly reason?: string;
  /**
   * Whether the acquirer has shown that it has this payment. Otherwise the pay request may still arrive after the cancel, so
   * the cancel is confirmed once more after `payableUntilWallMs`.
   */
  readonly known: boolean;
  /** It was charged. Missing where that is not known, and in old records. */
  readonly charged?: true;
  /** No request that could undo the payment has left the box. Missing where one may have. */
  readonly untried?: true;
  readonly payableUntilWallMs: number;
  /** When the payment was made, for the cancellable period. */
  readonly paidAtWallMs: number;
  readonly startedAtWallMs: number;
  readonly state: 'open' | 'needsPerson' | 'finished';
  /** Not sent by the terminal itself: a person decides, because the goods may have come out or a refund failed for good. */
  readonly manual: boolean;
  readonly lastCode?: string;
  readonly end?: ReversalEnd;
}

export type ReversalCause =
  | 'budgetSpent'
  | 'inquiryRefused'
  | 'customerCancelled'
  | 'hostCancelled'
  | 'hostSilent'
  | 'notDelivered'
  | 'vendFailed'
  | 'vendUnknown'
  | 'powerLost'
  | 'paidAfterFailure'
  | 'unknownPayment'
  | 'refundRequested';

export interface ReversalEnd {
  readonly how: 'cancelled' | 'refunded' | 'nothingCharged' | 'settledByHand';
  readonly atWallMs: number;
  /** Offset of the receipts' time zone then; missing in old records. */
  readonly utcOffsetMinutes?: number;
  readonly by?: string;
  readonly note?: string;
  /** What the person who settled it declared. Missing in old records: `reversed`. */
  readonly outcome?: HandOutcome;
  /** Settled as `reversed` while the payment could still be charged, which is until then. If it is, it is reversed again. */
  readonly mayArriveUntilWallMs?: number;
}

/** `reversed`: the customer has the money, or was never charged. `paid`: the payment stands, nothing goes back. */
export type HandOutcome = 'reversed' | 'paid';

/**
 * True for the reversal of a whole sale. A refund of a delivered sale leaves the sale as it is. So does the reversal of a
 * payment that was charged after it had failed: the sale ended without it, or went on with another payment.
 */
export function reversesSale({ cause }: Reversal): boolean {
  return cause !== 'refundRequested' && cause !== 'paidAfterFailure';
}
