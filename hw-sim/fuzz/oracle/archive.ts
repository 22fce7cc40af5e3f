import type { Book, Reversal, Sale } from '../../../firmware/for-simulator.js';

/** Each sale and reversal as last published: the final check needs also those that a terminal no longer keeps. */
export interface Archive {
  published(book: Book): void;
  /**
   * The book, and what it was right to drop: nothing, unless it keeps as many sales as it should. A reversal that was
   * under way when it was dropped can only have finished.
   */
  whole(book: Book): Book;
}

export function createArchive(salesKept: number): Archive {
  const sales = new Map<string, Sale>();
  const reversals = new Map<string, Reversal>();
  return {
    published(book) {
      for (const sale of Object.values(book.sales)) sales.set(sale.saleId, sale);
      for (const reversal of Object.values(book.reversals)) reversals.set(reversal.reversalId, reversal);
    },
    whole(book) {
      if (Object.keys(book.sales).length < salesKept) return book;
      /* One without a payment may be lost with the power, too. */
      const gone = [...sales.values()].filter(
        ({ saleId, attempts }) => attempts.length > 0 && !Object.hasOwn(book.sales, saleId),
      );
      const ids = new Set(gone.map(({ saleId }) => saleId));
      const ended = gone.map((sale): Sale => (sale.state === 'reversing' ? { ...sale, state: 'reversed' } : sale));
      const finished = [...reversals.values()]
        .filter(({ saleId }) => ids.has(saleId))
        .map((one): Reversal => ({ end: { how: 'cancelled', atWallMs: 0 }, ...one, state: 'finished' }));
      return {
        ...book,
        sales: { ...Object.fromEntries(ended.map((sale) => [sale.saleId, sale])), ...book.sales },
        reversals: { ...Object.fromEntries(finished.map((one) => [one.reversalId, one])), ...book.reversals },
      };
    },
  };
}
