import type { Book, Sale } from '../../../firmware/terminal.js';
import type { Violate } from '../oracle.js';

/** What came out of the printer, without blanks and line ends: a long number goes on in the next line. */
export interface Papers {
  /** The text of each strip that was cut off, oldest first. */
  strips(): readonly string[];
  /** Everything that ever came out. */
  tape(): string;
}

/** Rules 1 and 2 on paper: a slip that says "paid" is of a sale that was, and what counts as printed is on paper. */
export interface ReceiptRules {
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  settleUp(book: Book): void;
}

const PAID = 'PaidwithAlipay';
const MARKED = /\*\*\*(?:REVERSED|TEST)/;
const REQUEST_ID = /(?<!\d)\d{36,64}(?!\d)/g;

export function createReceiptRules(papers: Papers, violate: Violate): ReceiptRules {
  /** Payment requests of sales that were delivered, whatever became of them afterwards. */
  const delivered = new Set<string>();

  return {
    saleChanged({ state, attempts }) {
      const id = attempts.at(-1)?.paymentRequestId;
      if (state === 'settled' && id !== undefined) delivered.add(id);
    },
    settleUp(book) {
      for (const strip of papers.strips()) {
        const ids = new Set(strip.match(REQUEST_ID));
        const [id] = ids;
        /* With a jammed knife more than one receipt hangs on a strip, and after a power cut a part of one. */
        if (ids.size !== 1 || id === undefined || !strip.includes(PAID) || MARKED.test(strip)) continue;
        if (!delivered.has(id)) violate('rule 2, a slip says paid and it was not', id);
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
