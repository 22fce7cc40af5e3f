import { type Book, openReversals } from './book.js';
import { blocksSale, FAULTS, type FaultCode, JOURNAL_FAULTS } from './faults.js';
import type { Policy } from './policy.js';
import type { TerminalState } from './terminal-state.js';

export interface Readiness {
  /** Faults that stop sales; empty: ready. */
  readonly reasons: readonly FaultCode[];
  /** The other faults. */
  readonly warnings: readonly FaultCode[];
}

/** Whether a sale may start and a payment may be sent, and why not. */
export function readiness(state: TerminalState): Readiness {
  const reasons: FaultCode[] = [];
  const warnings: FaultCode[] = [];
  for (const fault of faultsOf(state)) (blocksSale(fault, state.policy) ? reasons : warnings).push(fault);
  return { reasons, warnings };
}

/** True for reasons that end by themselves within seconds of each start. The acquirer's first answer confirms the clock. */
export function isStartingUp(reasons: readonly FaultCode[]): boolean {
  const starting = (reason: FaultCode): boolean => FAULTS[reason].customerText === 'startingUp';
  return reasons.some(starting) && reasons.every((reason) => starting(reason) || reason === 'clockUnconfirmed');
}

/** True where the terminal runs without its journal. Its sales and reversals are then unknown, and not none. */
export function lacksJournal({ live }: TerminalState): boolean {
  return JOURNAL_FAULTS.some((fault) => live.faults.flash?.includes(fault));
}

/**
 * Whether too many reversals wait, or they take too much flash: the reversal of the next payment has to fit for certain.
 */
export function queueFull(policy: Policy, book: Book, depth: number): boolean {
  return depth >= policy.queueLimit || book.bytes > policy.bytesKept * FULL_FROM;
}

/* Together with `paidOrders` at its largest, this leaves space in the file for the reversal of the payment under way. */
const FULL_FROM = 1.25;

function* faultsOf({ policy, book, live }: TerminalState): Generator<FaultCode> {
  /* Flash first: without it the terminal does not start. */
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
  if (live.updating) yield 'updateInstalling';
  for (const faults of Object.values(devices)) if (faults !== undefined) yield* faults;
}
