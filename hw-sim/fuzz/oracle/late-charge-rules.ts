import type { Sale } from '../../../firmware/for-simulator.js';
import type { Violate } from './violate.js';

/** Rule 6, its hurry: who learns of a charge that has to go back undoes it within seconds, whatever the queue waited for. */
export interface LateChargeRules {
  /** A process started: it begins with what is in its queue. */
  processStarted(): void;
  /** A message left the acquirer that proves this payment. */
  proven(paymentRequestId: string): void;
  /** The terminal acknowledged a notification that proves this payment. */
  acknowledged(paymentRequestId: string): void;
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** A person has seen to the reversal of this payment. */
  settlingAgreed(paymentRequestId: string): void;
  /** A request left the terminal. */
  requestLeft(url: string, body: string): void;
  settleUp(): void;
}

/** A request that was under way has its time, and is repeated at the short interval. */
const HURRY_MS = 20_000;

export function createLateChargeRules(nowMs: () => number, violate: Violate): LateChargeRules {
  /** When each payment was proven, oldest first: only the first word of it is news. */
  const words = new Map<string, readonly number[]>();
  /** When it was last asked to be undone. */
  const asked = new Map<string, number>();
  /** Payments on their way back of which the terminal has no proof on flash. */
  const unproven = new Set<string>();
  const due = new Map<string, number>();

  function over(paymentRequestId: string): void {
    const sinceMs = due.get(paymentRequestId);
    due.delete(paymentRequestId);
    if (sinceMs === undefined || nowMs() - sinceMs <= HURRY_MS) return;
    const tookS = ((nowMs() - sinceMs) / 1000).toFixed(0);
    violate('rule 6, a late charge is known and not undone at once', `${paymentRequestId} after ${tookS} s`);
  }

  return {
    processStarted: () => due.clear(),
    proven(paymentRequestId) {
      words.set(paymentRequestId, [...(words.get(paymentRequestId) ?? []), nowMs()]);
    },
    acknowledged(paymentRequestId) {
      const [wordMs, ...more] = words.get(paymentRequestId) ?? [];
      if (!unproven.has(paymentRequestId) || wordMs === undefined || more.length > 0) return;
      /* The acknowledgement was on its way while the terminal acted. */
      if ((asked.get(paymentRequestId) ?? 0) >= wordMs) return;
      if (!due.has(paymentRequestId)) due.set(paymentRequestId, nowMs());
    },
    saleChanged({ state, attempts }) {
      const attempt = attempts.at(-1);
      if (attempt === undefined) return;
      if (state === 'reversing' && attempt.result === undefined) unproven.add(attempt.paymentRequestId);
      else unproven.delete(attempt.paymentRequestId);
      if (state === 'reversed') due.delete(attempt.paymentRequestId);
    },
    settlingAgreed: (paymentRequestId) => void due.delete(paymentRequestId),
    requestLeft(url, body) {
      if (unproven.size === 0 || url.endsWith('/pay')) return;
      /* A cancel, or where the time for that is over an inquiry. */
      const { paymentRequestId } = JSON.parse(body);
      if (!unproven.has(paymentRequestId)) return;
      asked.set(paymentRequestId, nowMs());
      if (due.has(paymentRequestId)) over(paymentRequestId);
    },
    settleUp() {
      for (const paymentRequestId of [...due.keys()]) over(paymentRequestId);
    },
  };
}
