import type { Book } from './book.js';
import { freeId } from './free-id.js';
import { ownEntry } from './own-entry.js';
import { accountOf } from './payment-account.js';
import { present } from './present.js';
import type { Reversal } from './reversal.js';
import type { Attempt, Sale } from './sale.js';

/** What a reversal does not take from its payment. With `refundRequestId` it is a refund, otherwise a cancel. */
export type ReversalTerms = Pick<Reversal, 'cause' | 'amount' | 'manual'> & {
  readonly [K in 'paymentId' | 'refundRequestId' | 'refundId' | 'reason' | 'untried']?: Reversal[K] | undefined;
};

/** The reversal of one payment, as an entry of the queue that is not in it yet. */
export function newReversal(
  book: Book,
  { saleId }: Sale,
  attempt: Attempt,
  terms: ReversalTerms,
  startedAtWallMs: number,
): Reversal {
  const { cause, amount, manual, refundRequestId, refundId, reason, untried } = terms;
  const { paymentRequestId, paymentId, result, expiresAtWallMs, startedAtWallMs: paidAtWallMs } = attempt;
  /* The attempt does not say what was learned later: a charge after a failure, or that a person declared it to stand. */
  const charged = result === 'S' || cause === 'paidAfterFailure' || cause === 'refundRequested';
  const id = refundId === undefined ? `c${paymentRequestId}` : `r${refundRequestId}`;
  return {
    /* One that is finished keeps its entry, which says how, and who did it. */
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
