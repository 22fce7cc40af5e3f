import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { PaymentOrder, ReversalRequest } from '../../flows/effect.js';
import { sameMoney } from '../../flows/money.js';
import { cny, failure, found, paid, refundFound, success, unclear } from './builders.js';

/** The result of a payment request: at once, after the customer confirmed on the phone, or never. */
export type PayFate = 'paid' | 'refused' | 'paidLater' | 'failsLater' | 'turnedAway';

interface Account {
  readonly order: PaymentOrder;
  state: 'processing' | 'paid' | 'failed' | 'cancelled';
  later: 'paid' | 'failed';
  readonly refunds: Map<string, number>;
}

/**
 * A correct acquirer as a ledger: what arrives is booked once, also where its answer is lost. It is all that the properties
 * need; the simulator has the protocol.
 */
export interface ModelAcquirer {
  pay(order: PaymentOrder, fate: PayFate, nowWallMs: number): AcquirerAnswer;
  inquire(paymentRequestId: string): AcquirerAnswer;
  reverse(request: ReversalRequest, nowWallMs: number): AcquirerAnswer;
  /** Ends all open confirmations: the customers confirmed, or not. */
  settleProcessing(): void;
  /** Payments of which a notification can be sent. */
  paidOrders(): readonly PaymentOrder[];
  /** What the merchant still has of a payment, in the smallest unit. */
  kept(paymentRequestId: string): number;
  /** Every payment request that ever arrived. */
  readonly accounts: ReadonlyMap<string, { readonly state: string }>;
}

export interface AcquirerManners {
  /** Whether a cancel of an unknown payment is a success, or ORDER_NOT_EXIST. */
  readonly cancelsUnknown: boolean;
  /** Whether such a cancel also stops a payment request that arrives later. */
  readonly remembersCancels: boolean;
  /** A payment can be cancelled for that long. */
  readonly cancelPeriodMs: number;
}

export function createModelAcquirer(manners: AcquirerManners): ModelAcquirer {
  const accounts = new Map<string, Account>();
  const cancelled = new Set<string>();

  const refundedOf = (account: Account): number => [...account.refunds.values()].reduce((sum, one) => sum + one, 0);
  const paymentIdOf = (id: string): string => `P${id}`;
  const byPaymentId = (paymentId: string): Account | undefined => accounts.get(paymentId.slice(1));

  function replyToPay(account: Account): AcquirerAnswer {
    const { paymentRequestId, amount } = account.order;
    switch (account.state) {
      case 'paid':
        return paid(amount, paymentIdOf(paymentRequestId));
      case 'processing':
        return unclear('PAYMENT_IN_PROCESS');
      case 'failed':
        return failure('USER_BALANCE_NOT_ENOUGH');
      case 'cancelled':
        return failure('ORDER_IS_CANCELED');
    }
  }

  function cancel(id: string, nowWallMs: number): AcquirerAnswer {
    const account = accounts.get(id);
    if (account === undefined) {
      if (manners.remembersCancels) cancelled.add(id);
      return manners.cancelsUnknown ? success() : failure('ORDER_NOT_EXIST');
    }
    if (account.state === 'cancelled') return success();
    if (account.refunds.size > 0) return failure('PROCESS_FAIL');
    if (nowWallMs > account.order.startedAtWallMs + manners.cancelPeriodMs) return failure('CANCEL_WINDOW_EXCEED');
    account.state = 'cancelled';
    return success();
  }

  return {
    accounts,
    pay(order, fate, nowWallMs) {
      const id = order.paymentRequestId;
      const known = accounts.get(id);
      if (known !== undefined)
        return sameMoney(known.order.amount, order.amount) ? replyToPay(known) : failure('REPEAT');
      if (nowWallMs > order.expiresAtWallMs) return failure('EXPIRED_CODE');
      if (cancelled.has(id)) return failure('ORDER_IS_CANCELED');
      if (fate === 'turnedAway') return unclear('REQUEST_TRAFFIC_EXCEED_LIMIT');
      const state = fate === 'paid' ? 'paid' : fate === 'refused' ? 'failed' : 'processing';
      const account: Account = { order, state, later: fate === 'paidLater' ? 'paid' : 'failed', refunds: new Map() };
      accounts.set(id, account);
      return replyToPay(account);
    },
    inquire(id) {
      const account = accounts.get(id);
      if (account === undefined) return failure('ORDER_NOT_EXIST');
      const status = { processing: 'PROCESSING', paid: 'SUCCESS', failed: 'FAIL', cancelled: 'CANCELLED' }[
        account.state
      ];
      return found(status, { paymentId: paymentIdOf(id), amount: account.order.amount });
    },
    reverse(request, nowWallMs) {
      switch (request.type) {
        case 'cancel':
          return cancel(request.paymentRequestId, nowWallMs);
        case 'inquiry':
          return this.inquire(request.paymentRequestId);
        case 'refund': {
          const account = byPaymentId(request.paymentId);
          if (account === undefined) return failure('ORDER_NOT_EXIST');
          if (account.state === 'cancelled') return failure('ORDER_IS_CANCELED');
          if (account.state !== 'paid') return failure('ORDER_STATUS_INVALID');
          if (account.refunds.has(request.refundRequestId)) return success();
          const value = Number(request.amount.value);
          if (refundedOf(account) + value > Number(account.order.amount.value)) return failure('REFUND_AMOUNT_EXCEED');
          account.refunds.set(request.refundRequestId, value);
          return success();
        }
        case 'refundInquiry': {
          const known = [...accounts.values()].some(({ refunds }) => refunds.has(request.refundRequestId));
          return known ? refundFound('SUCCESS') : failure('REFUND_NOT_EXIST');
        }
      }
    },
    settleProcessing() {
      for (const account of accounts.values()) if (account.state === 'processing') account.state = account.later;
    },
    paidOrders() {
      return [...accounts.values()].filter(({ state }) => state === 'paid').map(({ order }) => order);
    },
    kept(id) {
      const account = accounts.get(id);
      if (account?.state !== 'paid') return 0;
      return Number(cny(account.order.amount.value).value) - refundedOf(account);
    },
  };
}
