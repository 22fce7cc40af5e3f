import { hash } from 'node:crypto';

/** Bytes of a chain value. Eight detect mixed-up histories; they are no defence against forgery. */
export const chainBytes = 8;

/** The chain value before the first operation of a store. */
export const chainStart: Uint8Array = new Uint8Array(chainBytes);

/**
 * The chain value after an operation: a hash over the value before it and its bytes. Two histories that end in the same
 * value are the same history, so that leftovers of an abandoned one are never linked to the current one.
 */
export function chainNext(before: Uint8Array, operation: Uint8Array): Uint8Array {
  return hash('sha256', Buffer.concat([before, operation]), 'buffer').subarray(0, chainBytes);
}
