import { type Book, openReversals } from './book.js';
import { blocksSale, FAULTS, type FaultCode, JOURNAL_FAULTS } from './faults.js';
import type { Policy } from './policy.js';
import type { TerminalState } from './terminal-state.js';

export interface Readiness {
  /** Faults that stop sales; empty: ready. */
  readonly reasons: readonly FaultCode[];
  /** Faults that do not. */
  readonly warnings: readonly FaultCode[];
}

/** Ready before charge: whether a sale may start and a payment may be sent, and why not. */
export function readiness(state: TerminalState): Readiness {
  const reasons: FaultCode[] = [];
  const warnings: FaultCode[] = [];
  for (const fault of faultsOf(state)) (blocksSale(fault, state.policy) ? reasons : warnings).push(fault);
  return { reasons, warnings };
}

/** What passes by itself within seconds of each start; the clock is confirmed by the acquirer's first answer. */
export function isStartingUp(reasons: readonly FaultCode[]): boolean {
  const starting = (reason: FaultCode): boolean => FAULTS[reason].customerText === 'startingUp';
  return reasons.some(starting) && reasons.every((reason) => starting(reason) || reason === 'clockUnconfirmed');
}

/** True where the terminal runs without its journal: its sales and reversals are then unknown, which is not that there are none. */
export function lacksJournal({ live }: TerminalState): boolean {
  return JOURNAL_FAULTS.some((fault) => live.faults.flash?.includes(fault));
}

/**
 * Whether the reversals that wait are too many, or take more flash than what can be dropped would make room for: the
 * reversal of the next payment has to fit for certain.
 */
export function queueFull(policy: Policy, book: Book, depth: number): boolean {
  return depth >= policy.queueLimit || book.bytes > policy.bytesKept * FULL_FROM;
}

/* With what `paidOrders` may take it leaves room in the file for the reversal of the payment that is under way. */
const FULL_FROM = 1.25;

function* faultsOf({ policy, book, live }: TerminalState): Generator<FaultCode> {
  /* First what nothing else can mend: without flash the terminal does not even start. */
  const { flash, ...devices } = live.faults;
  if (flash !== undefined) yield* flash;
  if (!live.booted) yield 'starting';
  if (!live.clockTrusted) yield 'clockUnconfirmed';
  switch (live.acquirer) {
    case 'unknown':
      yield 'acquirerUnknown';
      break;
    case 'unreachable':
      yield 'acquirerUnreachable';
      break;
    case 'misconfigured':
      yield 'acquirerMisconfigured';
      break;
    case 'unverified':
      yield 'acquirerUnverified';
      break;
    case 'reachable':
      break;
  }
  if (live.refusals.pay?.open === true) yield 'acquirerOnTrial';
  const queue = openReversals(book);
  if (queueFull(policy, book, queue.length)) yield 'queueFull';
  if (queue.some((reversal) => reversal.state === 'needsPerson')) yield 'reversalNeedsPerson';
  if (live.doorOpen) yield 'doorOpen';
  for (const faults of Object.values(devices)) if (faults !== undefined) yield* faults;
}
