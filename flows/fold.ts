import { type Book, bytesOf, EMPTY_BOOK } from './book.js';
import { change, type Draft, measure, prune, putReversal, putSale, reversalOf, saleOf } from './book-draft.js';
import { ownEntry } from './own-entry.js';
import { accountOf } from './payment-account.js';
import { present } from './present.js';
import type { TerminalRecord } from './record.js';
import { type Reversal, reversesSale } from './reversal.js';
import type { Attempt, Sale } from './sale.js';

/** The state that records lead to, from an empty book or from a snapshot of one. Throws like `fold`. */
export function replay(records: readonly TerminalRecord[], from: Book = EMPTY_BOOK): Book {
  return replayed({ book: counted(from), unmeasured: new Map() }, records);
}

/** The same from a book that nothing else uses: it may be changed, and is then of no use any more. */
export function replayInPlace(records: readonly TerminalRecord[], from: Book): Book {
  const book = counted(from);
  return replayed({ book, sales: book.sales, reversals: book.reversals, unmeasured: new Map() }, records);
}

function replayed(draft: Draft, records: readonly TerminalRecord[]): Book {
  for (const record of records) apply(draft, record);
  measure(draft);
  return draft.book;
}

/** Adds the fields that older snapshots lack. */
function counted(book: Book): Book {
  const {
    bytes = bytesOf(book),
    bytesKept = EMPTY_BOOK.bytesKept,
    seenMs = EMPTY_BOOK.seenMs,
    paidOrders = EMPTY_BOOK.paidOrders,
  }: Partial<Book> = book;
  return { ...book, bytes, bytesKept, seenMs, paidOrders };
}

/** The book after one more record. Throws on a record that cannot follow: the journal is not ours, or damaged. */
export function fold(book: Book, record: TerminalRecord): Book {
  const draft: Draft = { book, unmeasured: new Map() };
  apply(draft, record);
  measure(draft);
  return draft.book;
}

function apply(draft: Draft, record: TerminalRecord): void {
  switch (record.type) {
    case 'terminalStarted': {
      const { salesKept, salesKeptMs, bytesKept = draft.book.bytesKept } = record;
      const { bootCount, firstAcquirer = record.acquirer } = draft.book;
      change(draft, { bootCount: bootCount + 1, salesKept, salesKeptMs, bytesKept, ...present({ firstAcquirer }) });
      return prune(draft);
    }
    case 'saleStarted':
      putSale(draft, record.sale);
      change(draft, { seenMs: Math.max(draft.book.seenMs, record.sale.seenMs ?? 0) });
      return prune(draft);
    case 'paymentStarted': {
      const attempt: Attempt = {
        paymentRequestId: record.paymentRequestId,
        startedAtWallMs: record.atWallMs,
        expiresAtWallMs: record.expiresAtWallMs,
        ...present({ utcOffsetMinutes: record.utcOffsetMinutes }),
        ...accountOf(record),
      };
      const sale = saleOf(draft, record.saleId);
      const attempts = [...sale.attempts, attempt];
      putSale(draft, { ...sale, state: 'paying', attempts, updatedAtWallMs: later(sale, record) });
      return change(draft, { serialNumber: record.serialNumber });
    }
    case 'inquiryStarted': {
      const sale = saleOf(draft, record.saleId);
      return putSale(draft, { ...sale, state: 'inquiring', updatedAtWallMs: later(sale, record) });
    }
    case 'paymentShown': {
      const sale = saleOf(draft, record.saleId);
      const attempts = withLastAttempt(sale, { known: true, ...present({ prompted: record.prompted }) });
      return putSale(draft, { ...sale, attempts, updatedAtWallMs: later(sale, record) });
    }
    case 'attemptFailed': {
      const { resultCode, final } = record;
      const sale = saleOf(draft, record.saleId);
      const attempts = withLastAttempt(sale, { result: 'F', resultCode });
      const failed = final ? ({ state: 'declined', endCode: resultCode } as const) : { state: 'awaitingCode' as const };
      return putSale(draft, { ...sale, attempts, updatedAtWallMs: later(sale, record), ...failed });
    }
    case 'paymentApproved': {
      const sale = saleOf(draft, record.saleId);
      const attempts = withLastAttempt(sale, { result: 'S', ...present({ paymentId: record.paymentId }) });
      return putSale(draft, { ...sale, state: 'approved', attempts, updatedAtWallMs: later(sale, record) });
    }
    case 'deliveryAwaited': {
      const sale = saleOf(draft, record.saleId);
      return putSale(draft, { ...sale, hostWaits: (sale.hostWaits ?? 0) + 1 });
    }
    case 'vendStarted': {
      const sale = saleOf(draft, record.saleId);
      return putSale(draft, { ...sale, state: 'vending', updatedAtWallMs: later(sale, record) });
    }
    case 'saleSettled': {
      const sale = saleOf(draft, record.saleId);
      const receipt = record.receiptDue ? 'due' : 'none';
      const doubt = record.goodsUnknown === true ? ({ goodsUnknown: 'untold' } as const) : {};
      return putSale(draft, { ...sale, state: 'settled', receipt, updatedAtWallMs: later(sale, record), ...doubt });
    }
    case 'goodsUnknownTold': {
      const sale = ownEntry(draft.book.sales, record.saleId);
      return sale && putSale(draft, { ...sale, goodsUnknown: 'told' });
    }
    case 'saleCancelled': {
      const sale = saleOf(draft, record.saleId);
      const updatedAtWallMs = later(sale, record);
      return putSale(draft, { ...sale, state: 'cancelled', endCode: record.cause, updatedAtWallMs });
    }
    case 'receiptFinished': {
      const sale = ownEntry(draft.book.sales, record.saleId);
      return sale && putSale(draft, { ...sale, receipt: record.receipt, updatedAtWallMs: later(sale, record) });
    }
    case 'reversalStarted': {
      const { reversal } = record;
      putReversal(draft, reversal);
      if (reversal.cause === 'paidAfterFailure') markCharged(draft, reversal);
      if (reversesSale(reversal)) {
        const sale = saleOf(draft, reversal.saleId);
        const updatedAtWallMs = later(sale, record);
        putSale(draft, { ...sale, state: 'reversing', endCode: reversal.cause, updatedAtWallMs });
      }
      return prune(draft);
    }
    case 'reversalTurnedToRefund': {
      const { refundRequestId, paymentId } = record;
      const reversal = reversalOf(draft, record.reversalId);
      return putReversal(draft, { ...reversal, kind: 'refund', known: true, refundRequestId, paymentId });
    }
    case 'reversalPaymentFound': {
      const { paymentId, charged } = record;
      const reversal = reversalOf(draft, record.reversalId);
      return putReversal(draft, { ...reversal, known: true, ...present({ paymentId, charged }) });
    }
    case 'reversalNeedsPerson': {
      const { lastCode } = record;
      const held = record.held === true ? { manual: true } : {};
      return putReversal(draft, { ...reversalOf(draft, record.reversalId), state: 'needsPerson', lastCode, ...held });
    }
    case 'reversalReleased': {
      const { untried: _, ...reversal } = reversalOf(draft, record.reversalId);
      return putReversal(draft, { ...reversal, state: 'open', manual: false });
    }
    case 'reversalFinished': {
      const reversal = reversalOf(draft, record.reversalId);
      putReversal(draft, { ...reversal, state: 'finished', end: record.end });
      endReversedSale(draft, record, reversal);
      return prune(draft);
    }
    case 'agentTokenReceived': {
      const { type: _, atWallMs: __, ...agentToken } = record;
      return change(draft, { agentToken });
    }
  }
}

function markCharged(draft: Draft, { saleId, paymentRequestId }: Reversal): void {
  const sale = saleOf(draft, saleId);
  const attempts = sale.attempts.map(
    (attempt): Attempt =>
      attempt.paymentRequestId === paymentRequestId ? { ...attempt, chargedAfterAll: true } : attempt,
  );
  putSale(draft, { ...sale, attempts });
}

function endReversedSale(
  draft: Draft,
  record: Extract<TerminalRecord, { type: 'reversalFinished' }>,
  reversal: Reversal,
): void {
  const sale = ownEntry(draft.book.sales, reversal.saleId);
  if (sale === undefined || !reversesSale(reversal)) return;
  const updatedAtWallMs = later(sale, record);
  if (record.end.outcome !== 'paid') return putSale(draft, { ...sale, state: 'reversed', updatedAtWallMs });
  const { endCode: _, ...paid } = sale;
  putSale(draft, { ...paid, state: 'settled', updatedAtWallMs });
}

/** The sale's `updatedAtWallMs`, which never goes back: a boot may write with a clock that is decades behind. */
function later(sale: Sale, record: TerminalRecord): number {
  return Math.max(sale.updatedAtWallMs, record.atWallMs);
}

function withLastAttempt(sale: Sale, change: Partial<Attempt>): readonly Attempt[] {
  const attempt = sale.attempts.at(-1);
  if (attempt === undefined) throw new Error(`sale ${sale.saleId} has no payment attempt`);
  return [...sale.attempts.slice(0, -1), { ...attempt, ...change }];
}
