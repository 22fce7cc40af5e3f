import { chainNext } from './chain.js';
import { firstOperations } from './frame.js';
import type { FoundFrame } from './scan-segment.js';

/** An operation with its place in the history. `bytes` is its JSON behind a length header. */
export interface NumberedOperation {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly chainBefore: Uint8Array;
}

/** The whole state at some operation, and every operation since. */
export interface History {
  readonly base: FoundFrame;
  /** Those after the base first, in order without a gap; then the chain value at the end. */
  readonly operations: readonly NumberedOperation[];
  readonly chain: Uint8Array;
}

/**
 * Walks back from the newest frame to the newest whole state, operation by operation, and proves on the way that all
 * of it is one history. Undefined where a piece is missing: then something that was acknowledged cannot be read.
 * @param newestFirst whole frames, the newest first
 */
export function linkHistory(newestFirst: readonly FoundFrame[]): History | undefined {
  const head = newestFirst[0];
  if (head === undefined) return undefined;
  const lastNumber = head.header.lastOperation;
  /* Newest first; reversed at the end. */
  const backwards: NumberedOperation[] = [];
  let firstNumber = lastNumber + 1;
  let chainBeforeFirst: Uint8Array | undefined;
  let chainAtEnd: Uint8Array | undefined;

  const chainAt = (number: number): Uint8Array | undefined => {
    if (number === firstNumber - 1) return chainBeforeFirst;
    if (number === lastNumber) return chainAtEnd;
    return backwards[lastNumber - number - 1]?.chainBefore;
  };

  for (const frame of newestFirst) {
    const { header } = frame;
    if (header.kind === 'base') {
      const known = chainAt(header.lastOperation);
      const isHead = frame === head;
      if (!isHead && (known === undefined || !sameBytes(known, header.chain))) continue;
      const count = lastNumber - header.lastOperation;
      return {
        base: frame,
        operations: backwards.slice(0, count).reverse(),
        chain: chainAtEnd ?? header.chain,
      };
    }
    const frameFirst = header.lastOperation - header.operationCount + 1;
    const touches = header.lastOperation >= firstNumber - 1 && header.lastOperation <= lastNumber;
    if (!touches || frameFirst >= firstNumber) continue;
    /* Later ones are known already. */
    const operations = firstOperations(frame.payload(), firstNumber - frameFirst);
    if (operations === undefined) continue;
    const found: NumberedOperation[] = [];
    let chain = header.chain;
    for (const [index, bytes] of operations.entries()) {
      found.push({ number: frameFirst + index, bytes, chainBefore: chain });
      chain = chainNext(chain, bytes);
    }
    if (chainBeforeFirst !== undefined && !sameBytes(chain, chainBeforeFirst)) continue;
    chainAtEnd ??= chain;
    chainBeforeFirst = header.chain;
    firstNumber = frameFirst;
    for (const operation of found.reverse()) backwards.push(operation);
  }
  return undefined;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
