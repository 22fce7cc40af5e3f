import type { Book, Sale } from '../../../firmware/for-simulator.js';
import type { Ledger } from '../../acquirer/ledger.js';
import type { Settling } from './hand-rules.js';
import type { Violate } from './violate.js';

/** Rules 5 and 6 in requests: what a person has to decide is not sent before, and what one has settled not afterwards. */
export interface DecisionRules {
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** Somebody asked for money back. */
  returnAsked(saleId: string): void;
  /** A person wants the reversal of this payment sent. */
  retryAsked(paymentRequestId: string): void;
  /** An alarm was raised: a payment that was settled as reversed is charged after all, and has to be reversed. */
  alarmRaised(alarm: string, detail: string): void;
  settlingAgreed(settling: Settling): void;
  /**
   * A new process found these on flash. One that reverses a settled payment anew was decided by a process that died before it
   * could raise the alarm.
   */
  reversalsFound(reversals: Book['reversals']): void;
  /** The terminal sent a request. */
  requestSent(url: string, body: string): void;
}

export interface DecisionRulesParts {
  readonly ledger: Ledger;
  /** Whether a sale with unknown goods waits for a person. */
  readonly unknownWaits: boolean;
  readonly violate: Violate;
}

export function createDecisionRules({ ledger, unknownWaits, violate }: DecisionRulesParts): DecisionRules {
  /** Payments that wait for a person, and those that one wants to be reversed. */
  const waiting = new Set<string>();
  const decided = new Set<string>();
  /** Payments whose cancel or refund was sent: effects run before the change that they belong to is published. */
  const undone = new Set<string>();
  /** Settled payments, which must not be cancelled any more, and refund requests that must not be sent any more. */
  const closed = new Map<string, Settling>();
  const closedRefunds = new Set<string>();
  /** By payment: its sale as last published, how often money of it was asked back, and the refunds asked for. */
  const sales = new Map<string, Sale>();
  const wanted = new Map<string, number>();
  const refunds = new Map<string, Set<string>>();

  function refundLeft(paymentRequestId: string, refundRequestId: string): void {
    const own = refunds.get(paymentRequestId) ?? new Set();
    refunds.set(paymentRequestId, own.add(refundRequestId));
    const sale = sales.get(paymentRequestId);
    if (sale === undefined) return;
    /* The sale's own reversal, and one for each time that somebody asked. */
    const least = sale.state === 'settled' ? 0 : 1;
    const most = least + (wanted.get(sale.saleId) ?? 0) + (wanted.get(paymentRequestId) ?? 0);
    if (own.size > most) violate('rule 6, a refund is requested again and nobody asked for it', refundRequestId);
  }

  const isWanted = (key: string): void => void wanted.set(key, (wanted.get(key) ?? 0) + 1);

  function undoingLeft(paymentRequestId: string): void {
    undone.add(paymentRequestId);
    if (!waiting.has(paymentRequestId) || decided.has(paymentRequestId)) return;
    violate('rule 5, reversed before a person decided', paymentRequestId);
  }

  function cancelLeft(paymentRequestId: string): void {
    undoingLeft(paymentRequestId);
    if (closed.has(paymentRequestId)) violate('rule 6, settled by hand, and reversed all the same', paymentRequestId);
  }

  return {
    saleChanged(sale) {
      const { state, endCode, attempts } = sale;
      for (const { paymentRequestId } of attempts) sales.set(paymentRequestId, sale);
      const id = attempts.at(-1)?.paymentRequestId;
      if (!unknownWaits || state !== 'reversing' || endCode !== 'vendUnknown' || id === undefined) return;
      waiting.add(id);
      if (undone.has(id)) undoingLeft(id);
    },
    returnAsked(saleId) {
      isWanted(saleId);
      for (const [id, settling] of closed) if (settling.saleId === saleId) closed.delete(id);
    },
    retryAsked(paymentRequestId) {
      decided.add(paymentRequestId);
      isWanted(paymentRequestId);
    },
    alarmRaised(alarm, detail) {
      const settling = closed.get(detail);
      if (alarm === 'resultContradicts' && settling?.outcome === 'reversed') closed.delete(detail);
    },
    settlingAgreed(settling) {
      const { cause, paymentRequestId, refundRequestId } = settling;
      if (cause !== 'refundRequested') closed.set(paymentRequestId, settling);
      if (refundRequestId !== undefined) closedRefunds.add(refundRequestId);
    },
    reversalsFound(reversals) {
      for (const { paymentRequestId, reversalId, state } of Object.values(reversals)) {
        const settling = closed.get(paymentRequestId);
        if (state === 'finished' || settling?.outcome !== 'reversed') continue;
        if (settling.reversalId !== reversalId) closed.delete(paymentRequestId);
      }
    },
    requestSent(url, body) {
      if (url.endsWith('/payments/cancel')) cancelLeft(JSON.parse(body).paymentRequestId);
      else if (url.endsWith('/payments/refund')) {
        const { paymentId, refundRequestId } = JSON.parse(body);
        const id = ledger.paymentById(paymentId)?.paymentRequestId;
        if (id !== undefined) undoingLeft(id);
        if (id !== undefined) refundLeft(id, refundRequestId);
        if (closedRefunds.has(refundRequestId)) {
          violate('rule 6, settled by hand, and refunded all the same', refundRequestId);
        }
      }
    },
  };
}
