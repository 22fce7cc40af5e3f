import type { StoreError } from './store-error.js';

/** How the store is doing. Sizes in bytes, times in milliseconds. */
export interface StoreStatus {
  readonly health:
    | { readonly kind: 'ok' }
    /** The last commit took, or the one under way is taking, longer than the limit. */
    | { readonly kind: 'slow'; readonly ms: number }
    /** Nothing can be made durable any more in this process. */
    | { readonly kind: 'failed'; readonly error: StoreError };
  /** Made when the store was provisioned, hexadecimal. Another one: another card. */
  readonly storeId: string;
  /** Grows with every open. With `sequence` a backend sees that a card was swapped or cloned, or forgets. */
  readonly epoch: number;
  /** Of the newest durable frame; never goes back. */
  readonly sequence: number;
  /** Since this process opened the store. */
  readonly commits: number;
  readonly flushes: number;
  readonly bytesWritten: number;
  readonly lastFlushMs: number;
  readonly slowestFlushMs: number;
  /** The whole state when it was last written, and what it has to fit. */
  readonly stateBytes: number;
  readonly segmentSizeBytes: number;
}

/** What opening found, for the log and the status page. */
export interface OpenReport {
  /** The store was made just now. */
  readonly provisioned: boolean;
  readonly storeId: string;
  readonly epoch: number;
  readonly sequence: number;
  /** Operations folded over the last whole state. */
  readonly replayedOperations: number;
  /** The remains of a write that a power cut ended were left out. It was never acknowledged. */
  readonly cutTail: boolean;
  /** Slots that could not be read, but were not needed. */
  readonly unreadableSlots: number;
  /** More slots than one unfinished write leaves: the medium lost data. */
  readonly lostSlots: boolean;
  /** Whether the medium was read past every cache and holds what was written. */
  readonly readBack: 'verified' | 'unsupported';
}
