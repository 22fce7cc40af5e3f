import type { Low } from 'lowdb';
import type { FlashHost } from '../../drivers/host.js';
import type { Book } from '../../flows/book.js';
import type { TerminalRecord } from '../../flows/record.js';
import { BOOK_JOURNAL, BOOK_SEGMENT_BYTES } from './open-book.js';
import { readOnlyLow } from './read-only-low.js';
import { readStore } from './store/read-store.js';
import type { OpenReport } from './store/store-status.js';

/** What a card still tells. */
export interface BookReading {
  /** Why a box would not start with it, in words for a technician; empty where it would. */
  readonly troubles: readonly string[];
  /** Halves of the journal that are not there. */
  readonly missing: readonly string[];
  /** Only the halves changed places. */
  readonly swapped: boolean;
  /** Nothing was ever stored on those that are. */
  readonly blank: boolean;
  /** What a box would start with all the same, because it was not needed; as in `OpenReport`. */
  readonly found: Pick<OpenReport, 'cutTail' | 'unreadableSlots' | 'lostSlots'>;
  /** The newest book that could be put together, as a database that cannot be written; undefined where there is none. */
  readonly db: Low<Book> | undefined;
  /** Of the newest record that was read: a higher one somewhere else means that this card is old. */
  readonly sequence: number;
  readonly storeId: string;
}

/**
 * Reads the book of a card that no terminal needs to run on. Changes nothing and takes no lock.
 * @param segmentSizeBytes of each half of the journal.
 */
export function readCard(flash: FlashHost, segmentSizeBytes: number, done: (reading: BookReading) => void): void {
  readStore<Book, TerminalRecord>({ ...BOOK_JOURNAL, segmentSizeBytes, flash }, ({ state, epoch: _, ...reading }) =>
    done({ ...reading, db: state === undefined ? undefined : readOnlyLow(state) }),
  );
}

/** Reads the book of a real card. Changes nothing and takes no lock. */
export function readBook(flash: FlashHost): Promise<BookReading> {
  return new Promise((resolve) => readCard(flash, BOOK_SEGMENT_BYTES, resolve));
}
