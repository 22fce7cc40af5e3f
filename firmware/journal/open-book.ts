import type { Host } from '../../drivers/host.js';
import { type Book, EMPTY_BOOK } from '../../flows/book.js';
import type { JOURNAL_FAULTS } from '../../flows/faults.js';
import { fold, replayInPlace } from '../../flows/fold.js';
import type { TerminalRecord } from '../../flows/record.js';
import { type ExitCode, exitCode } from '../log/exit-code.js';
import { openStore, type Store } from './store/store.js';
import type { StoreError } from './store/store-error.js';
import type { OpenReport, StoreStatus } from './store/store-status.js';

export type BookStore = Store<Book, TerminalRecord>;

/** The two halves of the journal, in the data directory. */
export const BOOK_VOLUMES = ['journal-a', 'journal-b'] as const;

/** Which block device stands in for which half, where the journal is on raw partitions. */
export function journalPartitions(pair: readonly [string, string] | undefined): Readonly<Record<string, string>> {
  return pair === undefined ? {} : { [BOOK_VOLUMES[0]]: pair[0], [BOOK_VOLUMES[1]]: pair[1] };
}

/** 500 kept sales take some 300 KB; the whole state has to fit, better several times. */
export const BOOK_SEGMENT_BYTES = 4 * 1024 * 1024;

/** What the store needs to know of the book. */
export const BOOK_JOURNAL = {
  volumes: BOOK_VOLUMES,
  segmentSizeBytes: BOOK_SEGMENT_BYTES,
  empty: EMPTY_BOOK,
  fold,
  replay: (book: Book, records: readonly TerminalRecord[]): Book => replayInPlace(records, book),
} as const;

export interface OpenBookOptions {
  /** Of each half of the journal. */
  readonly segmentSizeBytes: number;
  readonly healthChanged: (status: StoreStatus) => void;
}

/** Opens the journal of records on flash, or makes it where the data directory is new. */
export function openBook(
  host: Pick<Host, 'flash' | 'clock' | 'random'>,
  options: OpenBookOptions,
  opened: (error: StoreError | undefined, store?: BookStore, report?: OpenReport) => void,
): void {
  const { flash, clock, random } = host;
  openStore({ ...BOOK_JOURNAL, ...options, flash, clock, random, provision: 'ifNew' }, opened);
}

/**
 * What a store error leads to. `stay`: only a person can fix it, and the terminal runs to report the fault. `exit`: a restart
 * may help, or another process holds the data.
 */
export type FlashTrouble =
  | { readonly kind: 'stay'; readonly fault: (typeof JOURNAL_FAULTS)[number] }
  | { readonly kind: 'exit'; readonly code: ExitCode };

export function flashTrouble(error: StoreError): FlashTrouble {
  switch (error.code) {
    case 'absent':
    case 'denied':
      return { kind: 'stay', fault: 'flashAbsent' };
    case 'swapped':
      return { kind: 'stay', fault: 'flashSwapped' };
    case 'damaged':
    case 'format':
    case 'forgetful':
      return { kind: 'stay', fault: 'flashDamaged' };
    case 'busy':
      return { kind: 'exit', code: exitCode.unavailable };
    default:
      return { kind: 'exit', code: exitCode.flash };
  }
}
