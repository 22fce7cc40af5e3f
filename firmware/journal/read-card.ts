import type { Low } from 'lowdb';
import type { FlashHost } from '../../drivers/host.js';
import type { Book } from '../../flows/book.js';
import type { TerminalRecord } from '../../flows/record.js';
import { BOOK_JOURNAL, BOOK_SEGMENT_BYTES } from './open-book.js';
import { readOnlyLow } from './read-only-low.js';
import { readStore } from './store/read-store.js';
import type { OpenReport } from './store/store-status.js';

/** What can be read of a card. */
export interface BookReading {
  /** Why a box would not start with it, for a technician; empty where it would. */
  readonly troubles: readonly string[];
  /** Halves of the journal that are not there. */
  readonly missing: readonly string[];
  /** The only trouble is that the halves are swapped. */
  readonly swapped: boolean;
  /** Nothing was ever stored on the halves that are there. */
  readonly blank: boolean;
  /** Damage that does not keep a box from starting, as in `OpenReport`. */
  readonly found: Pick<OpenReport, 'cutTail' | 'unreadableSlots' | 'lostSlots'>;
  /** The newest book that could be restored, as a read-only database; undefined where there is none. */
  readonly db: Low<Book> | undefined;
  /** Of the newest record that was read. A higher one elsewhere means that this card is old. */
  readonly sequence: number;
  readonly storeId: string;
}

/**
 * Reads the book of a card, also while no terminal runs on it. Changes nothing and takes no lock.
 * @param segmentSizeBytes of each half of the journal.
 */
export function readCard(flash: FlashHost, segmentSizeBytes: number, done: (reading: BookReading) => void): void {
  readStore<Book, TerminalRecord>({ ...BOOK_JOURNAL, segmentSizeBytes, flash }, ({ state, epoch: _, ...reading }) =>
    done({ ...reading, db: state === undefined ? undefined : readOnlyLow(state) }),
  );
}

/** The same of a real card. */
export function readBook(flash: FlashHost): Promise<BookReading> {
  return new Promise((resolve) => readCard(flash, BOOK_SEGMENT_BYTES, resolve));
}
