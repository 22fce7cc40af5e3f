import type { Answer, InterfaceParts } from './interface-parts.js';
import { formatIsoTime } from './iso-time.js';
import { type Payment, type Refund, refundable } from './ledger.js';
import type { Fate } from './payment-plan.js';
import type { RefundOrder } from './request-shape.js';

/** The `refund` interface: in parts where the settings allow it. The same refundRequestId is the same refund. */
export function createRefundInterface(parts: InterfaceParts): (order: RefundOrder) => Answer {
  const { ledger, planner, settings } = parts;
  let sequence = 0;

  function refusal(order: RefundOrder, payment: Payment): string | undefined {
    switch (payment.status) {
      case 'CANCELLED':
        return 'ORDER_IS_CANCELED';
      case 'FAIL':
        return 'ORDER_IS_CLOSED';
      case 'PROCESSING':
        return 'ORDER_STATUS_INVALID';
      case 'SUCCESS':
        break;
    }
    const { amount } = payment;
    if (parts.nowMs() - payment.createdAtMs >= settings().refundWindowMs) return 'REFUND_WINDOW_EXCEED';
    if (order.amount.currency !== amount.currency) return 'PARAM_ILLEGAL';
    if (BigInt(order.amount.value) > refundable(payment)) return 'REFUND_AMOUNT_EXCEED';
    if (!settings().partialRefunds && order.amount.value !== amount.value) return 'PARTIAL_REFUND_NOT_SUPPORTED';
    if (!settings().multipleRefunds && payment.refunds.some((refund) => refund.status !== 'FAIL')) {
      return 'MULTIPLE_REFUNDS_NOT_SUPPORTED';
    }
    return undefined;
  }

  function repeat(order: RefundOrder, refund: Refund): Answer {
    const payment = ledger.payment(refund.paymentRequestId);
    const same =
      payment?.paymentId === order.paymentId &&
      refund.amount.value === order.amount.value &&
      refund.amount.currency === order.amount.currency;
    return same ? answerOf(refund, order.paymentId) : { code: 'REPEAT_REQ_INCONSISTENT' };
  }

  function settle(refundRequestId: string, fate: Fate): void {
    const finish = () => {
      if (fate.kind === 'fails') ledger.failRefund(refundRequestId, fate.code, parts.nowMs());
      else ledger.completeRefund(refundRequestId, parts.nowMs());
    };
    if (fate.kind === 'pending') return;
    const delayMs = fate.kind === 'notTaken' ? 0 : fate.afterMs;
    if (delayMs <= 0) finish();
    else parts.after(delayMs, finish);
  }

  return (order) => {
    const before = ledger.refund(order.refundRequestId);
    if (before !== undefined) return repeat(order, before);
    const payment = ledger.paymentById(order.paymentId);
    if (payment === undefined) return { code: 'ORDER_NOT_EXIST' };
    const code = refusal(order, payment);
    if (code !== undefined) return { code };
    const fate: Fate = planner.known(payment.paymentRequestId)?.refundFate ?? { kind: 'succeeds', afterMs: 0 };
    if (fate.kind === 'notTaken') return { code: 'UNKNOWN_EXCEPTION' };

    sequence += 1;
    const createdAtMs = parts.nowMs();
    ledger.receiveRefund({
      refundRequestId: order.refundRequestId,
      refundId: `${payment.paymentId}R${String(sequence).padStart(6, '0')}`,
      paymentRequestId: payment.paymentRequestId,
      amount: order.amount,
      createdAtMs,
    });
    settle(order.refundRequestId, fate);
    const refund = ledger.refund(order.refundRequestId);
    return refund === undefined ? { code: 'SYSTEM_ERROR' } : answerOf(refund, order.paymentId);
  };
}

function answerOf(refund: Refund, paymentId: string): Answer {
  if (refund.status === 'PROCESSING') return { code: 'REFUND_IN_PROCESS' };
  if (refund.status === 'FAIL') return { code: refund.resultCode };
  return { code: 'SUCCESS', fields: { ...refundFields(refund), paymentId } };
}

/** The fields of a refund in its own reply and in an inquiry. */
export function refundFields(refund: Refund): Record<string, unknown> {
  return {
    refundRequestId: refund.refundRequestId,
    refundId: refund.refundId,
    refundAmount: refund.amount,
    ...(refund.refundedAtMs === undefined ? {} : { refundTime: formatIsoTime(refund.refundedAtMs) }),
  };
}
