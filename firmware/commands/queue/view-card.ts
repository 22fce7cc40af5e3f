import type { Book } from '../../../flows/book.js';
import { bootDecision } from '../../../flows/boot-decision.js';
import { utcTime } from '../../../flows/civil-time.js';
import type { Locale } from '../../../flows/customer-texts.js';
import { cutOffReversal } from '../../../flows/cut-off-reversal.js';
import { ownEntry } from '../../../flows/own-entry.js';
import { present } from '../../../flows/present.js';
import type { ReversalView, SaleView } from '../../api/output-schemas.js';
import { presentReversal } from '../../api/present-reversal.js';
import { presentSale } from '../../api/present-sale.js';
import type { BookReading } from '../../journal/read-card.js';
import type { CutOffView, QueueAbout } from './queue-source.js';

export interface ViewCardParts {
  /** For people: where the card is. */
  readonly place: string;
  readonly reading: BookReading & { readonly db: NonNullable<BookReading['db']> };
  readonly locale: Locale;
}

/** The queue as flash holds it, for people and their programs. */
export interface CardView extends QueueAbout {
  readonly from: 'card';
  readonly reversals: readonly ReversalView[];
  readonly cutOff: readonly CutOffView[];
  /** All that are kept, oldest first. */
  readonly sales: readonly SaleView[];
  /** Undefined where it is no longer kept. */
  sale(saleId: string): SaleView | undefined;
}

/** As the card was read, with the `book` that is on it now. */
export function viewCard({ place, reading, locale }: ViewCardParts, book: Book = reading.db.data): CardView {
  const { bootCount, agentToken } = book;
  return {
    from: 'card',
    about: {
      place,
      storeId: reading.storeId,
      sequence: reading.sequence,
      bootCount,
      ...present({ agentToken: agentToken && '[secret]' }),
    },
    troubles: reading.troubles,
    reversals: Object.values(book.reversals).map(presentReversal),
    cutOff: cutOffOf(book),
    sales: Object.values(book.sales).map((sale) => presentSale(book, sale, locale)),
    sale(saleId) {
      const sale = ownEntry(book.sales, saleId);
      return sale === undefined ? undefined : presentSale(book, sale, locale);
    },
  };
}

function cutOffOf(book: Book): readonly CutOffView[] {
  const reversal = cutOffReversal(book, 0);
  const { sale, outcome } = bootDecision(book) ?? {};
  if (reversal === undefined || sale === undefined || outcome === undefined || outcome === 'cancelled') return [];
  const { reversalId, saleId, paymentRequestId, paymentId, amount, paidAtWallMs } = reversal;
  return [
    {
      reversalId,
      saleId,
      orderId: sale.orderId,
      state: sale.state,
      amount: { currency: amount.currency, value: amount.value },
      paymentRequestId,
      ...present({ paymentId }),
      at: utcTime(paidAtWallMs),
      atStart: outcome,
    },
  ];
}
