import type { StoreError, StoreErrorCode } from './store/store-error.js';

const NEW_CARD =
  'save the queue on a laptop (tillbox queue export --data-dir DIR), settle what waits, then start with a new card';

const REMEDIES: Readonly<Record<StoreErrorCode, string | undefined>> = {
  readOnly: `the system makes a card read-only that reports errors: start the board anew once; if it comes back, ${NEW_CARD}`,
  io: `the card reports errors: start the board anew once; if it comes back, ${NEW_CARD}`,
  hung: `the card does not answer: take the power away for a minute; if it comes back, ${NEW_CARD}`,
  forgetful: `the card forgets what it accepted, as at the end of its life: ${NEW_CARD}`,
  damaged: NEW_CARD,
  full: 'make room in DATA_DIR for two files of 4 MiB; only a first start needs it',
  absent: 'put the card or volume back, or mount it (DATA_DIR)',
  denied: "give DATA_DIR and what is in it to the terminal's user (chown), and take file attributes off (lsattr)",
  disconnected: 'find what moved, replaced, restored or unmounted it, and let nothing do so while the terminal runs',
  busy: 'stop the other process, or let it work; never remove a lock by hand',
  swapped: 'swap the two names in JOURNAL_PARTITIONS, or the two files, back',
  format: 'install the newer version again',
  tooLarge: 'settle what waits in the queue; the journal has no room for it',
  closed: undefined,
  timeout: undefined,
  refused: undefined,
  unsupported: 'put DATA_DIR on ext4 in the box: overlays, tmpfs and networks will not do',
};

/** What a technician does about a journal that cannot be opened or has failed, for the log; the page is docs/operations.md. */
export function flashRemedy({ code }: StoreError): string | undefined {
  return REMEDIES[code];
}
