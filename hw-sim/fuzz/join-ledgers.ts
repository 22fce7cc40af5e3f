import type { Ledger } from '../acquirer/ledger.js';

/** The ledgers of two acquirers as one: each payment is in the ledger of the one that took it. */
export function joinLedgers(one: Ledger, other: Ledger): Ledger {
  const holder = (paymentRequestId: string): Ledger => (one.payment(paymentRequestId) === undefined ? other : one);
  return {
    payment: (id) => one.payment(id) ?? other.payment(id),
    paymentById: (id) => one.paymentById(id) ?? other.paymentById(id),
    refund: (id) => one.refund(id) ?? other.refund(id),
    refundById: (id) => one.refundById(id) ?? other.refundById(id),
    *payments() {
      yield* one.payments();
      yield* other.payments();
    },
    get history() {
      return [...one.history, ...other.history];
    },
    standing: (id) => holder(id).standing(id),
  };
}
