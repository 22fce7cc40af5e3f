import type { Host } from '../drivers/host.js';
import { type Book, EMPTY_BOOK, fold } from '../flows/book.js';
import type { FaultCode } from '../flows/faults.js';
import type { TerminalRecord } from '../flows/record.js';
import { openStore, type Store } from './store/store.js';
import type { StoreError } from './store/store-error.js';
import type { OpenReport, StoreStatus } from './store/store-status.js';

export type BookStore = Store<Book, TerminalRecord>;

export interface OpenBookOptions {
  readonly volumes: readonly [string, string];
  readonly segmentSizeBytes: number;
  readonly healthChanged: (status: StoreStatus) => void;
}

/** Opens the journal of records on flash, or makes it where the data directory is new. */
export function openBook(
  host: Host,
  options: OpenBookOptions,
  opened: (error: StoreError | undefined, store?: BookStore, report?: OpenReport) => void,
): void {
  const { flash, clock, random } = host;
  openStore({ ...options, flash, clock, random, provision: 'ifNew', empty: EMPTY_BOOK, fold }, opened);
}

/** What a store error means for the operator; `restart` where only a restart may help. */
export function flashTrouble(error: StoreError): { readonly fault: FaultCode; readonly restart: boolean } {
  switch (error.code) {
    case 'absent':
    case 'denied':
      return { fault: 'flashAbsent', restart: false };
    case 'damaged':
    case 'format':
    case 'forgetful':
      return { fault: 'flashDamaged', restart: false };
    default:
      return { fault: 'flashFailed', restart: true };
  }
}
