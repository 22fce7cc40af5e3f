import type { Book, Reversal } from '../../../firmware/for-simulator.js';
import type { Violate } from './violate.js';

/** Rule 6, settling by hand: a reversal is closed by hand only where a person did so, and who and why are recorded. */
export interface HandRules {
  /** A person asked for it. The terminal may or may not have received it. */
  settlingAsked(settling: Settling): void;
  /** The terminal answered that it is done. */
  settlingAgreed(settling: Settling): void;
  /** Whether it was closed by hand. */
  isByHand(reversal: Reversal): boolean;
  /** Whether a person said that the goods of this payment are out and the money stays. */
  wasKept(paymentRequestId: string): boolean;
  checkEnd(book: Book): void;
}

export interface Settling extends QueueEntry {
  readonly by: string;
  readonly note: string;
  readonly outcome: 'reversed' | 'paid';
}

/** What a person declares about an entry of the queue. */
export interface QueueEntry {
  readonly reversalId: string;
  readonly saleId: string;
  readonly paymentRequestId: string;
  readonly refundRequestId?: string;
  readonly cause: string;
}

export function createHandRules(violate: Violate): HandRules {
  const asked = new Set<string>();
  const agreed: Settling[] = [];
  const kept = new Set<string>();

  const isByHand = ({ end }: Reversal): boolean => end?.how === 'settledByHand';

  const wordsOf = ({ reversalId, end }: Reversal): string =>
    keyOf({ reversalId, by: end?.by ?? '', note: end?.note ?? '', outcome: end?.outcome ?? 'reversed' });

  return {
    settlingAsked(settling) {
      asked.add(keyOf(settling));
      if (settling.outcome === 'paid') kept.add(settling.paymentRequestId);
    },
    settlingAgreed: (settling) => agreed.push(settling),
    isByHand,
    wasKept: (paymentRequestId) => kept.has(paymentRequestId),
    checkEnd(book) {
      for (const reversal of Object.values(book.reversals)) {
        if (!isByHand(reversal) || asked.has(wordsOf(reversal))) continue;
        violate('rule 6, a reversal was closed by hand without a name', wordsOf(reversal));
      }
      for (const settling of agreed) {
        const reversal = book.reversals[settling.reversalId];
        if (reversal !== undefined && isByHand(reversal) && wordsOf(reversal) === keyOf(settling)) continue;
        violate('rule 6, what a person settled is recorded wrongly', keyOf(settling));
      }
    },
  };
}

function keyOf({
  reversalId,
  by,
  note,
  outcome,
}: Omit<Settling, keyof QueueEntry> & Pick<QueueEntry, 'reversalId'>): string {
  return `${reversalId} ${outcome} by ${by}: ${note}`;
}
