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
  const lengthBytes = chainBytes + operation.length;
  const room = lengthBytes <= reused.length ? reused : new Uint8Array(lengthBytes);
  new DataView(room.buffer).setBigUint64(0, before);
  room.set(operation, chainBytes);
  /* As text: a start asks for thousands, and a buffer for each answer costs several times the hash. */
  const digest = hash('sha256', new Uint8Array(room.buffer, 0, lengthBytes), 'hex');
  return BigInt(`0x${digest.slice(0, 2 * chainBytes)}`);
}

const chainBytes = 8;
const reused = new Uint8Array(4096);
