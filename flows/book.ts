import type { TokenGrantor } from './agent-merchant.js';
import { entryBytes } from './entry-bytes.js';
import { accountOf } from './of-other-account.js';
import { ownEntry } from './own-entry.js';
import { rememberPaid } from './paid-orders.js';
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
 * - What is kept how long is judged by `seenMs`, never by the wall clock, which may be wrong or made to jump.
 * - A paid sale that is pruned leaves its order in `paidOrders`.
 * - `bytes` is what all sales and reversals take as JSON: the whole book has to fit the flash, whatever it is filled with.
 */
export interface Book {
  readonly format: 1;
  readonly bootCount: number;
  readonly serialNumber: number;
  /** For how long the terminal has been running in all, when the newest sale started. */
  readonly seenMs: number;
  readonly salesKept: number;
  readonly salesKeptMs: number;
  readonly bytes: number;
  /** Beyond it closed sales go, however few and young they are. Half as much is for `paidOrders`. */
  readonly bytesKept: number;
  /** Orders whose paid sale is no longer kept; `paid-orders` reads it. */
  readonly paidOrders: string;
  /** By sale id, oldest first. */
  readonly sales: Readonly<Record<string, Sale>>;
  /** By reversal id, oldest first; finished ones stay as long as their sale. */
  readonly reversals: Readonly<Record<string, Reversal>>;
  readonly agentToken?: TokenGrantor & {
    readonly accessToken: string;
    readonly expiresAtWallMs?: number;
    readonly issuedAtWallMs?: number;
  };
  /** Of the first start that recorded it: payments of records that name no acquirer are taken to have been made there. */
  readonly firstAcquirer?: string;
}

export const EMPTY_BOOK: Book = {
  format: 1,
  bootCount: 0,
  serialNumber: 0,
  seenMs: 0,
  salesKept: 500,
  salesKeptMs: 30 * 86_400_000,
  bytes: 0,
  bytesKept: 2 * 1024 * 1024,
  paidOrders: '',
  sales: {},
  reversals: {},
};

/** The state that records lead to, from an empty book or from a snapshot of one. Throws like `fold`. */
export function replay(records: readonly TerminalRecord[], from: Book = EMPTY_BOOK): Book {
  const draft: Draft = { book: counted(from), unmeasured: new Map() };
  for (const record of records) apply(draft, record);
  measure(draft);
  return draft.book;
}

/** Older snapshots lack what was not kept then. */
function counted(book: Book): Book {
  const {
    bytes = bytesOf(book),
    bytesKept = EMPTY_BOOK.bytesKept,
    seenMs = EMPTY_BOOK.seenMs,
    paidOrders = EMPTY_BOOK.paidOrders,
  }: Partial<Book> = book;
  return { ...book, bytes, bytesKept, seenMs, paidOrders };
}

/** What all sales and reversals take on flash. */
export function bytesOf({ sales, reversals }: Pick<Book, 'sales' | 'reversals'>): number {
  const entries: readonly (readonly [string, object])[] = [...Object.entries(sales), ...Object.entries(reversals)];
  return entries.reduce((sum, [id, entry]) => sum + entryBytes(id, entry), 0);
}

/** The book after one more record. Throws on a record that cannot follow: the journal is then not ours. */
export function fold(book: Book, record: TerminalRecord): Book {
  const draft: Draft = { book, unmeasured: new Map() };
  apply(draft, record);
  measure(draft);
  return draft.book;
}

/**
 * A book in the making. Its maps are copied before the first change, and only then, and what pruning has to look up is made
 * once: with a thousand entries to go through for each record a start would last minutes.
 */
interface Draft {
  book: Book;
  sales?: Record<string, Sale>;
  reversals?: Record<string, Reversal>;
  retention?: Retention;
  /** Entries that `bytes` does not count yet, by id, as it counts them: what changes again and again is measured once. */
  readonly unmeasured: Map<string, Sale | Reversal | undefined>;
}

/** What pruning looks up. */
interface Retention {
  /** Oldest first; those before `firstKept` are gone, and so may be some behind it. */
  readonly saleIds: string[];
  firstKept: number;
  kept: number;
  readonly reversalIds: Map<string, string[]>;
}

function change(draft: Draft, fields: Partial<Book>): void {
  draft.book = { ...draft.book, ...fields };
}

function apply(draft: Draft, record: TerminalRecord): void {
  switch (record.type) {
    case 'terminalStarted': {
      const { salesKept, salesKeptMs, bytesKept = draft.book.bytesKept } = record;
      const firstAcquirer = draft.book.firstAcquirer ?? record.acquirer;
      change(draft, { bootCount: draft.book.bootCount + 1, salesKept, salesKeptMs, bytesKept });
      if (firstAcquirer !== undefined) change(draft, { firstAcquirer });
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
        ...(record.utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes: record.utcOffsetMinutes }),
        ...accountOf(record),
      };
      const sale = saleOf(draft, record.saleId);
      changeSale(draft, record, { ...sale, state: 'paying', attempts: [...sale.attempts, attempt] });
      return change(draft, { serialNumber: record.serialNumber });
    }
    case 'inquiryStarted':
      return changeSale(draft, record, { ...saleOf(draft, record.saleId), state: 'inquiring' });
    case 'paymentShown':
      return changeSale(draft, record, withLastAttempt(saleOf(draft, record.saleId), shown(record.prompted)));
    case 'attemptFailed': {
      const { resultCode } = record;
      const sale = withLastAttempt(saleOf(draft, record.saleId), { result: 'F', resultCode });
      const failed: Sale = record.final
        ? { ...sale, state: 'declined', endCode: resultCode }
        : { ...sale, state: 'awaitingCode' };
      return changeSale(draft, record, failed);
    }
    case 'paymentApproved': {
      const found = record.paymentId === undefined ? {} : { paymentId: record.paymentId };
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
      const found = record.paymentId === undefined ? {} : { paymentId: record.paymentId };
      const charged = record.charged === true ? ({ charged: true } as const) : {};
      return putReversal(draft, { ...reversalOf(draft, record.reversalId), known: true, ...found, ...charged });
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

export function openSale(book: Book): Sale | undefined {
  for (const sale of Object.values(book.sales).reverse()) if (isOpen(sale)) return sale;
  return undefined;
}

/** A payment request with its sale, as long as that is kept. */
export function paymentOf(book: Book, paymentRequestId: string): { sale: Sale; attempt: Attempt } | undefined {
  for (const sale of Object.values(book.sales).reverse()) {
    const attempt = sale.attempts.find((one) => one.paymentRequestId === paymentRequestId);
    if (attempt !== undefined) return { sale, attempt };
  }
  return undefined;
}

/** The queue: reversals that are not finished, oldest first. */
export function openReversals(book: Book): Reversal[] {
  return Object.values(book.reversals).filter((reversal) => reversal.state !== 'finished');
}

const shown = (prompted: true | undefined): Partial<Attempt> => ({
  known: true,
  ...(prompted === undefined ? {} : { prompted }),
});

function saleOf({ book }: Draft, saleId: string): Sale {
  const sale = ownEntry(book.sales, saleId);
  if (sale === undefined) throw new Error(`the book has no sale ${saleId}`);
  return sale;
}

function reversalOf({ book }: Draft, reversalId: string): Reversal {
  const reversal = ownEntry(book.reversals, reversalId);
  if (reversal === undefined) throw new Error(`the book has no reversal ${reversalId}`);
  return reversal;
}

/** Never back in time: a boot may write with a clock that is decades behind, and age decides what is still kept. */
function changeSale(draft: Draft, record: TerminalRecord, sale: Sale): void {
  putSale(draft, { ...sale, updatedAtWallMs: Math.max(sale.updatedAtWallMs, record.atWallMs) });
}

function putSale(draft: Draft, sale: Sale): void {
  const { retention } = draft;
  if (retention !== undefined && !Object.hasOwn(draft.book.sales, sale.saleId)) {
    retention.saleIds.push(sale.saleId);
    retention.kept += 1;
  }
  replaceEntry(draft, ownSales(draft), sale.saleId, sale);
}

function putReversal(draft: Draft, reversal: Reversal): void {
  const { retention } = draft;
  if (retention !== undefined && !Object.hasOwn(draft.book.reversals, reversal.reversalId)) {
    note(retention.reversalIds, reversal);
  }
  replaceEntry(draft, ownReversals(draft), reversal.reversalId, reversal);
}

function ownSales(draft: Draft): Record<string, Sale> {
  if (draft.sales === undefined) {
    draft.sales = { ...draft.book.sales };
    change(draft, { sales: draft.sales });
  }
  return draft.sales;
}

function ownReversals(draft: Draft): Record<string, Reversal> {
  if (draft.reversals === undefined) {
    draft.reversals = { ...draft.book.reversals };
    change(draft, { reversals: draft.reversals });
  }
  return draft.reversals;
}

function replaceEntry<T extends Sale | Reversal>(
  { unmeasured }: Draft,
  entries: Record<string, T>,
  id: string,
  entry: T,
): void {
  if (!unmeasured.has(id)) unmeasured.set(id, ownEntry(entries, id));
  entries[id] = entry;
}

/** Counts what has changed. */
function measure(draft: Draft): void {
  const { unmeasured } = draft;
  if (unmeasured.size === 0) return;
  let { bytes, sales, reversals } = draft.book;
  for (const [id, before] of unmeasured) {
    const entry = ownEntry(sales, id) ?? ownEntry(reversals, id);
    bytes += (entry === undefined ? 0 : knownBytes(id, entry)) - (before === undefined ? 0 : knownBytes(id, before));
  }
  unmeasured.clear();
  change(draft, { bytes });
}

/** An entry never changes, so it is measured once. */
function knownBytes(id: string, entry: object): number {
  const known = measured.get(entry);
  if (known !== undefined) return known;
  const bytes = entryBytes(id, entry);
  measured.set(entry, bytes);
  return bytes;
}

const measured = new WeakMap<object, number>();

function withLastAttempt(sale: Sale, change: Partial<Attempt>): Sale {
  const attempt = sale.attempts.at(-1);
  if (attempt === undefined) throw new Error(`sale ${sale.saleId} has no payment attempt`);
  return { ...sale, attempts: [...sale.attempts.slice(0, -1), { ...attempt, ...change }] };
}

/** Drops closed sales beyond the retention, with their finished reversals; of the paid ones the order stays. */
function prune(draft: Draft): void {
  measure(draft);
  const { salesKept, salesKeptMs, bytesKept, seenMs } = draft.book;
  const old = (sale: Sale): boolean => (sale.seenMs ?? 0) < seenMs - salesKeptMs;
  draft.retention ??= retentionOf(draft.book);
  const { retention } = draft;
  const { saleIds } = retention;
  for (let at = retention.firstKept; at < saleIds.length; at += 1) {
    const saleId = saleIds[at] ?? '';
    const sale = ownEntry(draft.book.sales, saleId);
    if (sale === undefined) continue;
    if (retention.kept <= salesKept && draft.book.bytes <= bytesKept && !old(sale)) return;
    /* A sale that is reversing has an open reversal: to look for it would only cost time. */
    if (isOpen(sale) || sale.state === 'reversing') continue;
    const own = (retention.reversalIds.get(saleId) ?? []).map((reversalId) => reversalOf(draft, reversalId));
    if (own.every(({ state }) => state === 'finished')) drop(draft, retention, sale, own);
  }
}

function drop(draft: Draft, retention: Retention, sale: Sale, own: readonly Reversal[]): void {
  const { saleId } = sale;
  const sales = ownSales(draft);
  const reversals = ownReversals(draft);
  let { bytes, paidOrders } = draft.book;
  delete sales[saleId];
  bytes -= knownBytes(saleId, sale);
  for (const reversal of own) {
    delete reversals[reversal.reversalId];
    bytes -= knownBytes(reversal.reversalId, reversal);
  }
  if (sale.state === 'settled') paidOrders = rememberPaid(paidOrders, sale, draft.book.bytesKept / 2);
  change(draft, { bytes, paidOrders });
  retention.kept -= 1;
  retention.reversalIds.delete(saleId);
  while (saleIdGone(retention, sales)) retention.firstKept += 1;
}

function saleIdGone({ saleIds, firstKept }: Retention, sales: Book['sales']): boolean {
  const saleId = saleIds[firstKept];
  return saleId !== undefined && !Object.hasOwn(sales, saleId);
}

function retentionOf({ sales, reversals }: Book): Retention {
  const saleIds = Object.keys(sales);
  const reversalIds = new Map<string, string[]>();
  for (const reversal of Object.values(reversals)) note(reversalIds, reversal);
  return { saleIds, firstKept: 0, kept: saleIds.length, reversalIds };
}

function note(reversalIds: Map<string, string[]>, { saleId, reversalId }: Reversal): void {
  const others = reversalIds.get(saleId);
  if (others === undefined) reversalIds.set(saleId, [reversalId]);
  else others.push(reversalId);
}
