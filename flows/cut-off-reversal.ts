import { type Book, openSale } from './book.js';
import type { Reversal } from './reversal.js';
import { type OwnOfReversal, reversalOf } from './reversal-start.js';
import { lastAttempt } from './sale.js';

/**
 * The reversal of the sale that a power cut left with a payment which may have been charged; undefined where there is none.
 * It is not in the queue: a start of the terminal puts it there, under the same id, or does as `VEND_UNKNOWN` says where the
 * goods were moving, or first waits for the host app that may have handed them out. On a card whose box never starts again
 * only a person can end it, so it is held for one.
 */
export function cutOffReversal(book: Book, startedAtWallMs: number): Reversal | undefined {
  const sale = openSale(book);
  /* One that awaits a code has no payment, or only such as surely failed. */
  if (sale === undefined || sale.state === 'awaitingCode') return undefined;
  const attempt = lastAttempt(sale);
  if (attempt === undefined) return undefined;
  const own: OwnOfReversal = {
    cause: sale.state === 'vending' ? 'vendUnknown' : 'powerLost',
    ...(attempt.paymentId === undefined ? {} : { paymentId: attempt.paymentId }),
    amount: sale.amount,
    kind: 'cancel',
    known: attempt.known === true || attempt.result === 'S',
    ...(attempt.result === 'S' ? { charged: true } : {}),
    untried: true,
    state: 'needsPerson',
    manual: true,
  };
  return reversalOf(book, sale, attempt, own, startedAtWallMs);
}
