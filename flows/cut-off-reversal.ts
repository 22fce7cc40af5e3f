import type { Book } from './book.js';
import { bootDecision } from './boot-decision.js';
import { newReversal } from './new-reversal.js';
import type { Reversal } from './reversal.js';
import { lastAttempt } from './sale.js';

/**
 * The reversal of a sale that a power cut interrupted and that may have been charged; undefined where there is none. It is
 * for the card of a box that never starts again, so it is held for a person. It is not in the queue: a start of the terminal
 * would decide about the sale, and a reversal that it starts has the same id.
 */
export function cutOffReversal(book: Book, startedAtWallMs: number): Reversal | undefined {
  const { sale, outcome } = bootDecision(book) ?? {};
  const attempt = sale && lastAttempt(sale);
  if (sale === undefined || attempt === undefined || outcome === 'cancelled') return undefined;
  const cause = outcome === 'vendUnknown' ? 'vendUnknown' : 'powerLost';
  const terms = { cause, amount: sale.amount, manual: true, untried: true } as const;
  return newReversal(book, sale, attempt, terms, startedAtWallMs);
}
