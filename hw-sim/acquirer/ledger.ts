/**
 * What happened to the money, as the acquirer recorded it. The oracle checks the terminal against it.
 *
 * Invariants
 * - A payment is charged at most once and reversed at most once, and a reversed payment has no refund that is not failed.
 * - Refunds that are not failed never sum up to more than the payment.
 * - The history only grows; the state of a payment is the sum of its events.
 */
import type { Money } from './request-shape.js';

export type PaymentStatus = 'PROCESSING' | 'SUCCESS' | 'FAIL' | 'CANCELLED';
export type RefundStatus = 'PROCESSING' | 'SUCCESS' | 'FAIL';

export interface Payment {
  readonly paymentRequestId: string;
  readonly paymentId: string;
  readonly amount: Money;
  /** The payment code: a secret. */
  readonly code: string;
  readonly notifyUrl: string | undefined;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly status: PaymentStatus;
  /** `SUCCESS`, `PAYMENT_IN_PROCESS`, or why it failed. */
  readonly resultCode: string;
  readonly chargedAtMs: number | undefined;
  readonly cancelledAtMs: number | undefined;
  readonly refunds: readonly Refund[];
}

export interface Refund {
  readonly refundRequestId: string;
  readonly refundId: string;
  readonly paymentRequestId: string;
  readonly amount: Money;
  readonly status: RefundStatus;
  readonly resultCode: string;
  readonly createdAtMs: number;
  readonly refundedAtMs: number | undefined;
}

export interface LedgerEvent {
  readonly sequence: number;
  readonly atMs: number;
  readonly kind:
    | 'received'
    | 'charged'
    | 'failed'
    /** Cancelled before any charge. */
    | 'cancelled'
    /** A charge undone by a cancel. */
    | 'reversed'
    /** A cancel of a payment that the acquirer does not know, accepted. */
    | 'unknownCancelled'
    | 'refundReceived'
    | 'refunded'
    | 'refundFailed';
  readonly paymentRequestId: string;
  readonly refundRequestId?: string;
  readonly code?: string;
}

/** The state of one payment request, and where its money is. */
export interface Standing {
  readonly charged: boolean;
  readonly chargedAtMs: number | undefined;
  readonly reversedAtMs: number | undefined;
  /** Sum of the finished refunds, in the smallest unit. */
  readonly refundedValue: bigint;
  /** What the merchant has now: the amount charged less what was reversed or refunded. */
  readonly heldValue: bigint;
}

/** The ledger, read-only. */
export interface Ledger {
  payment(paymentRequestId: string): Payment | undefined;
  paymentById(paymentId: string): Payment | undefined;
  refund(refundRequestId: string): Refund | undefined;
  refundById(refundId: string): Refund | undefined;
  payments(): IterableIterator<Payment>;
  readonly history: readonly LedgerEvent[];
  standing(paymentRequestId: string): Standing;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type NewPayment = Omit<Payment, 'status' | 'resultCode' | 'chargedAtMs' | 'cancelledAtMs' | 'refunds'>;
type NewRefund = Omit<Refund, 'status' | 'resultCode' | 'refundedAtMs'>;

/** The ledger as the acquirer writes it. Every method throws where an invariant would break. */
export interface LedgerBook extends Ledger {
  receive(payment: NewPayment): void;
  charge(paymentRequestId: string, atMs: number): void;
  fail(paymentRequestId: string, code: string, atMs: number): void;
  cancel(paymentRequestId: string, atMs: number): void;
  cancelUnknown(paymentRequestId: string, atMs: number): void;
  receiveRefund(refund: NewRefund): void;
  completeRefund(refundRequestId: string, atMs: number): void;
  failRefund(refundRequestId: string, code: string, atMs: number): void;
}

export function createLedger(): LedgerBook {
  type OwnRefund = Writable<Refund>;
  type OwnPayment = Writable<Omit<Payment, 'refunds'>> & { readonly refunds: OwnRefund[] };
  const payments = new Map<string, OwnPayment>();
  const paymentsById = new Map<string, OwnPayment>();
  const refunds = new Map<string, OwnRefund>();
  const refundsById = new Map<string, OwnRefund>();
  const history: LedgerEvent[] = [];

  const record = (atMs: number, event: Omit<LedgerEvent, 'sequence' | 'atMs'>) => {
    history.push({ sequence: history.length, atMs, ...event });
  };

  function open(paymentRequestId: string): OwnPayment {
    const payment = payments.get(paymentRequestId);
    if (payment?.status !== 'PROCESSING') throw new Error(`payment ${paymentRequestId} is not in process`);
    return payment;
  }

  function openRefund(refundRequestId: string): OwnRefund {
    const refund = refunds.get(refundRequestId);
    if (refund?.status !== 'PROCESSING') throw new Error(`refund ${refundRequestId} is not in process`);
    return refund;
  }

  return {
    payment: (id) => payments.get(id),
    paymentById: (id) => paymentsById.get(id),
    refund: (id) => refunds.get(id),
    refundById: (id) => refundsById.get(id),
    payments: () => payments.values(),
    history,

    standing(paymentRequestId) {
      const payment = payments.get(paymentRequestId);
      const charged = payment?.chargedAtMs !== undefined;
      const reversedAtMs = charged ? payment.cancelledAtMs : undefined;
      const refundedValue = payment === undefined ? 0n : sum(payment.refunds, 'SUCCESS');
      return {
        charged,
        chargedAtMs: payment?.chargedAtMs,
        reversedAtMs,
        refundedValue,
        heldValue: charged && reversedAtMs === undefined ? BigInt(payment.amount.value) - refundedValue : 0n,
      };
    },

    receive(payment) {
      const { paymentRequestId, paymentId } = payment;
      if (payments.has(paymentRequestId)) throw new Error(`payment ${paymentRequestId} is known already`);
      const own: OwnPayment = {
        ...payment,
        status: 'PROCESSING',
        resultCode: 'PAYMENT_IN_PROCESS',
        chargedAtMs: undefined,
        cancelledAtMs: undefined,
        refunds: [],
      };
      payments.set(paymentRequestId, own);
      paymentsById.set(paymentId, own);
      record(payment.createdAtMs, { kind: 'received', paymentRequestId });
    },

    charge(paymentRequestId, atMs) {
      const payment = open(paymentRequestId);
      payment.status = 'SUCCESS';
      payment.resultCode = 'SUCCESS';
      payment.chargedAtMs = atMs;
      record(atMs, { kind: 'charged', paymentRequestId });
    },

    fail(paymentRequestId, code, atMs) {
      const payment = open(paymentRequestId);
      payment.status = 'FAIL';
      payment.resultCode = code;
      record(atMs, { kind: 'failed', paymentRequestId, code });
    },

    cancel(paymentRequestId, atMs) {
      const payment = payments.get(paymentRequestId);
      if (payment === undefined || payment.status === 'CANCELLED' || isRefunded(payment)) {
        throw new Error(`payment ${paymentRequestId} cannot be cancelled`);
      }
      payment.status = 'CANCELLED';
      payment.cancelledAtMs = atMs;
      record(atMs, { kind: payment.chargedAtMs === undefined ? 'cancelled' : 'reversed', paymentRequestId });
    },

    cancelUnknown(paymentRequestId, atMs) {
      record(atMs, { kind: 'unknownCancelled', paymentRequestId });
    },

    receiveRefund(refund) {
      const { refundRequestId, paymentRequestId } = refund;
      const payment = payments.get(paymentRequestId);
      if (
        payment?.status !== 'SUCCESS' ||
        refunds.has(refundRequestId) ||
        refundable(payment) < BigInt(refund.amount.value)
      ) {
        throw new Error(`refund ${refundRequestId} is not possible`);
      }
      const own: OwnRefund = {
        ...refund,
        status: 'PROCESSING',
        resultCode: 'REFUND_IN_PROCESS',
        refundedAtMs: undefined,
      };
      payment.refunds.push(own);
      refunds.set(refundRequestId, own);
      refundsById.set(refund.refundId, own);
      record(refund.createdAtMs, { kind: 'refundReceived', paymentRequestId, refundRequestId });
    },

    completeRefund(refundRequestId, atMs) {
      const refund = openRefund(refundRequestId);
      refund.status = 'SUCCESS';
      refund.resultCode = 'SUCCESS';
      refund.refundedAtMs = atMs;
      record(atMs, { kind: 'refunded', paymentRequestId: refund.paymentRequestId, refundRequestId });
    },

    failRefund(refundRequestId, code, atMs) {
      const refund = openRefund(refundRequestId);
      refund.status = 'FAIL';
      refund.resultCode = code;
      record(atMs, { kind: 'refundFailed', paymentRequestId: refund.paymentRequestId, refundRequestId, code });
    },
  };
}

/** Whether any part of it was refunded or is being refunded. */
export function isRefunded(payment: Payment): boolean {
  return payment.refunds.some((refund) => refund.status !== 'FAIL');
}

/** What may still be refunded of a payment, in the smallest unit: refunds in process count as done. */
export function refundable(payment: Payment): bigint {
  return BigInt(payment.amount.value) - sum(payment.refunds, 'SUCCESS') - sum(payment.refunds, 'PROCESSING');
}

function sum(refunds: readonly Refund[], status: RefundStatus): bigint {
  let total = 0n;
  for (const refund of refunds) if (refund.status === status) total += BigInt(refund.amount.value);
  return total;
}
