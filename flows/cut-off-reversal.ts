import type { Book } from './book.js';
import { bootDecision } from './boot-decision.js';
import { newReversal } from './new-reversal.js';
import type { Reversal } from './reversal.js';
import { lastAttempt } from './sale.js';

/**
 * The reversal of the sale that a power cut left with a payment which may have been charged; undefined where there is none.
 * It is not in the queue: a start of the terminal decides about the sale, and where it reverses it uses the same id. On a
 * card whose box never starts again only a person can end it, so it is held for one.
 */
export function cutOffReversal(book: Book, startedAtWallMs: number): Reversal | undefined {
  const { sale, outcome } = bootDecision(book) ?? {};
  const attempt = sale && lastAttempt(sale);
  if (sale === undefined || attempt === undefined || outcome === 'cancelled') return undefined;
  const cause = outcome === 'vendUnknown' ? 'vendUnknown' : 'powerLost';
  const terms = { cause, amount: sale.amount, manual: true, untried: true } as const;
  return newReversal(book, sale, attempt, terms, startedAtWallMs);
}
