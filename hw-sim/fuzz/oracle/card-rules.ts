import type { CutOffView, ReversalView, Sale, SaleView } from '../../../firmware/for-simulator.js';
import type { Ledger } from '../../acquirer/ledger.js';
import type { Violate } from './violate.js';

/** Rules 1 and 6 while the box is off: the card alone accounts for every charge, and the queue on it is complete. */
export interface CardRules {
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** The terminal agreed to give money back. */
  returnAgreed(saleId: string, value: bigint): void;
  cardRead(card: CardAtRest): void;
}

/** What can be read from a card without a box. */
export interface CardAtRest {
  /** Why it may be incomplete. */
  readonly troubles: readonly string[];
  readonly sales: readonly SaleView[];
  /** The queue as `tillbox queue` lists it. */
  readonly queue: readonly ReversalView[];
  /** What it lists besides: payments that only a start of the box would reverse. */
  readonly cutOff: readonly CutOffView[];
}

export interface CardRulesParts {
  readonly ledger: Ledger;
  /** Whether the acquirer said that this payment failed, and the terminal acknowledged nothing else since then. */
  readonly isDenied: (paymentRequestId: string) => boolean;
  readonly violate: Violate;
}

export function createCardRules({ ledger, isDenied, violate }: CardRulesParts): CardRules {
  const published = new Map<string, Sale>();
  const agreed = new Map<string, bigint>();

  const isByHand = ({ end }: ReversalView): boolean => end?.how === 'settledByHand';
  const isHeld = (paymentRequestId: string): boolean => ledger.standing(paymentRequestId).heldValue !== 0n;

  /** A reversal that was reported is listed until the money is back, or until a person settled it. */
  function reversalsKept(queue: readonly ReversalView[]): void {
    for (const { saleId, state } of published.values()) {
      if (state !== 'reversing') continue;
      const listed = queue.filter((entry) => entry.saleId === saleId && entry.cause !== 'refundRequested').at(-1);
      if (listed === undefined) violate('rule 6, a reversal is not on the card', saleId);
      else if (listed.state === 'finished' && !isByHand(listed) && isHeld(listed.paymentRequestId)) {
        violate('rule 6, a reversal is closed on the card and the money is kept', listed.reversalId);
      }
    }
    for (const [saleId, value] of agreed) {
      let listed = 0n;
      for (const entry of queue) if (entry.saleId === saleId) listed += BigInt(entry.amount.value);
      if (listed < value) violate('rule 6, a refund is not on the card', `${saleId}: ${listed} of ${value}`);
    }
  }

  /** Goods, or an entry that people see: the box may never start again, and then nobody finds anything else. */
  function chargesAnsweredFor({ sales, queue, cutOff }: CardAtRest): void {
    const states = new Map<string, Sale['state']>();
    const failed = new Set<string>();
    for (const { state, attempts } of sales) {
      for (const { paymentRequestId, result } of attempts) {
        states.set(paymentRequestId, state);
        if (result === 'F') failed.add(paymentRequestId);
      }
    }
    for (const { paymentRequestId } of ledger.payments()) {
      if (!isHeld(paymentRequestId)) continue;
      /* The acquirer itself said so. Only a notification can tell the terminal that this was wrong. */
      if (failed.has(paymentRequestId) && isDenied(paymentRequestId)) continue;
      const state = states.get(paymentRequestId);
      if (state === 'settled' || cutOff.some((sale) => sale.paymentRequestId === paymentRequestId)) continue;
      const entries = queue.filter((entry) => entry.paymentRequestId === paymentRequestId);
      if (entries.some((entry) => entry.state !== 'finished' || isByHand(entry))) continue;
      violate('rule 1, nothing on the card accounts for a charge', `${paymentRequestId} of a sale ${state}`);
    }
  }

  return {
    saleChanged: (sale) => void published.set(sale.saleId, sale),
    returnAgreed: (saleId, value) => void agreed.set(saleId, (agreed.get(saleId) ?? 0n) + value),
    cardRead(card) {
      /* Before the first sale there may be no journal yet. */
      if (published.size > 0 && card.troubles.length > 0) {
        violate('rule 6, the queue on a card is incomplete', card.troubles.join('; '));
      }
      reversalsKept(card.queue);
      chargesAnsweredFor(card);
    },
  };
}
