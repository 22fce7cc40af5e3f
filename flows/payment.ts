import type { AcquirerAnswer } from './acquirer-answer.js';
import { noteAnswer, noteLateAnswer, noteMisconfigured, type VerifiedAnswer, verified } from './acquirer-watch.js';
import { openSale } from './book.js';
import { approve } from './delivery.js';
import type { Money } from './money.js';
import { sameMoney } from './money.js';
import { paymentRequestId } from './payment-request-id.js';
import { declinedText, failedPaymentRow, inquiryAction, type PayRow, payRow, showsPayment } from './result-codes.js';
import { notePaymentShown } from './reversal-queue.js';
import { startReversal } from './reversal-start.js';
import type { Sale } from './sale.js';
import type { PaymentProgress } from './terminal-state.js';
import type { Turn } from './turn.js';

/*
 * From the payment code to a known result. Invariants
 * - `live.payment` is set exactly while the open sale is paying or inquiring, and names its last attempt.
 * - The `inquiry` timer is set for as long: silence of any kind leads on.
 * - A sale leaves these states only as approved, as surely failed, or into a durable reversal.
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
    account: policy.account,
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
  const payment: PaymentProgress = { paymentRequestId: id, startedAtMs: at.atMs, inquiriesSent: 0, known: false };
  const { notice: _, ...live } = turn.live;
  turn.live = { ...live, payment };
  turn.clearTimer('codeWait');
  turn.clearTimer('notice');
  turn.setTimer('inquiry', policy.payReplyTimeoutMs);
}

export function onPayAnswered(turn: Turn, id: string, answer: AcquirerAnswer): void {
  const current = currentPayment(turn, id);
  const believed = verified(answer);
  if (current === undefined) {
    noteLateAnswer(turn, answer);
    if (believed !== undefined && showsPayment(believed) && notePaymentShown(turn, id, believed.paymentId)) return;
    return turn.ignore('late reply to pay');
  }
  noteAnswer(turn, answer);
  if (believed === undefined) return inquire(turn, current.sale);
  if (showsPayment(believed)) markKnown(turn, current.payment, believed.paymentId);
  switch (believed.status) {
    case 'S':
      return approveIfAmountHolds(turn, current.sale, believed);
    case 'U':
      return inquire(turn, current.sale);
    case 'F': {
      const row = payRow(believed.code);
      if (row.action === 'inquire') return inquire(turn, current.sale);
      return failAttempt(turn, current.sale, believed.code, row);
    }
  }
}

/** Time for the next inquiry, or for giving up. */
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
  turn.live = { ...turn.live, payment: { ...payment, inquiriesSent: payment.inquiriesSent + 1 } };
  turn.setTimer('inquiry', turn.policy.inquiryIntervalMs);
}

export function onInquiryAnswered(turn: Turn, id: string, answer: AcquirerAnswer): void {
  const current = currentPayment(turn, id);
  const believed = verified(answer);
  if (current === undefined) {
    noteLateAnswer(turn, answer);
    if (believed?.paymentStatus !== undefined && notePaymentShown(turn, id, believed.paymentId)) return;
    return turn.ignore('late reply to an inquiry');
  }
  noteAnswer(turn, answer);
  if (believed === undefined) return;
  switch (believed.status) {
    case 'U':
      return;
    case 'F':
      if (inquiryAction(believed.code) === 'reverse') startReversal(turn, current.sale, 'inquiryRefused');
      return;
    case 'S':
      if (believed.paymentStatus !== undefined) markKnown(turn, current.payment, believed.paymentId);
      switch (believed.paymentStatus) {
        case 'SUCCESS':
          return approveIfAmountHolds(turn, current.sale, believed);
        case 'FAIL':
        case 'CANCELLED': {
          const code = believed.paymentResultCode;
          return failAttempt(turn, current.sale, code ?? believed.paymentStatus, failedPaymentRow(code));
        }
        default:
          return;
      }
  }
}

/** The acquirer tells by itself that a payment succeeded; the signature was checked. */
export function onPaymentNotified(turn: Turn, id: string, paymentId: string, amount: Money): void {
  const current = currentPayment(turn, id);
  if (current !== undefined) {
    if (!sameMoney(amount, current.sale.amount)) return turn.alarm('amountDiffers', id);
    markKnown(turn, current.payment, paymentId);
    return approve(turn, current.sale, paymentId);
  }
  for (const sale of Object.values(turn.book.sales)) {
    for (const attempt of sale.attempts) {
      if (attempt.paymentRequestId !== id) continue;
      if (attempt.result === 'F' || endedUncharged(turn, id)) turn.alarm('resultContradicts', id);
      if (notePaymentShown(turn, id, paymentId)) return;
      return turn.ignore(`notification in state ${sale.state}`);
    }
  }
  turn.ignore('notification of an unknown payment');
}

/** Whether the acquirer once said for certain that there was nothing to reverse. */
function endedUncharged(turn: Turn, id: string): boolean {
  return Object.values(turn.book.reversals).some(
    ({ paymentRequestId, end }) => paymentRequestId === id && end?.how === 'nothingCharged',
  );
}

function currentPayment(turn: Turn, id: string): { sale: Sale; payment: PaymentProgress } | undefined {
  const payment = turn.live.payment;
  const sale = openSale(turn.book);
  return payment?.paymentRequestId === id && sale !== undefined ? { sale, payment } : undefined;
}

/** From now on only inquiries can tell. The first one is due when the pay reply's time is over. */
function inquire(turn: Turn, sale: Sale): void {
  if (sale.state === 'paying') turn.record({ type: 'inquiryStarted', saleId: sale.saleId });
}

function markKnown(turn: Turn, payment: PaymentProgress, paymentId: string | undefined): void {
  const found = paymentId === undefined ? {} : { paymentId };
  turn.live = { ...turn.live, payment: { ...payment, known: true, ...found } };
}

function approveIfAmountHolds(turn: Turn, sale: Sale, answer: VerifiedAnswer): void {
  if (answer.amount === undefined || !sameMoney(answer.amount, sale.amount)) {
    turn.alarm('amountDiffers', turn.live.payment?.paymentRequestId ?? sale.saleId);
    return inquire(turn, sale);
  }
  approve(turn, sale, answer.paymentId ?? turn.live.payment?.paymentId);
}

function failAttempt(turn: Turn, sale: Sale, code: string, row: PayRow): void {
  if (row.action === 'configuration') noteMisconfigured(turn, code);
  const final = row.action !== 'tryAgain' || sale.attempts.length >= turn.policy.attemptLimit;
  const { payment: _, ...live } = turn.live;
  turn.live = live;
  turn.clearTimer('inquiry');
  turn.record({ type: 'attemptFailed', saleId: sale.saleId, resultCode: code, final });
  turn.notify(final ? declinedText(code) : row.text);
  if (!final) turn.setTimer('codeWait', turn.policy.codeWaitMs);
}
