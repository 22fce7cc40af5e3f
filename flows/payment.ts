import { type AcquirerAnswer, neverLeft } from './acquirer-answer.js';
import { noteAcquirerAnswer, noteLateAnswer, noteRefusedPay, type VerifiedAnswer, verified } from './acquirer-watch.js';
import { openSale } from './book.js';
import { approve } from './delivery.js';
import { markKnownLate } from './known-late.js';
import type { Money } from './money.js';
import { sameMoney } from './money.js';
import { presentAccount } from './of-other-account.js';
import { paymentRequestId } from './payment-request-id.js';
import {
  failedPaymentRow,
  inquiryAction,
  makesKnown,
  NOT_SENT,
  type PayRow,
  payRow,
  promptsCustomer,
} from './result-codes.js';
import { startReversal } from './reversal-start.js';
import { lastAttempt, type Sale } from './sale.js';
import type { PaymentProgress } from './terminal-state.js';
import type { Turn } from './turn.js';
import { explanationOf, holdUnknown } from './unknown-payment.js';

/*
 * From the payment code to the result of the payment. Invariants
 * - `live.payment` is set exactly while the open sale is paying or inquiring, and names its last attempt.
 * - The `inquiry` timer is set in these states, so that no silence stops the sale.
 * - A sale leaves these states only as approved, as surely failed, or with a durable reversal.
 * - A request that never left has surely failed: nothing is inquired and nothing reversed.
 */

/** Sends the first payment request, or the next one after a failed attempt. */
export function startPayment(turn: Turn, sale: Sale, code: string): void {
  const { policy, at, book } = turn;
  const serialNumber = book.serialNumber + 1;
  const id = paymentRequestId(policy.terminalNumber, sale.amount.value, serialNumber, at);
  const expiresAtWallMs = at.wallMs + policy.paymentExpiryMs;
  turn.record({
    type: 'paymentStarted',
    saleId: sale.saleId,
    paymentRequestId: id,
    serialNumber,
    expiresAtWallMs,
    utcOffsetMinutes: at.utcOffsetMinutes,
    ...presentAccount(turn),
  });
  turn.effect({
    type: 'sendPay',
    timeoutMs: policy.payReplyTimeoutMs,
    payment: {
      paymentRequestId: id,
      orderId: sale.orderId,
      amount: sale.amount,
      description: sale.description ?? sale.orderId,
      startedAtWallMs: at.wallMs,
      expiresAtWallMs,
      utcOffsetMinutes: at.utcOffsetMinutes,
    },
    code,
  });
  const payment: PaymentProgress = { paymentRequestId: id, startedAtMs: at.atMs, inquiriesSent: 0 };
  turn.set({ payment });
  turn.clearTimer('codeWait');
  turn.dropNotice();
  turn.setTimer('inquiry', policy.payReplyTimeoutMs);
}

export function onPayAnswered(turn: Turn, id: string, answer: AcquirerAnswer): void {
  const current = currentPayment(turn, id);
  const believed = verified(answer);
  if (current === undefined) {
    noteLateAnswer(turn, 'pay', answer);
    const known = believed !== undefined && makesKnown(believed);
    if (known && markKnownLate(turn, id, believed.status === 'S', believed.paymentId)) return;
    return turn.ignore('late reply to pay');
  }
  noteAcquirerAnswer(turn, 'pay', answer);
  if (neverLeft(answer) && lastAttempt(current.sale)?.known !== true) {
    return failAttempt(turn, current.sale, NOT_SENT, failedPaymentRow(NOT_SENT));
  }
  if (believed === undefined) return inquire(turn, current.sale);
  switch (believed.status) {
    case 'S':
      return approveIfAmountHolds(turn, current, believed);
    case 'U':
      return unresolved(turn, current, believed);
    case 'F': {
      const row = payRow(believed.code);
      if (row.action === 'inquire') return unresolved(turn, current, believed);
      return failAttempt(turn, current.sale, believed.code, row);
    }
  }
}

/** The reply brought no result, but may have made the payment known. */
function unresolved(turn: Turn, current: CurrentPayment, reply: VerifiedAnswer): void {
  if (makesKnown(reply)) markKnown(turn, current, reply);
  inquire(turn, current.sale);
}

/** The next inquiry is due, or the reversal after the last one. */
export function onInquiryTimer(turn: Turn): void {
  const payment = turn.live.payment;
  const sale = openSale(turn.book);
  if (payment === undefined || sale === undefined) return turn.ignore('no payment to inquire');
  inquire(turn, sale);
  if (payment.inquiriesSent >= turn.policy.inquiryLimit) return startReversal(turn, sale, 'budgetSpent');
  turn.effect({
    type: 'sendInquiry',
    timeoutMs: turn.policy.inquiryReplyTimeoutMs,
    paymentRequestId: payment.paymentRequestId,
  });
  turn.set({ payment: { ...payment, inquiriesSent: payment.inquiriesSent + 1 } });
  turn.setTimer('inquiry', turn.policy.inquiryIntervalMs);
}

export function onInquiryAnswered(turn: Turn, id: string, answer: AcquirerAnswer): void {
  const current = currentPayment(turn, id);
  const believed = verified(answer);
  if (current === undefined) {
    noteLateAnswer(turn, 'inquiry', answer);
    const status = believed?.paymentStatus;
    if (status !== undefined && markKnownLate(turn, id, status === 'SUCCESS', believed?.paymentId)) return;
    return turn.ignore('late reply to an inquiry');
  }
  noteAcquirerAnswer(turn, 'inquiry', answer);
  if (believed === undefined) return;
  switch (believed.status) {
    case 'U':
      if (promptsCustomer(believed)) markKnown(turn, current, believed);
      return;
    case 'F':
      if (inquiryAction(believed.code) === 'reverse') startReversal(turn, current.sale, 'inquiryRefused');
      return;
    case 'S':
      switch (believed.paymentStatus) {
        case 'SUCCESS':
          return approveIfAmountHolds(turn, current, believed);
        case 'FAIL':
        case 'CANCELLED': {
          const code = believed.paymentResultCode;
          return failAttempt(turn, current.sale, code ?? believed.paymentStatus, failedPaymentRow(code));
        }
        case undefined:
          return;
        default:
          return markKnown(turn, current, believed);
      }
  }
}

/** A notification that a payment succeeded; its signature was checked. */
export function onPaymentNotified(turn: Turn, id: string, paymentId: string, amount: Money): void {
  const current = currentPayment(turn, id);
  if (current !== undefined) {
    if (sameMoney(amount, current.sale.amount)) return approve(turn, current.sale, paymentId);
    turn.alarm('amountDiffers', id);
    return markKnown(turn, current, { paymentId, code: '' });
  }
  if (markKnownLate(turn, id, true, paymentId)) return;
  const explanation = explanationOf(turn, id);
  if (explanation !== undefined) return turn.ignore(explanation);
  holdUnknown(turn, id, paymentId, amount);
}

/** The part of an answer that makes a payment known. */
type KnownBy = Parameters<typeof promptsCustomer>[0] & { readonly paymentId?: string | undefined };

interface CurrentPayment {
  readonly sale: Sale;
  readonly payment: PaymentProgress;
}

function currentPayment(turn: Turn, id: string): CurrentPayment | undefined {
  const payment = turn.live.payment;
  const sale = openSale(turn.book);
  return payment?.paymentRequestId === id && sale !== undefined ? { sale, payment } : undefined;
}

/** From now on inquiries bring the result. The first one is due when the time for the pay reply is over. */
function inquire(turn: Turn, sale: Sale): void {
  if (sale.state === 'paying') turn.record({ type: 'inquiryStarted', saleId: sale.saleId });
}

/**
 * Recorded at most twice for each payment: when it becomes known, and when the customer is asked to confirm it. It is needed
 * after a power cut.
 */
function markKnown(turn: Turn, { sale, payment }: CurrentPayment, by: KnownBy): void {
  const { paymentId } = by;
  const attempt = lastAttempt(sale);
  const prompted = attempt?.prompted !== true && promptsCustomer(by);
  if (prompted) turn.record({ type: 'paymentShown', saleId: sale.saleId, prompted });
  else if (attempt?.known !== true) turn.record({ type: 'paymentShown', saleId: sale.saleId });
  if (paymentId !== undefined) turn.set({ payment: { ...payment, paymentId } });
}

function approveIfAmountHolds(turn: Turn, current: CurrentPayment, answer: VerifiedAnswer): void {
  const { sale, payment } = current;
  if (answer.amount === undefined || !sameMoney(answer.amount, sale.amount)) {
    turn.alarm('amountDiffers', payment.paymentRequestId);
    markKnown(turn, current, { paymentId: answer.paymentId, code: '' });
    return inquire(turn, sale);
  }
  approve(turn, sale, answer.paymentId ?? payment.paymentId);
}

function failAttempt(turn: Turn, sale: Sale, code: string, row: PayRow): void {
  if (row.action === 'configuration') noteRefusedPay(turn, code, sale.orderId);
  const final = row.action !== 'tryAgain' || sale.attempts.length >= turn.policy.attemptLimit;
  turn.set({ payment: undefined });
  turn.clearTimer('inquiry');
  turn.record({ type: 'attemptFailed', saleId: sale.saleId, resultCode: code, final });
  if (final) return;
  turn.notify(row.text);
  turn.setTimer('codeWait', turn.policy.codeWaitMs);
}
