import { noteReversalAnswer, verified } from './acquirer-watch.js';
import type { Event } from './input.js';
import { noteLateWord } from './late-word.js';
import { ownEntry } from './own-entry.js';
import { onQueueAnswered, onQueueTimer } from './reversal-queue.js';
import { onSettlingAnswered } from './settle-as-paid.js';
import type { Turn } from './turn.js';

/*
 * The answers to what was asked for a reversal: each belongs to the queue, to a person who waits for it, or to nobody any more.
 */

export function onReversalAnswered(turn: Turn, answered: Extract<Event, { type: 'reversalAnswered' }>): void {
  const { exchange, reversalId, answer } = answered;
  noteReversalAnswer(turn, answer);
  const progress = ownEntry(turn.live.reversals, reversalId);
  const reversal = ownEntry(turn.book.reversals, reversalId);
  if (reversal !== undefined && progress?.awaiting === exchange) {
    return progress.settling === undefined
      ? onQueueAnswered(turn, reversal, progress, answer)
      : onSettlingAnswered(turn, reversal, progress.settling, answer);
  }
  /* A person may have settled it in the meantime, as one of which nothing was charged. */
  const late = verified(answer);
  const isCharged = late?.paymentStatus === 'SUCCESS' && reversal !== undefined;
  if (isCharged && noteLateWord(turn, reversal.paymentRequestId, true, late.paymentId)) return;
  turn.ignore('late reply to a reversal');
}

export function onReversalTimer(turn: Turn, reversalId: string): void {
  const settling = ownEntry(turn.live.reversals, reversalId)?.settling;
  const reversal = ownEntry(turn.book.reversals, reversalId);
  if (settling === undefined || reversal === undefined) return onQueueTimer(turn, reversalId);
  onSettlingAnswered(turn, reversal, settling, { kind: 'silence', reason: 'timeout' });
}
