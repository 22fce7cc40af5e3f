import type { Book } from '../../flows/book.js';
import type { Locale } from '../../flows/customer-texts.js';
import { ownEntry } from '../../flows/own-entry.js';
import type { ReversalView, SaleView } from '../api/output-schemas.js';
import { presentReversal } from '../api/present-reversal.js';
import { presentSale } from '../api/present-sale.js';
import type { BookReading, PlainBook } from '../read-card.js';
import type { DurableLow } from '../store/durable-low.js';
import type { QueueAbout } from './queue-source.js';

export interface ViewCardParts {
  /** For people: where the card is. */
  readonly place: string;
  readonly reading: BookReading & { readonly db: DurableLow<PlainBook> };
  readonly locale: Locale;
}

/** The queue as flash holds it, for people and their programs. */
export interface CardView extends QueueAbout {
  readonly from: 'card';
  readonly reversals: readonly ReversalView[];
  /** Undefined where it is no longer kept. */
  sale(saleId: string): SaleView | undefined;
}

/** As the card was read, with the `book` that is on it now. */
export function viewCard(
  { place, reading, locale }: ViewCardParts,
  book: Pick<Book, 'sales' | 'reversals'> = reading.db.data,
): CardView {
  const { bootCount, agentToken } = reading.db.data;
  return {
    from: 'card',
    about: {
      place,
      storeId: reading.storeId,
      sequence: reading.sequence,
      bootCount,
      ...(agentToken === undefined ? {} : { agentToken: '[secret]' }),
    },
    troubles: reading.troubles,
    reversals: Object.values(book.reversals).map(presentReversal),
    sale(saleId) {
      const sale = ownEntry(book.sales, saleId);
      return sale === undefined ? undefined : presentSale(sale, locale);
    },
  };
}
