import { readableTime } from './civil-time.js';
import type { Moment } from './moment.js';
import type { Money } from './money.js';
import { present } from './present.js';
import type { Reversal } from './reversal.js';
import { type Attempt, lastAttempt, type Sale } from './sale.js';

/**
 * A receipt as data. It shows the transaction amount and the request id with a barcode; never the amount in the
 * customer's wallet currency, nor the name of a card issuer (Alipay's best-practice page).
 */
export type Receipt = Slip &
  (
    | { readonly kind: 'sale' | 'copy' | 'reversed' | 'test' }
    /** With the host app's id of the refund. */
    | { readonly kind: 'refund'; readonly refundId: string }
  );

interface Slip {
  readonly orderId: string;
  readonly description?: string;
  /** What was paid, or refunded. */
  readonly amount: Money;
  readonly paymentRequestId: string;
  readonly paymentId?: string;
  /** Local date and time, to the second: of the payment, or of the acquirer's confirmation of the refund. */
  readonly at: string;
  /** Offset of `at`, minutes east of UTC. */
  readonly utcOffsetMinutes: number;
}

/** The receipt of a sale; undefined without a payment. */
export function receiptOf(sale: Sale, kind: 'sale' | 'copy' | 'reversed', now: Moment): Receipt | undefined {
  const attempt = lastAttempt(sale);
  if (attempt === undefined) return undefined;
  const { startedAtWallMs, utcOffsetMinutes = now.utcOffsetMinutes } = attempt;
  return { kind, ...slip(sale, sale.amount, attempt, { wallMs: startedAtWallMs, utcOffsetMinutes }) };
}

/** The receipt of a refund; undefined until the acquirer has confirmed it. */
export function refundReceiptOf(sale: Sale, refund: Reversal, now: Moment): Receipt | undefined {
  const { refundId, end } = refund;
  if (refundId === undefined || end?.how !== 'refunded') return undefined;
  const { atWallMs: wallMs, utcOffsetMinutes = now.utcOffsetMinutes } = end;
  return { kind: 'refund', refundId, ...slip(sale, refund.amount, refund, { wallMs, utcOffsetMinutes }) };
}

function slip(
  { orderId, description }: Sale,
  amount: Money,
  { paymentRequestId, paymentId }: Pick<Attempt, 'paymentRequestId' | 'paymentId'>,
  { wallMs, utcOffsetMinutes }: Pick<Moment, 'wallMs' | 'utcOffsetMinutes'>,
): Slip {
  const at = readableTime(wallMs, utcOffsetMinutes);
  return present({ orderId, description, amount, paymentRequestId, paymentId, at, utcOffsetMinutes });
}
