import type { Book, Reversal } from '../../../firmware/terminal.js';
import type { Violate } from '../oracle.js';

/** Rule 6, the part of people: a reversal is closed by hand only when somebody did, and who and why are kept. */
export interface HandRules {
  /** A person asked for it; the terminal may have heard it, or not. */
  settlingAsked(settling: Settling): void;
  /** The terminal told them that it is done. */
  settlingAgreed(settling: Settling): void;
  /** Whether it was closed by hand. */
  isByHand(reversal: Reversal): boolean;
  settleUp(book: Book): void;
}

export interface Settling {
  readonly reversalId: string;
  readonly by: string;
  readonly note: string;
}

export function createHandRules(violate: Violate): HandRules {
  const asked = new Set<string>();
  const agreed: Settling[] = [];

  const isByHand = ({ end }: Reversal): boolean => end?.how === 'settledByHand';

  function matches(reversal: Reversal | undefined, { by, note }: Settling): boolean {
    return reversal !== undefined && isByHand(reversal) && reversal.end?.by === by && reversal.end.note === note;
  }

  return {
    settlingAsked: (settling) => asked.add(keyOf(settling)),
    settlingAgreed: (settling) => agreed.push(settling),
    isByHand,
    settleUp(book) {
      for (const reversal of Object.values(book.reversals)) {
        if (!isByHand(reversal)) continue;
        const { by = '', note = '' } = reversal.end ?? {};
        if (asked.has(keyOf({ reversalId: reversal.reversalId, by, note }))) continue;
        violate('rule 6, a reversal was closed in the name of nobody', `${reversal.reversalId} ${by} ${note}`);
      }
      for (const settling of agreed) {
        if (matches(book.reversals[settling.reversalId], settling)) continue;
        violate('rule 6, what a person settled is not recorded so', keyOf(settling));
      }
    },
  };
}

function keyOf({ reversalId, by, note }: Settling): string {
  return `${reversalId} by ${by}: ${note}`;
}
