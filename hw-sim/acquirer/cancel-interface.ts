import type { Answer, InterfaceParts } from './interface-parts.js';
import { formatIsoTime } from './iso-time.js';
import { isRefunded } from './ledger.js';
import type { PayInterface } from './pay-interface.js';
import type { PaymentReference } from './request-shape.js';

const dayMs = 86_400_000;
const chinaOffsetMs = 8 * 3_600_000;

/** When a payment made at `createdAtMs` stops being cancellable: 00:15 of the next day, GMT+8 (Alipay's cancel pages). */
export function cancelWindowEndMs(createdAtMs: number): number {
  return (Math.floor((createdAtMs + chinaOffsetMs) / dayMs) + 1) * dayMs - chinaOffsetMs + 15 * 60_000;
}

/** Cancels whole payments, whatever their status. Repeating a cancel is safe. */
export function createCancelInterface(
  parts: InterfaceParts,
  payInterface: PayInterface,
): (reference: PaymentReference) => Answer {
  const { ledger } = parts;

  function cancelUnknown(paymentRequestId: string): Answer {
    if (parts.settings().cancelOfUnknown === 'orderNotExist') return { code: 'ORDER_NOT_EXIST' };
    const atMs = parts.nowMs();
    payInterface.cancelledUnseen(paymentRequestId);
    ledger.cancelUnknown(paymentRequestId, atMs);
    return { code: 'SUCCESS', fields: { paymentRequestId, cancelTime: formatIsoTime(atMs) } };
  }

  return ({ paymentId, paymentRequestId }) => {
    const payment = paymentId === undefined ? ledger.payment(paymentRequestId ?? '') : ledger.paymentById(paymentId);
    if (payment === undefined) {
      // Only the terminal's own id can belong to a request that has not arrived: a payment id is given at arrival.
      return paymentId === undefined ? cancelUnknown(paymentRequestId ?? '') : { code: 'ORDER_NOT_EXIST' };
    }
    if (payment.status !== 'CANCELLED') {
      const atMs = parts.nowMs();
      if (isRefunded(payment)) return { code: 'PROCESS_FAIL', reason: 'a refunded payment cannot be cancelled' };
      if (atMs >= cancelWindowEndMs(payment.createdAtMs)) return { code: 'CANCEL_WINDOW_EXCEED' };
      payInterface.forget(payment.paymentRequestId);
      ledger.cancel(payment.paymentRequestId, atMs);
    }
    return {
      code: 'SUCCESS',
      fields: {
        paymentId: payment.paymentId,
        paymentRequestId: payment.paymentRequestId,
        cancelTime: formatIsoTime(payment.cancelledAtMs ?? 0),
      },
    };
  };
}
