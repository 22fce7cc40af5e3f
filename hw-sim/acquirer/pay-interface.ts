/**
 * The `pay` interface.
 *
 * Invariants
 * - A request that repeats a known id never makes a second payment; other parameters are REPEAT_REQ_INCONSISTENT.
 * - Nothing is charged at or after its expiry.
 * - A payment code serves one payment, also where that one fails.
 */
import type { Answer, InterfaceParts } from './interface-parts.js';
import { formatIsoTime } from './iso-time.js';
import type { Payment } from './ledger.js';
import { paymentFields } from './payment-fields.js';
import type { PaymentPlan } from './payment-plan.js';
import type { PayOrder } from './request-shape.js';

export interface PayInterface {
  pay(order: PayOrder): Answer;
  /** Ends the wait of a payment in process. */
  forget(paymentRequestId: string): void;
  /** Remembers that the request was cancelled before it arrived. */
  cancelledUnseen(paymentRequestId: string): void;
  /** Issues a code that is valid until then. Codes that were never issued count as valid. */
  issueCode(code: string, validUntilMs: number): void;
}

/** Alipay+ pages: 17 to 32 digits starting 25 to 30, some pages 16; "stay open to longer". */
const paymentCode = /^(?:2[5-9]|30)\d{14,}$/;

/** A payment waits for its customer no longer than this, whatever expiry it has; timers have a limit as well. */
const longestLifeMs = 86_400_000;

export function createPayInterface(parts: InterfaceParts): PayInterface {
  const { ledger, planner, settings, nowMs } = parts;
  const waits = new Map<string, { cancel(): void }>();
  const unseen = new Set<string>();
  const usedCodes = new Set<string>();
  const codeEndsAtMs = new Map<string, number>();
  let sequence = 0;

  function receive(order: PayOrder, atMs: number): Payment {
    sequence += 1;
    const day = formatIsoTime(atMs).slice(0, 10).replaceAll('-', '');
    const salt = String(Math.floor(parts.random() * 1e6)).padStart(6, '0');
    ledger.receive({
      paymentRequestId: order.paymentRequestId,
      paymentId: `${day}1940108001001${salt}I${String(sequence).padStart(10, '0')}`,
      amount: order.amount,
      code: order.code,
      notifyUrl: order.notifyUrl,
      createdAtMs: atMs,
      expiresAtMs: Math.min(order.expiresAtMs ?? atMs + settings().defaultExpiryMs, atMs + longestLifeMs),
    });
    return known(order.paymentRequestId);
  }

  function known(paymentRequestId: string): Payment {
    const payment = ledger.payment(paymentRequestId);
    if (payment === undefined) throw new Error(`payment ${paymentRequestId} is missing`);
    return payment;
  }

  function refuse(order: PayOrder, code: string, atMs: number): Answer {
    receive(order, atMs);
    ledger.fail(order.paymentRequestId, code, atMs);
    return { code };
  }

  function repeat(order: PayOrder, payment: Payment): Answer {
    const { amount, code, status, resultCode } = payment;
    if (amount.value !== order.amount.value || amount.currency !== order.amount.currency || code !== order.code) {
      return { code: 'REPEAT_REQ_INCONSISTENT' };
    }
    switch (status) {
      case 'SUCCESS':
        return { code: 'SUCCESS', fields: paymentFields(payment) };
      case 'CANCELLED':
        return { code: 'ORDER_IS_CANCELED' };
      case 'PROCESSING':
        return { code: 'PAYMENT_IN_PROCESS' };
      case 'FAIL':
        return { code: resultCode, status: 'F' };
    }
  }

  /** Refuses what is not a code, a code of another payment, and a code after which the wallet showed a newer one. */
  function codeFault(order: PayOrder, atMs: number): string | undefined {
    if (!paymentCode.test(order.code)) return 'INVALID_PAYMENT_CODE';
    if (usedCodes.has(order.code)) return 'EXPIRED_CODE';
    return atMs >= (codeEndsAtMs.get(order.code) ?? Number.POSITIVE_INFINITY) ? 'EXPIRED_CODE' : undefined;
  }

  function settle(payment: Payment, fate: PaymentPlan['fate']): void {
    const id = payment.paymentRequestId;
    const finish = (code: string) => {
      waits.delete(id);
      if (code === 'SUCCESS') ledger.charge(id, nowMs());
      else ledger.fail(id, code, nowMs());
      parts.settled(payment);
    };
    const outcome = fate.kind === 'fails' ? fate.code : fate.kind === 'succeeds' ? 'SUCCESS' : 'ORDER_IS_CLOSED';
    const delayMs = fate.kind === 'fails' || fate.kind === 'succeeds' ? fate.afterMs : Number.POSITIVE_INFINITY;
    if (delayMs <= 0) {
      finish(outcome);
      return;
    }
    const lifeMs = payment.expiresAtMs - nowMs();
    const wait =
      delayMs < lifeMs
        ? parts.after(delayMs, () => finish(outcome))
        : parts.after(lifeMs, () => finish('ORDER_IS_CLOSED'));
    waits.set(id, wait);
  }

  return {
    pay(order) {
      const before = ledger.payment(order.paymentRequestId);
      if (before !== undefined) return repeat(order, before);
      const atMs = nowMs();
      if (order.expiresAtMs !== undefined && atMs >= order.expiresAtMs) return refuse(order, 'ORDER_IS_CLOSED', atMs);

      if (unseen.has(order.paymentRequestId) && settings().payAfterCancel !== 'charges') {
        receive(order, atMs);
        if (settings().payAfterCancel === 'reversed') ledger.charge(order.paymentRequestId, atMs);
        ledger.cancel(order.paymentRequestId, atMs);
        return { code: 'ORDER_IS_CANCELED' };
      }

      const fault = codeFault(order, atMs);
      if (fault !== undefined) return refuse(order, fault, atMs);
      const plan = planner.planOf(order);
      if (plan.fate.kind === 'notTaken') return plan.answer;
      usedCodes.add(order.code);
      const payment = receive(order, atMs);
      settle(payment, plan.fate);
      return plan.answer.code === 'SUCCESS' ? { code: 'SUCCESS', fields: paymentFields(payment) } : plan.answer;
    },

    forget(paymentRequestId) {
      waits.get(paymentRequestId)?.cancel();
      waits.delete(paymentRequestId);
    },

    cancelledUnseen(paymentRequestId) {
      unseen.add(paymentRequestId);
    },

    issueCode(code, validUntilMs) {
      codeEndsAtMs.set(code, validUntilMs);
    },
  };
}
