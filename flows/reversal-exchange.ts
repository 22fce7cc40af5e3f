import type { AcquirerAnswer } from './acquirer-answer.js';
import { noteReversalAnswer, verified } from './acquirer-watch.js';
import type { Event } from './input.js';
import { markKnownLate } from './known-late.js';
import { ownEntry } from './own-entry.js';
import type { Reversal } from './reversal.js';
import { onQueueAnswered, sendNext } from './reversal-queue.js';
import { onSettlingAnswered } from './settle-as-paid.js';
import type { ReversalProgress } from './terminal-state.js';
import type { Turn } from './turn.js';

/*
 * Passes the answer to a reversal's request on: to the queue, or to the settlement by a person. Others are late.
 */

export function onReversalAnswered(turn: Turn, answered: Extract<Event, { type: 'reversalAnswered' }>): void {
  const { exchange, reversalId, answer } = answered;
  noteReversalAnswer(turn, answer);
  const progress = ownEntry(turn.live.reversals, reversalId);
  const reversal = ownEntry(turn.book.reversals, reversalId);
  if (reversal !== undefined && progress?.awaiting === exchange) return onAnswered(turn, reversal, progress, answer);
  /* A person may have settled the reversal meanwhile, as one without a charge. */
  const late = verified(answer);
  const isCharged = late?.paymentStatus === 'SUCCESS' && reversal !== undefined;
  if (isCharged && markKnownLate(turn, reversal.paymentRequestId, true, late.paymentId)) return;
  turn.ignore('late reply to a reversal');
}

/** The next request is due, or the awaited answer did not come. */
export function onReversalTimer(turn: Turn, reversalId: string): void {
  const progress = ownEntry(turn.live.reversals, reversalId);
  const reversal = ownEntry(turn.book.reversals, reversalId);
  if (reversal === undefined || progress === undefined) return;
  if (progress.awaiting === undefined) return sendNext(turn, reversalId);
  onAnswered(turn, reversal, progress, { kind: 'silence', reason: 'timeout' });
}

function onAnswered(turn: Turn, reversal: Reversal, progress: ReversalProgress, answer: AcquirerAnswer): void {
  const { settling } = progress;
  if (settling === undefined) onQueueAnswered(turn, reversal, progress, answer);
  else onSettlingAnswered(turn, reversal, settling, answer);
}
