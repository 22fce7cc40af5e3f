import type { CallAnswer } from './call-answer.js';
import type { Event } from './input.js';
import { noSale } from './no-sale.js';
import { ownEntry } from './own-entry.js';
import { receiptOf, refundReceiptOf } from './receipt.js';
import type { Sale } from './sale.js';
import type { Turn } from './turn.js';

/*
 * Printing receipts. Invariants
 * - The outcome of printing changes only the sale's `receipt`.
 * - A receipt is printed again only on request, and then it says that it is a copy.
 * - The receipt of a refund is printed only on request: its customer is seldom there when it is confirmed.
 */

type ReceiptRequested = Extract<Event, { type: 'receiptRequested' }>;
type PrintFinished = Extract<Event, { type: 'printFinished' }>;

export function printReceipt(turn: Turn, saleId: string, kind: 'sale' | 'copy' | 'reversed'): void {
  const sale = ownEntry(turn.book.sales, saleId);
  const receipt = sale === undefined ? undefined : receiptOf(sale, kind, turn.at);
  if (receipt === undefined || !turn.policy.printerPresent) return;
  turn.effect({ type: 'printReceipt', saleId, receipt });
}

/** Prints a receipt on request: of the sale, marked as a copy or as reversed, or of one of its refunds. */
export function onReceiptRequested(turn: Turn, { callId, saleId, refundId }: ReceiptRequested): void {
  const sale = ownEntry(turn.book.sales, saleId);
  if (sale === undefined) return turn.answer(callId, noSale(turn.book, saleId));
  turn.answer(callId, refundId === undefined ? printAgain(turn, sale) : printRefund(turn, sale, refundId));
}

function printAgain(turn: Turn, { saleId, state }: Sale): CallAnswer {
  if (!turn.policy.printerPresent) return NO_PRINTER;
  /* A receipt must not say "reversed" before that is confirmed. */
  if (state !== 'settled' && state !== 'reversed') {
    return { kind: 'conflict', code: 'nothingToPrint', because: 'notPaid', state };
  }
  printReceipt(turn, saleId, state === 'settled' ? 'copy' : 'reversed');
  return { kind: 'sale', saleId, created: false };
}

function printRefund(turn: Turn, sale: Sale, refundId: string): CallAnswer {
  const { saleId } = sale;
  const refund = Object.values(turn.book.reversals).find((one) => one.saleId === saleId && one.refundId === refundId);
  if (refund === undefined) return { kind: 'notFound', what: 'refund' };
  if (!turn.policy.printerPresent) return NO_PRINTER;
  const receipt = refundReceiptOf(sale, refund, turn.at);
  if (receipt === undefined) return { kind: 'conflict', code: 'nothingToPrint', because: 'refundUnconfirmed' };
  turn.effect({ type: 'printReceipt', saleId, receipt });
  return { kind: 'sale', saleId, created: false };
}

const NO_PRINTER: CallAnswer = { kind: 'conflict', code: 'nothingToPrint', because: 'noPrinter' };

export function onPrintFinished(turn: Turn, { saleId, refundId, outcome }: PrintFinished): void {
  if (refundId !== undefined) {
    if (outcome !== 'printed') turn.alarm('receiptLost', `${saleId} refund ${refundId}`);
    return;
  }
  const sale = ownEntry(turn.book.sales, saleId);
  if (sale === undefined) return turn.ignore('receipt of a sale that is no longer kept');
  if (!hasReceipt(sale.state)) return turn.ignore('no receipt was printed for this sale');
  if (outcome !== 'printed') turn.alarm('receiptLost', saleId);
  if (sale.receipt === 'printed') return turn.ignore('the receipt was printed before');
  turn.record({ type: 'receiptFinished', saleId, receipt: outcome });
}

/** True in the states in which a receipt may have been printed. */
function hasReceipt(state: Sale['state']): boolean {
  return state === 'settled' || state === 'reversing' || state === 'reversed';
}
