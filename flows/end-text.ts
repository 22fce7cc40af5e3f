import type { TextKey } from './customer-texts.js';
import { ownEntry } from './own-entry.js';
import { declinedText } from './result-codes.js';
import { reversingText } from './reversal.js';
import { type Sale, wasChargedAfterAll } from './sale.js';
import type { Turn } from './turn.js';

/** What the customer of a sale that did not end as paid is told; undefined where it has not ended so. */
export function endText(sale: Sale): TextKey | undefined {
  switch (sale.state) {
    case 'declined':
      return wasChargedAfterAll(sale) ? 'reversing' : declinedText(sale.endCode ?? '');
    case 'cancelled':
      return wasChargedAfterAll(sale) ? 'reversing' : 'cancelled';
    case 'reversing':
      return reversingText(sale.endCode ?? '');
    case 'reversed': {
      const told = reversingText(sale.endCode ?? '');
      return told === 'reversing' ? 'reversed' : told;
    }
    default:
      return undefined;
  }
}

/** Tells it to the customer, who is still there. */
export function tellEnd(turn: Turn, saleId: string): void {
  const sale = ownEntry(turn.book.sales, saleId);
  const text = sale === undefined ? undefined : endText(sale);
  if (text !== undefined) turn.notify(text);
}
