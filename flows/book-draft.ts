import type { Book } from './book.js';
import { entryBytes } from './entry-bytes.js';
import { ownEntry } from './own-entry.js';
import { rememberPaid } from './paid-orders.js';
import type { Reversal } from './reversal.js';
import { isOpen, type Sale } from './sale.js';

/**
 * A book that is being changed. Its maps are copied only before the first change, and what pruning looks up is built once:
 * with a pass over a thousand entries for each record a start would take minutes.
 */
export interface Draft {
  book: Book;
  sales?: Record<string, Sale>;
  reversals?: Record<string, Reversal>;
  retention?: Retention;
  /** The entries that changed since `bytes` was counted, as it counts them, by id. Each is measured once at the end. */
  readonly unmeasured: Map<string, Sale | Reversal | undefined>;
}

interface Retention {
  /** Oldest first. All before `firstKept` are dropped, and some after it may be. */
  readonly saleIds: string[];
  firstKept: number;
  kept: number;
  readonly reversalIds: Map<string, string[]>;
}

export function change(draft: Draft, fields: Partial<Book>): void {
  draft.book = { ...draft.book, ...fields };
}

export function saleOf({ book }: Draft, saleId: string): Sale {
  const sale = ownEntry(book.sales, saleId);
  if (sale === undefined) throw new Error(`the book has no sale ${saleId}`);
  return sale;
}

export function reversalOf({ book }: Draft, reversalId: string): Reversal {
  const reversal = ownEntry(book.reversals, reversalId);
  if (reversal === undefined) throw new Error(`the book has no reversal ${reversalId}`);
  return reversal;
}

export function putSale(draft: Draft, sale: Sale): void {
  const { retention } = draft;
  if (retention !== undefined && !Object.hasOwn(draft.book.sales, sale.saleId)) {
    retention.saleIds.push(sale.saleId);
    retention.kept += 1;
  }
  replaceEntry(draft, ownSales(draft), sale.saleId, sale);
}

export function putReversal(draft: Draft, reversal: Reversal): void {
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

/** Brings `bytes` up to date. */
export function measure(draft: Draft): void {
  const { unmeasured } = draft;
  if (unmeasured.size === 0) return;
  const { sales, reversals } = draft.book;
  let { bytes } = draft.book;
  unmeasured.forEach((before, id) => {
    bytes += knownBytes(id, ownEntry(sales, id) ?? ownEntry(reversals, id)) - knownBytes(id, before);
  });
  unmeasured.clear();
  change(draft, { bytes });
}

/** An entry object is never changed, so it is measured once. */
function knownBytes(id: string, entry: object | undefined): number {
  if (entry === undefined) return 0;
  const known = measured.get(entry);
  if (known !== undefined) return known;
  const bytes = entryBytes(id, entry);
  measured.set(entry, bytes);
  return bytes;
}

const measured = new WeakMap<object, number>();

/** Drops closed sales beyond the retention, with their finished reversals. The order numbers of paid ones are kept. */
export function prune(draft: Draft): void {
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
    /* A sale that is reversing has an open reversal; looking for it would only take time. */
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
