import { type Chain, chainNext } from './chain.js';
import { operationAt, viewOf } from './frame.js';
import { type FoundFrame, payloadOf } from './scan-segment.js';

/** An operation with its place in the history. `bytes` is its JSON behind a length header. */
export interface NumberedOperation {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly chainBefore: Chain;
}

/** The whole state at some operation, and every operation since. */
export interface History {
  readonly base: FoundFrame;
  /** Those after the base first, in order without a gap; then the chain value at the end. */
  readonly operations: readonly NumberedOperation[];
  readonly chain: Chain;
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
  let chainBeforeFirst: Chain | undefined;
  let chainAtEnd: Chain | undefined;

  const chainAt = (number: number): Chain | undefined => {
    if (number === firstNumber - 1) return chainBeforeFirst;
    if (number === lastNumber) return chainAtEnd;
    return backwards[lastNumber - number - 1]?.chainBefore;
  };

  for (const frame of newestFirst) {
    const { header } = frame;
    if (header.kind === 'base') {
      const known = chainAt(header.lastOperation);
      const isHead = frame === head;
      if (!isHead && known !== header.chain) continue;
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
    const found = numberedOperations(frame, frameFirst, firstNumber);
    if (found === undefined || (chainBeforeFirst !== undefined && found.chain !== chainBeforeFirst)) continue;
    chainAtEnd ??= found.chain;
    chainBeforeFirst = header.chain;
    firstNumber = frameFirst;
    for (let at = found.operations.length - 1; at >= 0; at -= 1) {
      const operation = found.operations[at];
      if (operation !== undefined) backwards.push(operation);
    }
  }
  return undefined;
}

/** The operations of a frame up to number `end`, which is left out, and the chain value there; undefined where they end before. */
function numberedOperations(
  frame: FoundFrame,
  first: number,
  end: number,
): { readonly operations: readonly NumberedOperation[]; readonly chain: Chain } | undefined {
  const payload = viewOf(payloadOf(frame));
  const operations: NumberedOperation[] = [];
  let { chain } = frame.header;
  let at = 0;
  for (let number = first; number < end; number += 1) {
    const bytes = operationAt(payload, at);
    if (bytes === undefined) return undefined;
    operations.push({ number, bytes, chainBefore: chain });
    chain = chainNext(chain, bytes);
    at += bytes.length;
  }
  return { operations, chain };
}
