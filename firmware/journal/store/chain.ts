import { hash } from 'node:crypto';

/**
 * A hash over a history: eight bytes, as a number, most significant byte first. They detect mixed-up histories, and are no
 * defence against forgery.
 */
export type Chain = bigint;

/** The chain value before the first operation of a store. */
export const chainStart: Chain = 0n;

/**
 * The chain value after an operation: a hash over the value before it and its bytes. Two histories that end in the same
 * value are the same history, so that leftovers of an abandoned one are never linked to the current one.
 */
export function chainNext(before: Chain, operation: Uint8Array): Chain {
  if (operation.length > room.length - chainBytes) makeRoom(chainBytes + operation.length);
  view.setBigUint64(0, before);
  room.set(operation, chainBytes);
  /* As text: a start asks for thousands, and a buffer for each answer costs several times the hash. */
  return BigInt(`0x${hash('sha256', room.subarray(0, chainBytes + operation.length)).slice(0, 2 * chainBytes)}`);
}

const chainBytes = 8;
/* Used again and again. */
let room = new Uint8Array(4096);
let view = new DataView(room.buffer);

function makeRoom(sizeBytes: number): void {
  room = new Uint8Array(sizeBytes);
  view = new DataView(room.buffer);
}
