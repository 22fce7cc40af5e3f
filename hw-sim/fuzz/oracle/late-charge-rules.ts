import type { Sale } from '../../../firmware/for-simulator.js';
import type { Violate } from './violate.js';

/** Rule 6, the time limit: a terminal that learns of a charge to be reversed cancels it within seconds, whatever the queue waits for. */
export interface LateChargeRules {
  /** A process started: it starts with what is in its queue. */
  processStarted(): void;
  /** The acquirer sent a message that proves this payment. */
  proven(paymentRequestId: string): void;
  /** The terminal acknowledged a notification that proves this payment. */
  acknowledged(paymentRequestId: string): void;
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** A person settled the reversal of this payment. */
  settlingAgreed(paymentRequestId: string): void;
  /** The terminal sent a request. */
  requestSent(url: string, body: string): void;
  checkEnd(): void;
}

/** A request that was under way may take its time; it is then repeated at the short interval. */
const HURRY_MS = 20_000;

export function createLateChargeRules(nowMs: () => number, violate: Violate): LateChargeRules {
  /** When each payment was first proven, oldest first. */
  const words = new Map<string, readonly number[]>();
  /** When its reversal was last requested. */
  const asked = new Map<string, number>();
  /** Payments being reversed of which the terminal has no proof on flash. */
  const unproven = new Set<string>();
  const due = new Map<string, number>();

  function over(paymentRequestId: string): void {
    const sinceMs = due.get(paymentRequestId);
    due.delete(paymentRequestId);
    if (sinceMs === undefined || nowMs() - sinceMs <= HURRY_MS) return;
    const tookS = ((nowMs() - sinceMs) / 1000).toFixed(0);
    violate('rule 6, a late charge is known and not cancelled at once', `${paymentRequestId} after ${tookS} s`);
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
    requestSent(url, body) {
      if (unproven.size === 0 || url.endsWith('/pay')) return;
      /* A cancel, or an inquiry where the cancellable period is over. */
      const { paymentRequestId } = JSON.parse(body);
      if (!unproven.has(paymentRequestId)) return;
      asked.set(paymentRequestId, nowMs());
      if (due.has(paymentRequestId)) over(paymentRequestId);
    },
    checkEnd() {
      for (const paymentRequestId of [...due.keys()]) over(paymentRequestId);
    },
  };
}
