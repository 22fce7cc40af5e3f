import { flashRemedy } from '../journal/flash-remedy.js';
import { BOOK_SEGMENT_BYTES, type BookStore, type FlashTrouble, flashTrouble, openBook } from '../journal/open-book.js';
import { StoreError } from '../journal/store/store-error.js';
import type { StoreStatus } from '../journal/store/store-status.js';
import type { Log } from '../log/log.js';
import type { TerminalParts } from './terminal-parts.js';

/** The journal, or the fault with which the terminal starts without one. */
export type OpenJournal =
  | { readonly store: BookStore }
  | { readonly store?: undefined; readonly fault: Extract<FlashTrouble, { readonly kind: 'stay' }>['fault'] };

/**
 * Opens the journal and logs what was found. `opened` is called once; never where a restart may help, for then the process
 * ends. `healthChanged` may be called before.
 */
export function openJournal(
  { host, settings, segmentSizeBytes = BOOK_SEGMENT_BYTES }: TerminalParts,
  log: Log,
  healthChanged: (health: StoreStatus['health']) => void,
  opened: (journal: OpenJournal) => void,
): void {
  const { dataDir } = settings.config.storage;
  /* A card may take up to a minute to answer: the log has to show what is waited for. */
  log.info('opening the journal', { dataDir });
  openBook(host, { segmentSizeBytes, healthChanged: ({ health }) => healthChanged(health) }, (error, store, report) => {
    if (store === undefined) {
      const problem = error ?? new StoreError('io', 'no store');
      log.error('journal cannot be opened', { why: problem.message, todo: flashRemedy(problem) });
      const trouble = flashTrouble(problem);
      if (trouble.kind === 'exit') return host.board.exit(trouble.code);
      return opened({ fault: trouble.fault });
    }
    if (report?.lostSlots === true) log.warn('journal open', { ...report, meaning: LOST_SLOTS });
    else log.info('journal open', { ...report });
    if (report?.provisioned === true) log.warn('new journal', { dataDir, meaning: NEW_JOURNAL });
    opened({ store });
  });
}

const LOST_SLOTS =
  'places of one half cannot be read; the other half had everything. If it happens again, change the card';

/** An empty directory looks the same on the first day and where a card was lost: only a person knows which it is. */
const NEW_JOURNAL =
  'right on the first start only; otherwise the card is missing, changed or wiped, and its queue with it';
