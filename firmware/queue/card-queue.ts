import type { Book } from '../../flows/book.js';
import type { Locale } from '../../flows/customer-texts.js';
import { ownEntry } from '../../flows/own-entry.js';
import { presentReversal } from '../api/present-reversal.js';
import { presentSale } from '../api/present-sale.js';
import { exitCode } from '../exit-code.js';
import type { BookReading, PlainBook } from '../read-book.js';
import type { DurableLow } from '../store/durable-low.js';
import { type QueueSource, QueueTrouble, type Settlement } from './queue-source.js';

export interface CardQueueParts {
  /** For people: where the card is. */
  readonly place: string;
  readonly reading: BookReading & { readonly db: DurableLow<PlainBook> };
  readonly locale: Locale;
  /** Makes a settlement durable on the card, and answers the book with it. */
  readonly settle: (reversalId: string, settlement: Settlement) => Promise<Book>;
}

/** The queue as flash holds it, on a box whose terminal does not run or on a card in a laptop. */
export function createCardQueue({ place, reading, locale, settle }: CardQueueParts): QueueSource {
  const found = reading.db.data;
  let book: Pick<Book, 'sales' | 'reversals'> = found;
  return {
    from: 'card',
    about: {
      place,
      storeId: reading.storeId,
      sequence: reading.sequence,
      bootCount: found.bootCount,
      ...(found.agentToken === undefined ? {} : { agentToken: '[secret]' }),
    },
    troubles: reading.troubles,
    reversals: () => Promise.resolve(Object.values(book.reversals).map(presentReversal)),
    sale(saleId) {
      const sale = ownEntry(book.sales, saleId);
      return Promise.resolve(sale === undefined ? undefined : presentSale(sale, locale));
    },
    retry: () =>
      Promise.reject(
        new QueueTrouble(
          exitCode.unavailable,
          'a retry is sent by the terminal, which has to run; what is in the queue it sends at its start by itself',
        ),
      ),
    async settle(reversalId, settlement) {
      book = await settle(reversalId, settlement);
      const settled = ownEntry(book.reversals, reversalId);
      if (settled === undefined) throw new Error(`the book lost the reversal ${reversalId}`);
      return presentReversal(settled);
    },
  };
}
