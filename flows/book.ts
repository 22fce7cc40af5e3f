import { ownEntry } from './own-entry.js';
import type { TerminalRecord } from './record.js';
import { type Reversal, reversesSale } from './reversal.js';
import { type Attempt, isOpen, type Sale } from './sale.js';

/**
 * The durable part of the terminal's state: the fold of the records. Plain JSON, so that it is its own snapshot.
 *
 * Invariants
 * - At most one sale is open, and it is the last one started.
 * - `serialNumber` only grows.
 * - A sale with an unfinished reversal is never pruned; closed sales beyond the retention go, oldest first.
 */
export interface Book {
  readonly format: 1;
  readonly bootCount: number;
  readonly serialNumber: number;
  readonly salesKept: number;
  readonly salesKeptMs: number;
  /** By sale id, oldest first. */
  readonly sales: Readonly<Record<string, Sale>>;
  /** By reversal id, oldest first; finished ones stay as long as their sale. */
  readonly reversals: Readonly<Record<string, Reversal>>;
  readonly agentToken?: {
    readonly accessToken: string;
    readonly expiresAtWallMs?: number;
    readonly issuedAtWallMs?: number;
  };
}

export const EMPTY_BOOK: Book = {
  format: 1,
  bootCount: 0,
  serialNumber: 0,
  salesKept: 500,
  salesKeptMs: 30 * 86_400_000,
  sales: {},
  reversals: {},
};

/** The state that records lead to, from an empty book or from a snapshot of one. */
export function replay(records: readonly TerminalRecord[], from: Book = EMPTY_BOOK): Book {
  return records.reduce(fold, from);
}

/** The book after one more record. Throws on a record that cannot follow: the journal is then not ours. */
export function fold(book: Book, record: TerminalRecord): Book {
  switch (record.type) {
    case 'terminalStarted':
      return prune(
        { ...book, bootCount: book.bootCount + 1, salesKept: record.salesKept, salesKeptMs: record.salesKeptMs },
        undefined,
      );
    case 'saleStarted': {
      const sales = { ...book.sales, [record.sale.saleId]: record.sale };
      return prune({ ...book, sales }, record.atWallMs);
    }
    case 'paymentStarted': {
      const attempt: Attempt = {
        paymentRequestId: record.paymentRequestId,
        startedAtWallMs: record.atWallMs,
        expiresAtWallMs: record.expiresAtWallMs,
      };
      const sale = saleOf(book, record.saleId);
      return {
        ...withSale(book, record, { ...sale, state: 'paying', attempts: [...sale.attempts, attempt] }),
        serialNumber: record.serialNumber,
      };
    }
    case 'inquiryStarted':
      return withSale(book, record, { ...saleOf(book, record.saleId), state: 'inquiring' });
    case 'attemptFailed': {
      const sale = withLastAttempt(saleOf(book, record.saleId), { result: 'F', resultCode: record.resultCode });
      return withSale(
        book,
        record,
        record.final ? { ...sale, state: 'declined', endCode: record.resultCode } : { ...sale, state: 'awaitingCode' },
      );
    }
    case 'paymentApproved': {
      const found = record.paymentId === undefined ? {} : { paymentId: record.paymentId };
      const sale = withLastAttempt(saleOf(book, record.saleId), { result: 'S', ...found });
      return withSale(book, record, { ...sale, state: 'approved' });
    }
    case 'vendStarted':
      return withSale(book, record, { ...saleOf(book, record.saleId), state: 'vending' });
    case 'saleSettled':
      return withSale(book, record, {
        ...saleOf(book, record.saleId),
        state: 'settled',
        receipt: record.receiptDue ? 'due' : 'none',
      });
    case 'saleCancelled':
      return withSale(book, record, { ...saleOf(book, record.saleId), state: 'cancelled', endCode: record.cause });
    case 'receiptFinished': {
      const sale = ownEntry(book.sales, record.saleId);
      return sale === undefined ? book : withSale(book, record, { ...sale, receipt: record.receipt });
    }
    case 'reversalStarted': {
      const { reversal } = record;
      const next = { ...book, reversals: { ...book.reversals, [reversal.reversalId]: reversal } };
      if (!reversesSale(reversal)) return next;
      const sale = saleOf(book, reversal.saleId);
      return withSale(next, record, { ...sale, state: 'reversing', endCode: reversal.cause });
    }
    case 'reversalTurnedToRefund': {
      const { refundRequestId, paymentId } = record;
      const reversal = reversalOf(book, record.reversalId);
      return withReversal(book, { ...reversal, kind: 'refund', known: true, refundRequestId, paymentId });
    }
    case 'reversalPaymentFound': {
      const reversal = reversalOf(book, record.reversalId);
      const found = record.paymentId === undefined ? {} : { paymentId: record.paymentId };
      return withReversal(book, { ...reversal, known: true, ...found });
    }
    case 'reversalNeedsPerson': {
      const reversal = reversalOf(book, record.reversalId);
      return withReversal(book, { ...reversal, state: 'needsPerson', lastCode: record.lastCode });
    }
    case 'reversalReleased':
      return withReversal(book, { ...reversalOf(book, record.reversalId), state: 'open', manual: false });
    case 'reversalFinished': {
      const reversal = reversalOf(book, record.reversalId);
      const next = withReversal(book, { ...reversal, state: 'finished', end: record.end });
      const sale = ownEntry(book.sales, reversal.saleId);
      if (sale === undefined || !reversesSale(reversal)) return next;
      if (record.end.outcome !== 'paid') return withSale(next, record, { ...sale, state: 'reversed' });
      const { endCode: _, ...paid } = sale;
      return withSale(next, record, { ...paid, state: 'settled' });
    }
    case 'agentTokenReceived': {
      const { type: _, atWallMs: __, ...agentToken } = record;
      return { ...book, agentToken };
    }
  }
}

export function openSale(book: Book): Sale | undefined {
  for (const sale of Object.values(book.sales).reverse()) if (isOpen(sale)) return sale;
  return undefined;
}

/** The queue: reversals that are not finished, oldest first. */
export function openReversals(book: Book): Reversal[] {
  return Object.values(book.reversals).filter((reversal) => reversal.state !== 'finished');
}

function saleOf(book: Book, saleId: string): Sale {
  const sale = ownEntry(book.sales, saleId);
  if (sale === undefined) throw new Error(`the book has no sale ${saleId}`);
  return sale;
}

function reversalOf(book: Book, reversalId: string): Reversal {
  const reversal = ownEntry(book.reversals, reversalId);
  if (reversal === undefined) throw new Error(`the book has no reversal ${reversalId}`);
  return reversal;
}

/** Never back in time: a boot may write with a clock that is decades behind, and age decides what is still kept. */
function withSale(book: Book, record: TerminalRecord, sale: Sale): Book {
  const updatedAtWallMs = Math.max(sale.updatedAtWallMs, record.atWallMs);
  return { ...book, sales: { ...book.sales, [sale.saleId]: { ...sale, updatedAtWallMs } } };
}

function withReversal(book: Book, reversal: Reversal): Book {
  return { ...book, reversals: { ...book.reversals, [reversal.reversalId]: reversal } };
}

function withLastAttempt(sale: Sale, change: Partial<Attempt>): Sale {
  const attempt = sale.attempts.at(-1);
  if (attempt === undefined) throw new Error(`sale ${sale.saleId} has no payment attempt`);
  return { ...sale, attempts: [...sale.attempts.slice(0, -1), { ...attempt, ...change }] };
}

/** Drops closed sales beyond the retention, with their finished reversals. `nowWallMs` only where the clock is trusted. */
function prune(book: Book, nowWallMs: number | undefined): Book {
  const sales = Object.values(book.sales);
  const old = (sale: Sale): boolean => nowWallMs !== undefined && sale.updatedAtWallMs < nowWallMs - book.salesKeptMs;
  let surplus = sales.length - book.salesKept;
  const first = sales[0];
  if (surplus <= 0 && (first === undefined || !old(first))) return book;
  const busy = new Set(openReversals(book).map((reversal) => reversal.saleId));
  const gone = new Set<string>();
  for (const sale of sales) {
    if (surplus <= 0 && !old(sale)) break;
    if (isOpen(sale) || busy.has(sale.saleId)) continue;
    gone.add(sale.saleId);
    surplus -= 1;
  }
  if (gone.size === 0) return book;
  return {
    ...book,
    sales: Object.fromEntries(Object.entries(book.sales).filter(([saleId]) => !gone.has(saleId))),
    reversals: Object.fromEntries(Object.entries(book.reversals).filter(([, reversal]) => !gone.has(reversal.saleId))),
  };
}
