import { type Book, formatMoney, type Sale } from '../../../firmware/for-simulator.js';
import type { Violate } from './violate.js';

/** What came out of the printer, without blanks and line ends, as a long number continues on the next line. */
export interface Papers {
  /** The text of each strip that was cut off, oldest first. */
  strips(): readonly string[];
  /** Everything that ever came out. */
  tape(): string;
  /** What every receipt starts with: where it is missing, the first part is on another strip. */
  readonly beginning: string;
}

/**
 * Rules 1 and 2 on paper: a receipt that says "paid" belongs to a paid sale and has its amount, and only one of them is
 * not a copy. What counts as printed is on paper, and no receipt stays due for ever.
 */
export interface ReceiptRules {
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** Nothing is open, and the power has been on for long. `book` is the state in memory. */
  atRest(book: Book): void;
  checkEnd(book: Book): void;
}

const PAID = 'PaidwithAlipay';
const MARKED = /\*\*\*(?:REVERSED|TEST)/;
const COPY = '***COPY';
const REQUEST_ID = /(?<!\d)\d{36,64}(?!\d)/g;

export function createReceiptRules(papers: Papers, violate: Violate): ReceiptRules {
  /** Payment requests of sales that were delivered, whatever became of them afterwards. */
  const delivered = new Set<string>();
  /** How the amount of each payment is printed. */
  const prices = new Map<string, string>();

  return {
    saleChanged({ state, attempts, amount }) {
      const id = attempts.at(-1)?.paymentRequestId;
      if (id === undefined) return;
      if (state === 'settled') delivered.add(id);
      prices.set(id, `${amount.currency}${formatMoney(amount)}`);
    },
    atRest(book) {
      for (const { saleId, receipt } of Object.values(book.sales)) {
        if (receipt === 'due') violate('rule 1, a receipt stays due for ever', saleId);
      }
    },
    checkEnd(book) {
      const originals = new Set<string>();
      for (const strip of papers.strips()) {
        const ids = new Set(strip.match(REQUEST_ID));
        const [id] = ids;
        /* After a jam of the cutter a strip has several receipts, after a power cut a part of one. */
        if (ids.size !== 1 || id === undefined || !strip.includes(PAID) || MARKED.test(strip)) continue;
        if (!delivered.has(id)) violate('rule 2, a receipt says paid and it was not', id);
        if (!strip.includes(papers.beginning)) continue;
        const price = prices.get(id);
        if (price !== undefined && !strip.includes(price)) violate('rule 2, a receipt shows another amount', id);
        if (strip.includes(COPY)) continue;
        if (originals.has(id)) violate('rule 1, a second receipt is not marked as a copy', id);
        originals.add(id);
      }
      const tape = papers.tape();
      for (const { receipt, attempts } of Object.values(book.sales)) {
        const id = attempts.at(-1)?.paymentRequestId;
        if (receipt !== 'printed' || id === undefined || tape.includes(id)) continue;
        violate('rule 1, a receipt counts as printed and is not on paper', id);
      }
    },
  };
}
