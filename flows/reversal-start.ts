import { sameMoney } from './money.js';
import { ownEntry } from './own-entry.js';
import { paidRest } from './paid-rest.js';
import { refundRequestIdFor } from './refund-request-id.js';
import type { Reversal, ReversalCause } from './reversal.js';
import { enqueue } from './reversal-queue.js';
import { isOpen, lastAttempt, type Sale } from './sale.js';
import type { PaymentProgress } from './terminal-state.js';
import type { Turn } from './turn.js';

/**
 * Undoes the sale's payment: the reversal is durable before anything is sent or told, and the customer is free to go.
 */
export function startReversal(turn: Turn, sale: Sale, cause: ReversalCause): void {
  begin(turn, sale, cause, 'open');
  if (isOpen(sale)) turn.notify('reversing');
}

/** Keeps the reversal back until a person decides, because the goods may have gone. */
export function holdForPerson(turn: Turn, sale: Sale, cause: ReversalCause): void {
  begin(turn, sale, cause, 'needsPerson');
  turn.notify('askOperator');
}

function begin(turn: Turn, sale: Sale, cause: ReversalCause, state: 'open' | 'needsPerson'): void {
  const attempt = lastAttempt(sale);
  if (attempt === undefined) throw new Error(`sale ${sale.saleId} has no payment to reverse`);
  const payment = isOpen(sale) ? letGo(turn) : undefined;
  const paymentId = payment?.paymentId ?? attempt.paymentId;
  const amount = paidRest(turn.book, sale);
  const reversal: Reversal = {
    reversalId: freeId(turn, `c${attempt.paymentRequestId}`),
    saleId: sale.saleId,
    cause,
    paymentRequestId: attempt.paymentRequestId,
    ...(paymentId === undefined ? {} : { paymentId }),
    amount,
    /* A payment that was refunded in part can no longer be cancelled. */
    ...(sameMoney(amount, sale.amount)
      ? { kind: 'cancel' }
      : { kind: 'refund', refundRequestId: refundRequestIdFor(turn, attempt.paymentRequestId) }),
    known: attempt.known === true || attempt.result === 'S',
    payableUntilWallMs: attempt.expiresAtWallMs,
    ...(attempt.account === undefined ? {} : { account: attempt.account }),
    paidAtWallMs: attempt.startedAtWallMs,
    startedAtWallMs: turn.at.wallMs,
    state,
    manual: state === 'needsPerson',
  };
  turn.record({ type: 'reversalStarted', reversal });
  enqueue(turn, reversal, payment?.startedAtMs);
}

/** One that a person settled as paid before keeps its entry, which says who did. */
function freeId(turn: Turn, wanted: string): string {
  let id = wanted;
  for (let number = 2; ownEntry(turn.book.reversals, id) !== undefined; number += 1) id = `${wanted}-${number}`;
  return id;
}

/**
 * Ends the work on the open sale. Not for a sale that was settled before: then timers and payment are those of the next
 * customer.
 */
function letGo(turn: Turn): PaymentProgress | undefined {
  const { payment, ...live } = turn.live;
  turn.live = live;
  for (const timer of ['inquiry', 'hostConfirm', 'vend', 'codeWait'] as const) turn.clearTimer(timer);
  return payment;
}
