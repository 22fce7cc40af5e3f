import { readableTime } from './civil-time.js';
import type { Moment } from './moment.js';
import type { Money } from './money.js';
import { lastAttempt, type Sale } from './sale.js';

/**
 * A receipt as data. It shows the transaction amount and the request id with a barcode; never the amount in the
 * customer's wallet currency, nor the name of a card issuer (Alipay's best-practice page).
 */
export interface Receipt {
  readonly kind: 'sale' | 'copy' | 'reversed' | 'test';
  readonly orderId: string;
  readonly description?: string;
  readonly amount: Money;
  readonly paymentRequestId: string;
  readonly paymentId?: string;
  /** Local date and time of the payment, to the second. */
  readonly paidAt: string;
}

/** The receipt of a sale; undefined where there was no payment to tell of. */
export function receiptOf(sale: Sale, kind: Receipt['kind'], at: Moment): Receipt | undefined {
  const attempt = lastAttempt(sale);
  if (attempt === undefined) return undefined;
  return {
    kind,
    orderId: sale.orderId,
    ...(sale.description === undefined ? {} : { description: sale.description }),
    amount: sale.amount,
    paymentRequestId: attempt.paymentRequestId,
    ...(attempt.paymentId === undefined ? {} : { paymentId: attempt.paymentId }),
    paidAt: readableTime(attempt.startedAtWallMs, at.utcOffsetMinutes),
  };
}
