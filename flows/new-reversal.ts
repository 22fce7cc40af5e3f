import type { Book } from './book.js';
import { freeId } from './free-id.js';
import { ownEntry } from './own-entry.js';
import { accountOf } from './payment-account.js';
import { present } from './present.js';
import type { Reversal } from './reversal.js';
import type { Attempt, Sale } from './sale.js';

/** The fields of a reversal that do not follow from its payment. With `refundRequestId` it is a refund, otherwise a cancel. */
export type ReversalTerms = Pick<Reversal, 'cause' | 'amount' | 'manual'> & {
  readonly [K in 'paymentId' | 'refundRequestId' | 'refundId' | 'reason' | 'untried']?: Reversal[K] | undefined;
};

/** Makes the reversal of a payment. It is not in the queue yet. */
export function newReversal(
  book: Book,
  { saleId }: Sale,
  attempt: Attempt,
  terms: ReversalTerms,
  startedAtWallMs: number,
): Reversal {
  const { cause, amount, manual, refundRequestId, refundId, reason, untried } = terms;
  const { paymentRequestId, paymentId, result, expiresAtWallMs, startedAtWallMs: paidAtWallMs } = attempt;
  /* The attempt does not show a charge after a failure, nor that a person declared the payment to stand. */
  const charged = result === 'S' || cause === 'paidAfterFailure' || cause === 'refundRequested';
  const id = refundId === undefined ? `c${paymentRequestId}` : `r${refundRequestId}`;
  return {
    /* A finished reversal of the same payment keeps its entry, which records how it ended. */
    reversalId: freeId(id, (taken) => ownEntry(book.reversals, taken) !== undefined),
    saleId,
    paymentRequestId,
    cause,
    ...present({ paymentId: terms.paymentId ?? paymentId }),
    amount,
    kind: refundRequestId === undefined ? 'cancel' : 'refund',
    ...present({ refundRequestId, refundId, reason }),
    known: charged || attempt.known === true,
    ...present({ charged: charged ? true : undefined, untried }),
    state: manual ? 'needsPerson' : 'open',
    manual,
    payableUntilWallMs: expiresAtWallMs,
    ...accountOf(attempt),
    paidAtWallMs,
    startedAtWallMs,
  };
}
