import { entryBytes } from './entry-bytes.js';
import type { TokenGrantor } from './payment-account.js';
import type { Reversal } from './reversal.js';
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

/** What all sales and reversals take on flash. */
export function bytesOf({ sales, reversals }: Pick<Book, 'sales' | 'reversals'>): number {
  const entries: readonly (readonly [string, object])[] = [...Object.entries(sales), ...Object.entries(reversals)];
  return entries.reduce((sum, [id, entry]) => sum + entryBytes(id, entry), 0);
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
