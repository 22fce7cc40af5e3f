import { type Book, paymentOf } from './book.js';
import { freeId } from './free-id.js';
import { sameMoney } from './money.js';
import { ofOtherAccount } from './of-other-account.js';
import { ownEntry } from './own-entry.js';
import { paidRest } from './paid-rest.js';
import { accountOf, type PaymentAccount } from './payment-account.js';
import { refundRequestIdFor } from './refund-request-id.js';
import type { Reversal, ReversalCause } from './reversal.js';
import { startWork } from './reversal-queue.js';
import { type Attempt, isOpen, lastAttempt, type Sale } from './sale.js';
import type { PaymentProgress } from './terminal-state.js';
import type { Turn } from './turn.js';

/**
 * Undoes the sale's payment: the reversal is durable before anything is sent or told, and the customer is free to go.
 */
export function startReversal(turn: Turn, sale: Sale, cause: ReversalCause): void {
  begin(turn, sale, cause, 'open');
}

/** Keeps the reversal back until a person decides, because the goods may have gone. */
export function holdForPerson(turn: Turn, sale: Sale, cause: ReversalCause): void {
  begin(turn, sale, cause, 'needsPerson');
}

function begin(turn: Turn, sale: Sale, cause: ReversalCause, state: 'open' | 'needsPerson'): void {
  const attempt = lastAttempt(sale);
  if (attempt === undefined) throw new Error(`sale ${sale.saleId} has no payment to reverse`);
  const payment = isOpen(sale) ? letGo(turn) : undefined;
  const paymentId = payment?.paymentId ?? attempt.paymentId;
  const amount = paidRest(turn.book, sale);
  const own: OwnOfReversal = {
    cause,
    ...(paymentId === undefined ? {} : { paymentId }),
    amount,
    /* A payment that was refunded in part can no longer be cancelled. */
    ...(sameMoney(amount, sale.amount)
      ? { kind: 'cancel' }
      : { kind: 'refund', refundRequestId: refundRequestIdFor(turn, attempt.paymentRequestId) }),
    known: attempt.known === true || attempt.result === 'S',
    ...(attempt.result === 'S' ? { charged: true } : {}),
    ...(state === 'needsPerson' || ofOtherAccount(turn, attempt) ? { untried: true } : {}),
    state,
    manual: state === 'needsPerson',
  };
  enter(turn, sale, attempt, own, payment?.startedAtMs);
}

/**
 * The acquirer says that a payment succeeded which was over without a charge: it had said so for certain, or had cancelled it,
 * or a person had settled it as reversed. Exactly that payment is undone: its sale ended without it, or went on to another
 * one, and stays as it is. Tells whether it was so.
 */
export function reverseDenied(turn: Turn, paymentRequestId: string, paymentId: string | undefined): boolean {
  const payment = paymentOf(turn.book, paymentRequestId);
  if (payment === undefined || !wasDenied(turn.book, payment.attempt)) return false;
  const { sale, attempt } = payment;
  turn.alarm('resultContradicts', paymentRequestId);
  /* It was a refund that found nothing: goods that were delivered stay paid. */
  if (sale.state === 'settled' && attempt === lastAttempt(sale)) return false;
  enter(turn, sale, attempt, {
    cause: 'paidAfterFailure',
    ...(paymentId === undefined ? {} : { paymentId }),
    amount: sale.amount,
    kind: 'cancel',
    known: true,
    charged: true,
    state: 'open',
    manual: false,
  });
  return true;
}

/** By an attempt that failed, or by a reversal that knew of no charge. Once: who goes on to say both was answered. */
function wasDenied(book: Book, { paymentRequestId, result }: Attempt): boolean {
  const reversals = Object.values(book.reversals).filter((one) => one.paymentRequestId === paymentRequestId);
  if (reversals.some(({ cause }) => cause === 'paidAfterFailure')) return false;
  const last = reversals.at(-1);
  if (last?.end === undefined) return last === undefined && result === 'F';
  /* A success that was known by then is what was undone: notifications come again. */
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

/** What a reversal does not take from its payment. */
export type OwnOfReversal = Omit<
  Reversal,
  | keyof PaymentAccount
  | 'reversalId'
  | 'saleId'
  | 'paymentRequestId'
  | 'payableUntilWallMs'
  | 'paidAtWallMs'
  | 'startedAtWallMs'
>;

function enter(turn: Turn, sale: Sale, attempt: Attempt, own: OwnOfReversal, paymentStartedAtMs?: number): void {
  const reversal = reversalOf(turn.book, sale, attempt, own, turn.at.wallMs);
  turn.record({ type: 'reversalStarted', reversal });
  startWork(turn, reversal, paymentStartedAtMs);
}

/** The reversal of one payment, as an entry of the queue that is not in it yet. */
export function reversalOf(
  book: Book,
  sale: Sale,
  attempt: Attempt,
  own: OwnOfReversal,
  startedAtWallMs: number,
): Reversal {
  return {
    /* One that is finished keeps its entry, which says how, and who did it. */
    reversalId: freeId(`c${attempt.paymentRequestId}`, (id) => ownEntry(book.reversals, id) !== undefined),
    saleId: sale.saleId,
    paymentRequestId: attempt.paymentRequestId,
    ...own,
    payableUntilWallMs: attempt.expiresAtWallMs,
    ...accountOf(attempt),
    paidAtWallMs: attempt.startedAtWallMs,
    startedAtWallMs,
  };
}

/**
 * Ends the work on the open sale. Not for a sale that was settled before: then timers and payment are those of the next
 * customer.
 */
function letGo(turn: Turn): PaymentProgress | undefined {
  const { payment, ...live } = turn.live;
  turn.live = live;
  turn.clearTimer('inquiry');
  turn.clearTimer('hostConfirm');
  return payment;
}
