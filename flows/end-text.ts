import type { Book } from './book.js';
import type { TextKey } from './customer-texts.js';
import { ownEntry } from './own-entry.js';
import { declinedText, failureText } from './result-codes.js';
import { type Reversal, reversesSale } from './reversal.js';
import { type Attempt, lastAttempt, type Sale, wasChargedAfterAll } from './sale.js';

/*
 * What the customer of a sale reads about the money, on the screen and over the local API. Invariants
 * - Whoever read "paid" does not read that the payment was not completed.
 * - No text promises money back while a person has to decide about it.
 * - No text says that nothing was charged where the acquirer may have charged something.
 */

/** The text of a sale that ended, but not as paid; otherwise undefined. */
export function endText(book: Book, sale: Sale): TextKey | undefined {
  switch (sale.state) {
    case 'declined':
      return lateChargeText(book, sale) ?? declinedText(sale.endCode ?? '');
    case 'cancelled':
      return lateChargeText(book, sale) ?? 'cancelled';
    case 'reversing':
    case 'reversed':
      return undoingText(book, sale);
    default:
      return undefined;
  }
}

/** The text while the result of the payment is not known. */
export function inquiringText(sale: Sale): TextKey {
  return lastAttempt(sale)?.prompted === true ? 'confirmOnPhone' : 'checkingPayment';
}

/** The text of a failed attempt. It asks for another code only while the sale waits for one. */
export function attemptText(sale: Sale, { resultCode }: Attempt): TextKey | undefined {
  if (resultCode === undefined) return undefined;
  return sale.state === 'awaitingCode' ? failureText(resultCode) : declinedText(resultCode);
}

/** Of a sale with a payment that failed, as the acquirer said first, and was charged after all. */
function lateChargeText(book: Book, sale: Sale): TextKey | undefined {
  if (!wasChargedAfterAll(sale)) return undefined;
  return undoingsOf(book, sale).some(isNoPromise) ? 'askOperator' : 'reversing';
}

/** Depends on how far the reversal of the sale's own payment is, and on what the customer read before. */
function undoingText(book: Book, sale: Sale): TextKey {
  const undoings = undoingsOf(book, sale);
  if (undoings.some(isNoPromise)) return 'askOperator';
  const how = undoings.findLast(reversesSale)?.end?.how;
  const undelivered = sale.endCode === 'vendFailed' || sale.endCode === 'notDelivered';
  const toldPaid = undelivered || lastAttempt(sale)?.result === 'S';
  switch (how) {
    case 'nothingCharged':
      if (toldPaid) return 'chargeGoesBack';
      return wasChargedAfterAll(sale) ? 'reversing' : 'notCharged';
    case 'settledByHand':
      if (undelivered) return 'vendFailedReturned';
      return toldPaid ? 'moneyReturned' : 'reversing';
    case 'refunded':
      return undelivered ? 'vendFailedReturned' : 'moneyGoesBack';
    case 'cancelled':
    case undefined:
      if (undelivered) return sale.state === 'reversed' ? 'vendFailedReturned' : 'vendFailed';
      return toldPaid ? 'moneyGoesBack' : 'reversing';
  }
}

/** The reversals of this sale that are not refunds that were asked for. */
function undoingsOf(book: Book, { saleId }: Sale): Reversal[] {
  return Object.values(book.reversals).filter((one) => one.saleId === saleId && one.cause !== 'refundRequested');
}

/** True where the money must not be promised: a person has to decide, or decided that it does not go back. */
const isNoPromise = ({ state, end }: Reversal): boolean => state === 'needsPerson' || end?.outcome === 'paid';

/** The text of how a sale ended; undefined where it has not ended or is not kept. */
export function saleNews(book: Book, saleId: string): TextKey | undefined {
  const sale = ownEntry(book.sales, saleId);
  if (sale === undefined) return undefined;
  return sale.state === 'settled' ? 'paid' : endText(book, sale);
}
