import { type Book, paymentOf } from './book.js';
import { sameMoney } from './money.js';
import { newReversal, type ReversalTerms } from './new-reversal.js';
import { ofOtherAccount } from './of-other-account.js';
import { paidRest } from './paid-rest.js';
import { refundRequestIdFor } from './refund-request-id.js';
import type { ReversalCause } from './reversal.js';
import { queueReversal } from './reversal-queue.js';
import { type Attempt, isOpen, lastAttempt, type Sale } from './sale.js';
import type { PaymentProgress } from './terminal-state.js';
import type { Turn } from './turn.js';

/** Starts the reversal of the sale's payment. It is durable before anything is sent; the terminal is free at once. */
export function startReversal(turn: Turn, sale: Sale, cause: ReversalCause): void {
  reverse(turn, sale, cause, false);
}

/** The same, but held until a person decides, because the goods may have been released. */
export function holdForPerson(turn: Turn, sale: Sale, cause: ReversalCause): void {
  reverse(turn, sale, cause, true);
}

function reverse(turn: Turn, sale: Sale, cause: ReversalCause, manual: boolean): void {
  const attempt = lastAttempt(sale);
  if (attempt === undefined) throw new Error(`sale ${sale.saleId} has no payment to reverse`);
  const { paymentId, startedAtMs } = (isOpen(sale) ? endPayment(turn) : undefined) ?? {};
  const amount = paidRest(turn.book, sale);
  /* A payment that was refunded in part can no longer be cancelled. */
  const refundRequestId = sameMoney(amount, sale.amount)
    ? undefined
    : refundRequestIdFor(turn, attempt.paymentRequestId);
  const untried = manual || ofOtherAccount(turn, attempt) ? true : undefined;
  const terms: ReversalTerms = { cause, amount, manual, paymentId, refundRequestId, untried };
  queueReversal(turn, newReversal(turn.book, sale, attempt, terms, turn.at.wallMs), startedAtMs);
}

/**
 * The acquirer says that a payment succeeded that had ended without a charge: it had failed, was cancelled, or was settled as
 * reversed by a person. Only that payment is reversed. Its sale, which ended or went on with another payment, stays as it is.
 * True where a reversal was started.
 */
export function reverseDenied(turn: Turn, paymentRequestId: string, paymentId: string | undefined): boolean {
  const payment = paymentOf(turn.book, paymentRequestId);
  if (payment === undefined || !wasDenied(turn.book, payment.attempt)) return false;
  const { sale, attempt } = payment;
  turn.alarm('resultContradicts', paymentRequestId);
  /* The reversal without a charge was a refund: goods that were delivered stay paid. */
  if (sale.state === 'settled' && attempt === lastAttempt(sale)) return false;
  const terms = { cause: 'paidAfterFailure', amount: sale.amount, manual: false, paymentId } as const;
  queueReversal(turn, newReversal(turn.book, sale, attempt, terms, turn.at.wallMs));
  return true;
}

/** Whether the attempt failed, or its reversal ended without a charge. False once it was reversed for that. */
function wasDenied(book: Book, { paymentRequestId, result }: Attempt): boolean {
  const reversals = Object.values(book.reversals).filter((one) => one.paymentRequestId === paymentRequestId);
  if (reversals.some(({ cause }) => cause === 'paidAfterFailure')) return false;
  const last = reversals.at(-1);
  if (last?.end === undefined) return last === undefined && result === 'F';
  /* Where the charge was known, it is what was undone, and this is a repeated notification. */
  const charged = last.charged === true || result === 'S';
  switch (last.end.how) {
    case 'nothingCharged':
      return true;
    case 'cancelled':
      return !charged;
    case 'settledByHand':
      return !charged && last.end.outcome !== 'paid';
    case 'refunded':
      return false;
  }
}

/**
 * Ends the work on the payment of the open sale. Not for a sale that is settled: then timers and payment belong to the next
 * customer.
 */
function endPayment(turn: Turn): PaymentProgress | undefined {
  const { payment } = turn.live;
  turn.set({ payment: undefined });
  turn.clearTimer('inquiry');
  turn.clearTimer('hostConfirm');
  return payment;
}
