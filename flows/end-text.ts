import type { Book } from './book.js';
import type { TextKey } from './customer-texts.js';
import { ownEntry } from './own-entry.js';
import { declinedText, failureText } from './result-codes.js';
import { type Reversal, reversesSale } from './reversal.js';
import { type Attempt, lastAttempt, type Sale, wasChargedAfterAll } from './sale.js';

/*
 * What the customer of a sale is told about the money, wherever it is read: on the screen and over the local API. Invariants
 * - Nobody who was told "paid" reads that the payment did not come about.
 * - Nobody reads that money goes back while a person has to decide whether it does.
 * - Nobody reads that nothing was charged where the acquirer may have charged something.
 */

/** What the customer of a sale that did not end as paid is told; undefined where it has not ended so. */
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

/** What is told while nobody knows yet whether it is paid. */
export function inquiringText(sale: Sale): TextKey {
  return lastAttempt(sale)?.prompted === true ? 'confirmOnPhone' : 'checkingPayment';
}

/** What is told of an attempt that failed; it asks for another code only where one is waited for. */
export function attemptText(sale: Sale, { resultCode }: Attempt): TextKey | undefined {
  if (resultCode === undefined) return undefined;
  return sale.state === 'awaitingCode' ? failureText(resultCode) : declinedText(resultCode);
}

/** Of a sale with a payment that the acquirer had said to have failed, and charged all the same. */
function lateChargeText(book: Book, sale: Sale): TextKey | undefined {
  if (!wasChargedAfterAll(sale)) return undefined;
  return undoingsOf(book, sale).some(isNoPromise) ? 'askOperator' : 'reversing';
}

/** By how far the undoing of the sale's own payment has come, and by what the customer was told before. */
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

/** All that gives money of this sale back without that anybody asked for a refund. */
function undoingsOf(book: Book, { saleId }: Sale): Reversal[] {
  return Object.values(book.reversals).filter((one) => one.saleId === saleId && one.cause !== 'refundRequested');
}

/** Nobody may promise the money: a person has yet to decide, or decided that it does not go back. */
const isNoPromise = ({ state, end }: Reversal): boolean => state === 'needsPerson' || end?.outcome === 'paid';

/** How the sale of that id ended, or stands, for its customer; undefined where there is nothing to tell. */
export function saleNews(book: Book, saleId: string): TextKey | undefined {
  const sale = ownEntry(book.sales, saleId);
  if (sale === undefined) return undefined;
  return sale.state === 'settled' ? 'paid' : endText(book, sale);
}
