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
  const draft: Draft = { book: counted(from), unmeasured: new Map() };
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
      changeSale(draft, record, { ...sale, state: 'paying', attempts: [...sale.attempts, attempt] });
      return change(draft, { serialNumber: record.serialNumber });
    }
    case 'inquiryStarted':
      return changeSale(draft, record, { ...saleOf(draft, record.saleId), state: 'inquiring' });
    case 'paymentShown':
      return changeSale(
        draft,
        record,
        withLastAttempt(saleOf(draft, record.saleId), { known: true, ...present({ prompted: record.prompted }) }),
      );
    case 'attemptFailed': {
      const { resultCode } = record;
      const sale = withLastAttempt(saleOf(draft, record.saleId), { result: 'F', resultCode });
      const failed: Sale = record.final
        ? { ...sale, state: 'declined', endCode: resultCode }
        : { ...sale, state: 'awaitingCode' };
      return changeSale(draft, record, failed);
    }
    case 'paymentApproved': {
      const found = present({ paymentId: record.paymentId });
      const sale = withLastAttempt(saleOf(draft, record.saleId), { result: 'S', ...found });
      return changeSale(draft, record, { ...sale, state: 'approved' });
    }
    case 'deliveryAwaited': {
      const sale = saleOf(draft, record.saleId);
      return putSale(draft, { ...sale, hostWaits: (sale.hostWaits ?? 0) + 1 });
    }
    case 'vendStarted':
      return changeSale(draft, record, { ...saleOf(draft, record.saleId), state: 'vending' });
    case 'saleSettled': {
      const receipt = record.receiptDue ? 'due' : 'none';
      const doubt = record.goodsUnknown === true ? ({ goodsUnknown: 'untold' } as const) : {};
      return changeSale(draft, record, { ...saleOf(draft, record.saleId), state: 'settled', receipt, ...doubt });
    }
    case 'goodsUnknownTold': {
      const sale = ownEntry(draft.book.sales, record.saleId);
      return sale && putSale(draft, { ...sale, goodsUnknown: 'told' });
    }
    case 'saleCancelled':
      return changeSale(draft, record, {
        ...saleOf(draft, record.saleId),
        state: 'cancelled',
        endCode: record.cause,
      });
    case 'receiptFinished': {
      const sale = ownEntry(draft.book.sales, record.saleId);
      return sale && changeSale(draft, record, { ...sale, receipt: record.receipt });
    }
    case 'reversalStarted': {
      const { reversal } = record;
      putReversal(draft, reversal);
      if (reversal.cause === 'paidAfterFailure') markCharged(draft, reversal);
      if (reversesSale(reversal)) {
        const sale = saleOf(draft, reversal.saleId);
        changeSale(draft, record, { ...sale, state: 'reversing', endCode: reversal.cause });
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
  if (record.end.outcome !== 'paid') return changeSale(draft, record, { ...sale, state: 'reversed' });
  const { endCode: _, ...paid } = sale;
  changeSale(draft, record, { ...paid, state: 'settled' });
}

/** `updatedAtWallMs` never goes back: a boot may write with a clock that is decades behind. */
function changeSale(draft: Draft, record: TerminalRecord, sale: Sale): void {
  putSale(draft, { ...sale, updatedAtWallMs: Math.max(sale.updatedAtWallMs, record.atWallMs) });
}

function withLastAttempt(sale: Sale, change: Partial<Attempt>): Sale {
  const attempt = sale.attempts.at(-1);
  if (attempt === undefined) throw new Error(`sale ${sale.saleId} has no payment attempt`);
  return { ...sale, attempts: [...sale.attempts.slice(0, -1), { ...attempt, ...change }] };
}
