import { openReversals, paymentOf } from './book.js';
import { formatMoney, type Money } from './money.js';
import { newReversal } from './new-reversal.js';
import { presentAccount } from './of-other-account.js';
import { isPaidRequest } from './paid-orders.js';
import { isOfTerminal } from './payment-request-id.js';
import { present } from './present.js';
import { queueReversal } from './reversal-queue.js';
import type { Attempt, Sale } from './sale.js';
import { newSaleId } from './sale-id.js';
import type { TerminalState } from './terminal-state.js';
import type { Turn } from './turn.js';

/** The most that are held at a time: a full queue would stop sales. */
const HELD_LIMIT = 10;

/** What explains the notification of a payment; undefined for a payment of this terminal that is not in the book. */
export function explanationOf(
  { policy, book }: Pick<TerminalState, 'policy' | 'book'>,
  paymentRequestId: string,
): string | undefined {
  const sale = paymentOf(book, paymentRequestId)?.sale;
  if (sale !== undefined) return `notification in state ${sale.state}`;
  if (!isOfTerminal(paymentRequestId, policy.terminalNumber)) return 'notification of an unknown payment';
  if (isPaidRequest(book.paidOrders, paymentRequestId)) return 'notification of a sale that is no longer kept';
  return undefined;
}

/**
 * The acquirer says that this terminal was paid, and no sale in the book explains it: the card was lost or wiped, and the
 * notification may be the only evidence. The payment is held for a person, under a sale that replaces the lost one and has the
 * time of the notification.
 */
export function holdUnknown(turn: Turn, paymentRequestId: string, paymentId: string | undefined, amount: Money): void {
  const { at, book, policy } = turn;
  const waiting = openReversals(book);
  const held = waiting.filter(({ cause }) => cause === 'unknownPayment').length;
  const price = `${amount.currency} ${formatMoney(amount)}`;
  const facts = [paymentRequestId, ...(paymentId === undefined ? [] : [paymentId]), price].join(' ');
  if (held >= HELD_LIMIT || waiting.length + 1 >= policy.queueLimit) {
    return turn.alarm('unknownPayment', `${facts}: not in the queue, where ${waiting.length} wait`);
  }
  turn.alarm('unknownPayment', facts);
  const attempt: Attempt = {
    paymentRequestId,
    startedAtWallMs: at.wallMs,
    utcOffsetMinutes: at.utcOffsetMinutes,
    expiresAtWallMs: at.wallMs,
    ...presentAccount(turn),
    result: 'S',
    ...present({ paymentId }),
  };
  const sale: Sale = {
    saleId: newSaleId(turn),
    orderId: paymentRequestId,
    amount,
    state: 'reversing',
    attempts: [attempt],
    receipt: 'none',
    seenMs: book.seenMs,
    startedAtWallMs: at.wallMs,
    updatedAtWallMs: at.wallMs,
  };
  turn.record({ type: 'saleStarted', sale });
  /* Not `untried`: a cancel may have left before the card was lost. */
  const terms = { cause: 'unknownPayment', amount, manual: true } as const;
  queueReversal(turn, newReversal(turn.book, sale, attempt, terms, at.wallMs));
}
