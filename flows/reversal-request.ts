import type { ReversalRequest } from './effect.js';
import { present } from './present.js';
import type { Reversal } from './reversal.js';
import { updateProgress } from './reversal-rhythm.js';
import type { ReversalPhase, ReversalProgress } from './terminal-state.js';
import type { Turn } from './turn.js';

/**
 * Sends a request of a reversal. The reversal's timer fires `graceMs` after the timeout, in case the executor never answers.
 * `change`: further changes of the progress.
 */
export function sendReversalRequest(
  turn: Turn,
  reversal: Reversal,
  phase: ReversalPhase,
  { timeoutMs, graceMs }: { readonly timeoutMs: number; readonly graceMs: number },
  change: Partial<ReversalProgress>,
): void {
  const { reversalId } = reversal;
  const exchange = turn.live.exchange + 1;
  turn.set({ exchange });
  updateProgress(turn, reversalId, { awaiting: exchange, ...change });
  turn.effect({ type: 'sendReversal', timeoutMs, exchange, reversalId, request: requestOf(reversal, phase) });
  turn.setTimer(`reversal:${reversalId}`, timeoutMs + graceMs);
}

function requestOf(reversal: Reversal, phase: ReversalPhase): ReversalRequest {
  const { paymentRequestId, paymentId, refundRequestId, amount, reason } = reversal;
  switch (phase) {
    case 'cancel':
    case 'inquiry':
      return { type: phase, paymentRequestId };
    case 'refund':
    case 'refundInquiry': {
      if (refundRequestId === undefined || paymentId === undefined) {
        throw new Error(`reversal ${reversal.reversalId} has no refund to send`);
      }
      if (phase === 'refundInquiry') return { type: phase, refundRequestId };
      return { type: phase, refundRequestId, paymentId, amount, ...present({ reason }) };
    }
  }
}
