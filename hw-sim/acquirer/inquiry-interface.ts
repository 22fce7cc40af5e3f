import type { Answer } from './interface-parts.js';
import { formatIsoTime } from './iso-time.js';
import type { Ledger, Payment } from './ledger.js';
import { paymentFields } from './payment-fields.js';
import { refundFields } from './refund-interface.js';
import type { PaymentReference, RefundReference } from './request-shape.js';

/** Answers inquiries of a payment. The result is that of the inquiry; the payment's is in `paymentStatus`. */
export function inquirePayment(ledger: Ledger, { paymentId, paymentRequestId }: PaymentReference): Answer {
  const payment = paymentId === undefined ? ledger.payment(paymentRequestId ?? '') : ledger.paymentById(paymentId);
  if (payment === undefined) return { code: 'ORDER_NOT_EXIST' };
  return {
    code: 'SUCCESS',
    fields: {
      ...paymentFields(payment),
      paymentStatus: payment.status,
      paymentResultCode: payment.status === 'CANCELLED' ? 'ORDER_IS_CANCELED' : payment.resultCode,
      paymentResultMessage: payment.status.toLowerCase(),
      transactions: transactionsOf(payment),
    },
  };
}

export function inquireRefund(ledger: Ledger, { refundId, refundRequestId }: RefundReference): Answer {
  const refund = refundId === undefined ? ledger.refund(refundRequestId ?? '') : ledger.refundById(refundId);
  if (refund === undefined) return { code: 'REFUND_NOT_EXIST' };
  return { code: 'SUCCESS', fields: { ...refundFields(refund), refundStatus: refund.status } };
}

function transactionsOf(payment: Payment): unknown[] {
  const refunds = payment.refunds.map((refund) => ({
    transactionType: 'REFUND',
    transactionId: refund.refundId,
    transactionRequestId: refund.refundRequestId,
    transactionStatus: refund.status,
    transactionAmount: refund.amount,
    ...(refund.refundedAtMs === undefined ? {} : { transactionTime: formatIsoTime(refund.refundedAtMs) }),
  }));
  if (payment.cancelledAtMs === undefined) return refunds;
  return [
    {
      transactionType: 'CANCEL',
      transactionStatus: 'SUCCESS',
      transactionAmount: payment.amount,
      transactionTime: formatIsoTime(payment.cancelledAtMs),
    },
    ...refunds,
  ];
}
