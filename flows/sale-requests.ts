import { openReversals, openSale } from './book.js';
import type { CallAnswer } from './call-answer.js';
import type { Event } from './input.js';
import { isHeld } from './is-held.js';
import { isMoneyValue, isPayable, type Money, sameMoney } from './money.js';
import { noSale } from './no-sale.js';
import { ownEntry } from './own-entry.js';
import { paidOrder } from './paid-orders.js';
import { startPayment } from './payment.js';
import { isPaymentCode } from './payment-code.js';
import { present } from './present.js';
import { readiness } from './readiness.js';
import type { Reversal, ReversalCause } from './reversal.js';
import { startReversal } from './reversal-start.js';
import { isOpen, type Sale } from './sale.js';
import { newSaleId } from './sale-id.js';
import { isBeingSettled } from './settle-as-paid.js';
import type { Turn } from './turn.js';
import { isVendChannel } from './vend-channel.js';

/*
 * Requests of customers and host apps: start a sale, show a code, cancel. Invariants
 * - At most one sale is open.
 * - An order that was paid is never charged again.
 */

type SaleRequested = Extract<Event, { type: 'saleRequested' }>;

export function onSaleRequested(turn: Turn, request: SaleRequested): void {
  const { callId, orderId, amount } = request;
  const answer = (found: CallAnswer) => turn.answer(callId, found);
  const { currency, channelCount, saleMode } = turn.policy;
  if (amount.currency === currency && isMoneyValue(amount.value) && !isPayable(amount)) {
    return answer({ kind: 'invalid', field: 'amount', problem: 'hundredths', currency });
  }
  if (!isPayable(amount) || amount.currency !== currency) {
    return answer({ kind: 'invalid', field: 'amount', problem: 'notPayable', currency });
  }
  const { channel } = request;
  if (channelCount !== undefined && channel && !isVendChannel(channel, channelCount)) {
    return answer({ kind: 'invalid', field: 'channel', problem: 'noSuchChannel', channelCount });
  }
  if (saleMode === 'mdb') return answer({ kind: 'conflict', code: 'machineSells' });
  const open = openSale(turn.book);
  if (open !== undefined) {
    if (open.orderId === orderId && sameMoney(open.amount, amount)) {
      return answer({ kind: 'sale', saleId: open.saleId, created: false });
    }
    const { saleId, state } = open;
    return answer({ kind: 'conflict', code: 'saleOpen', because: 'busy', saleId, state });
  }
  const paid = Object.values(turn.book.sales).find((sale) => sale.orderId === orderId && sale.state === 'settled');
  if (paid !== undefined) {
    if (sameMoney(paid.amount, amount)) return answer({ kind: 'sale', saleId: paid.saleId, created: false });
    return answer({ kind: 'conflict', code: 'orderPaid', because: 'otherAmount', orderId });
  }
  const gone = paidOrder(turn.book.paidOrders, orderId);
  if (gone !== undefined) return answer({ kind: 'conflict', code: 'orderPaid', because: 'notKept', paid: gone });
  const held = heldOfOrder(turn, orderId);
  if (held !== undefined) {
    return answer({ kind: 'conflict', code: 'orderHeld', orderId, reversalId: held.reversalId });
  }
  const { reasons } = readiness(turn);
  if (reasons.length > 0) return answer({ kind: 'notReady', reasons });
  const saleId = startSale(turn, orderId, amount, request);
  answer({ kind: 'sale', saleId, created: true });
}

/**
 * A reversal of the order that a person may still settle as paid, or is settling, or pays back by hand. Another sale would
 * charge the order twice.
 */
function heldOfOrder(turn: Turn, orderId: string): Reversal | undefined {
  const { book } = turn;
  return openReversals(book).find(
    (reversal) =>
      ownEntry(book.sales, reversal.saleId)?.orderId === orderId &&
      (isHeld(turn, reversal) || isBeingSettled(turn, reversal.reversalId)),
  );
}

/** Opens a sale and asks for a code. The caller has checked that the terminal is ready and free. */
export function startSale(
  turn: Turn,
  orderId: string,
  amount: Money,
  { description, channel }: { readonly description?: string; readonly channel?: string },
): string {
  const { at } = turn;
  const saleId = newSaleId(turn);
  const seenMs = turn.book.seenMs + Math.max(0, at.atMs - turn.live.seenFromMs);
  const sale: Sale = {
    saleId,
    orderId,
    amount,
    ...present({ description, channel }),
    state: 'awaitingCode',
    attempts: [],
    receipt: 'none',
    seenMs,
    startedAtWallMs: at.wallMs,
    updatedAtWallMs: at.wallMs,
  };
  turn.record({ type: 'saleStarted', sale });
  turn.set({ seenFromMs: at.atMs });
  turn.dropNotice();
  turn.setTimer('codeWait', turn.policy.codeWaitMs);
  return saleId;
}

export function onCodeScanned(turn: Turn, code: string): void {
  const sale = openSale(turn.book);
  if (sale?.state !== 'awaitingCode') return turn.ignore('no sale waits for a code');
  const { kind } = takeCode(turn, sale, code);
  if (kind === 'invalid') turn.refuse({ device: 'scanner', reason: 'notAPaymentCode', times: 1 });
}

export function onCodeUnclear(turn: Turn): void {
  if (openSale(turn.book)?.state !== 'awaitingCode') return turn.ignore('no sale waits for a code');
  turn.notify('oneCodeOnly');
  turn.refuse({ device: 'scanner', reason: 'twoCodes', times: 1 });
}

export function onCodeGiven(turn: Turn, callId: string, saleId: string, code: string): void {
  const sale = ownEntry(turn.book.sales, saleId);
  if (sale === undefined) return turn.answer(callId, noSale(turn.book, saleId));
  const { state } = sale;
  if (state !== 'awaitingCode') return turn.answer(callId, { kind: 'conflict', code: 'notAwaitingCode', state });
  turn.answer(callId, takeCode(turn, sale, code));
}

/** Pays with the code, or says why not; then the sale stays as it is. */
function takeCode(turn: Turn, sale: Sale, code: string): CallAnswer {
  if (!isPaymentCode(code, turn.policy.codeDigits)) {
    turn.notify('notAPaymentCode');
    return { kind: 'invalid', field: 'code', problem: 'notAPaymentCode', ...turn.policy.codeDigits };
  }
  const { reasons } = readiness(turn);
  if (reasons.length > 0) {
    turn.notify('serviceUnavailable');
    return { kind: 'notReady', reasons };
  }
  startPayment(turn, sale, code);
  return { kind: 'sale', saleId: sale.saleId, created: false };
}

export function onCodeWaitOver(turn: Turn): void {
  const sale = openSale(turn.book);
  if (sale?.state !== 'awaitingCode') return turn.ignore('no sale waits for a code');
  closeUncharged(turn, sale, 'noCode');
}

export function onCancelRequested(turn: Turn, callId: string, saleId: string): void {
  const sale = ownEntry(turn.book.sales, saleId);
  if (sale === undefined) return turn.answer(callId, noSale(turn.book, saleId));
  switch (sale.state) {
    case 'vending':
      return turn.answer(callId, { kind: 'conflict', code: 'goodsMoving' });
    case 'settled':
      return turn.answer(callId, { kind: 'conflict', code: 'alreadyDelivered' });
    default:
      if (isOpen(sale)) cancel(turn, sale, 'hostCancelled');
      return turn.answer(callId, { kind: 'sale', saleId, created: false });
  }
}

/** The customer's cancel key. After the approval it has no effect: the goods may be on their way out. */
export function onCustomerCancelled(turn: Turn): void {
  const sale = openSale(turn.book);
  if (sale === undefined || sale.state === 'approved' || sale.state === 'vending')
    return turn.ignore('nothing to cancel');
  cancel(turn, sale, 'customerCancelled');
}

function cancel(turn: Turn, sale: Sale, cause: ReversalCause): void {
  if (sale.state === 'awaitingCode') return closeUncharged(turn, sale, cause);
  startReversal(turn, sale, cause);
}

/** Ends a sale of which nothing was charged or can be charged. */
export function closeUncharged(turn: Turn, sale: Sale, cause: string): void {
  turn.record({ type: 'saleCancelled', saleId: sale.saleId, cause, attempted: sale.attempts.length > 0 });
  turn.clearTimer('codeWait');
}
