import type { FlashHost } from '../../drivers/host.js';
import { BOOK_SEGMENT_BYTES } from './open-book.js';
import { type BookReading, readCard } from './read-card.js';

/** Reads the book of a real card. Changes nothing and takes no lock. */
export function readBook(flash: FlashHost): Promise<BookReading> {
  return new Promise((resolve) => readCard(flash, BOOK_SEGMENT_BYTES, resolve));
}
