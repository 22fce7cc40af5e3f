import { type Book, formatMoney, type Sale } from '../../../firmware/for-simulator.js';
import type { Violate } from './violate.js';

/** What came out of the printer, without blanks and line ends: a long number goes on in the next line. */
export interface Papers {
  /** The text of each strip that was cut off, oldest first. */
  strips(): readonly string[];
  /** Everything that ever came out. */
  tape(): string;
  /** What every slip begins with: where it is missing, the first part is on another strip. */
  readonly beginning: string;
}

/**
 * Rules 1 and 2 on paper: a slip that says "paid" is of a sale that was, for its amount, and but one of them is no copy;
 * what counts as printed is on paper, and no slip is awaited for ever.
 */
export interface ReceiptRules {
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** Everything is calm, and the power was on for long. `book` is what the terminal has in mind. */
  atRest(book: Book): void;
  settleUp(book: Book): void;
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
        if (receipt === 'due') violate('rule 1, a receipt is awaited for ever', saleId);
      }
    },
    settleUp(book) {
      const originals = new Set<string>();
      for (const strip of papers.strips()) {
        const ids = new Set(strip.match(REQUEST_ID));
        const [id] = ids;
        /* With a jammed knife more than one receipt hangs on a strip, and after a power cut a part of one. */
        if (ids.size !== 1 || id === undefined || !strip.includes(PAID) || MARKED.test(strip)) continue;
        if (!delivered.has(id)) violate('rule 2, a slip says paid and it was not', id);
        if (!strip.includes(papers.beginning)) continue;
        const price = prices.get(id);
        if (price !== undefined && !strip.includes(price)) violate('rule 2, a slip shows another amount', id);
        if (strip.includes(COPY)) continue;
        if (originals.has(id)) violate('rule 1, a second slip is not marked as a copy', id);
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
