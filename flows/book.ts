import { entryBytes } from './entry-bytes.js';
import type { TokenGrantor } from './payment-account.js';
import type { Reversal } from './reversal.js';
import { type Attempt, isOpen, type Sale } from './sale.js';

/**
 * The durable part of the terminal's state, folded from the records. Plain JSON, which is also the snapshot on flash.
 *
 * Invariants
 * - At most one sale is open, and it is the last one started.
 * - `serialNumber` only grows.
 * - A sale with an unfinished reversal is never pruned. Closed sales beyond the retention are, oldest first.
 * - Age is measured by `seenMs`, never by the wall clock, which may be wrong or may jump.
 * - The order of a paid sale that is pruned is kept in `paidOrders`.
 * - `bytes` is the size of all sales and reversals as JSON. The whole book has to fit the flash.
 */
export interface Book {
  readonly format: 1;
  readonly bootCount: number;
  readonly serialNumber: number;
  /** The total running time of the terminal when the newest sale started. */
  readonly seenMs: number;
  readonly salesKept: number;
  readonly salesKeptMs: number;
  readonly bytes: number;
  /** Above it closed sales are dropped, however few and new they are. `paidOrders` may take half as much. */
  readonly bytesKept: number;
  /** Orders whose paid sale is no longer kept; see `paid-orders.ts`. */
  readonly paidOrders: string;
  /** By sale id, oldest first. */
  readonly sales: Readonly<Record<string, Sale>>;
  /** By reversal id, oldest first. Finished ones are kept as long as their sale. */
  readonly reversals: Readonly<Record<string, Reversal>>;
  readonly agentToken?: TokenGrantor & {
    readonly accessToken: string;
    readonly expiresAtWallMs?: number;
    readonly issuedAtWallMs?: number;
  };
  /** The acquirer of the first start that recorded one. Payments whose records name none count as made there. */
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
