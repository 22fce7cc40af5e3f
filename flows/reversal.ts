import type { Money } from './money.js';
import type { PaymentAccount } from './payment-account.js';

/**
 * One entry of the cancel queue: money that has to go back, or may have to. It stays until the acquirer confirmed it or
 * a person settled it; there is at most one live cancel for a payment request.
 */
export interface Reversal extends PaymentAccount {
  readonly reversalId: string;
  readonly saleId: string;
  readonly cause: ReversalCause;
  readonly paymentRequestId: string;
  readonly paymentId?: string;
  /** What goes back: the whole payment, or part of it for a refund that was asked for. */
  readonly amount: Money;
  readonly kind: 'cancel' | 'refund';
  /** Durable before the first refund request leaves; the acquirer treats a repeated one as the same refund. */
  readonly refundRequestId?: string;
  /** The id under which the host app asked for a refund. */
  readonly refundId?: string;
  readonly reason?: string;
  /**
   * Whether the acquirer has shown that it has this payment. Where it has not, the pay request may still arrive after the
   * cancel, so the cancel is confirmed once more after `payableUntilWallMs`.
   */
  readonly known: boolean;
  /** It is known to be charged. Missing in old records, and where it has not. */
  readonly charged?: true;
  /** Nothing that could undo the payment has left the box yet; missing where something may have. */
  readonly untried?: true;
  readonly payableUntilWallMs: number;
  /** When the payment was made, for the cancellable period. */
  readonly paidAtWallMs: number;
  readonly startedAtWallMs: number;
  readonly state: 'open' | 'needsPerson' | 'finished';
  /** Not sent by the box itself: a person decides, because the goods may have gone or a refund failed for good. */
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
  /** Of the receipts' time zone then; missing in old records. */
  readonly utcOffsetMinutes?: number;
  readonly by?: string;
  readonly note?: string;
  /** What a person who settled it declared; missing in old records, which all meant `reversed`. */
  readonly outcome?: HandOutcome;
  /** Settled as `reversed` while the payment could still be charged: until then it may be, and is reversed anew. */
  readonly mayArriveUntilWallMs?: number;
}

/** `reversed`: the customer has the money, or was never charged. `paid`: the payment stands, nothing goes back. */
export type HandOutcome = 'reversed' | 'paid';

/**
 * True for the reversals of a whole sale. A refund of a delivered sale leaves the sale as it is, and so does the reversal of a
 * payment that had been said to have failed: the sale ended without it, or went on to another one.
 */
export function reversesSale({ cause }: Reversal): boolean {
  return cause !== 'refundRequested' && cause !== 'paidAfterFailure';
}
