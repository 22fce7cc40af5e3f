import { deepFreeze } from './deep-freeze.js';
import { operationsJson } from './frame.js';
import type { History } from './link-history.js';
import { asBuffer } from './medium-io.js';
import { payloadOf } from './scan-segment.js';
import { StoreError } from './store-error.js';

export interface Replay<State, Op> {
  readonly fold: (state: State, op: Op) => State;
  readonly replay?: (state: State, ops: readonly Op[]) => State;
}

/** The state that a history leads to, frozen; wrapped, because a state may be any JSON value. */
export function replayHistory<State, Op>(
  history: History,
  { fold, replay }: Replay<State, Op>,
): { readonly value: State } | StoreError {
  try {
    /* What is parsed here was written by `commit` with these types, as checksum and chain have shown. */
    const base = JSON.parse(asBuffer(payloadOf(history.base)).toString()) as State;
    /* One text is parsed many times faster than each operation alone. */
    const ops = JSON.parse(operationsJson(history.operations.map(({ bytes }) => bytes))) as readonly Op[];
    const state = replay === undefined ? deepFreeze(ops).reduce(fold, deepFreeze(base)) : replay(base, ops);
    return { value: deepFreeze(state) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return new StoreError('damaged', `the records are whole, but cannot be replayed: ${message}`);
  }
}
