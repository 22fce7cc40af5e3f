import type { AcquirerAnswer } from './acquirer-answer.js';
import { type VerifiedAnswer, verified } from './acquirer-watch.js';
import { sameMoney } from './money.js';
import { cancelAction, refundAction } from './result-codes.js';
import type { Reversal, ReversalEnd } from './reversal.js';
import type { ReversalPhase, ReversalProgress } from './terminal-state.js';

/*
 * What follows from the answer to a request of the cancel queue. Each answer is classified as one of a few kinds; the table
 * says what follows from each kind. Invariants
 * - A reversal is finished only by a verified answer.
 * - While the pay request may still arrive, a reversal is finished neither by an answer to a cancel nor by the answer that
 *   there is no such payment, unless the payment was known before the request was sent.
 * - The reversal of a known payment is never finished by the answer that there is no such payment.
 * - A refund that failed for good is not sent again by itself.
 */

/** A cell of the table, with its code. */
export type Verdict = Cell & {
  /** For the operator: the cell's own code where it has one, otherwise the acquirer's code or status. */
  readonly code: string;
};

export type Cell = Next & {
  readonly code?: string;
  /** The answer makes the payment known. */
  readonly known?: { readonly charged: boolean };
  readonly amountDiffers?: true;
  /** Whether the cancel was refused for good. Missing: as before. */
  readonly uncancellable?: boolean;
};

type Next =
  | { readonly type: 'finish'; readonly how: Exclude<ReversalEnd['how'], 'settledByHand'> }
  | {
      readonly type: 'ask';
      /** `undo`: the cancel or the refund, whichever the reversal is now. */
      readonly next: ReversalPhase | 'undo';
      /** `retry`: at the next retry. `unpayable`: when the pay request can no longer arrive. */
      readonly when: 'now' | 'retry' | 'unpayable';
    }
  /** The money goes back as a refund, now. */
  | { readonly type: 'refund' }
  /** A person is called, and the same request is retried slowly. */
  | { readonly type: 'callPerson' }
  /** A person is called, and nothing is sent until that person asks for it. */
  | { readonly type: 'hold' };

/** Our code for a refund that was accepted and failed. */
export const REFUND_FAILED = 'REFUND_FAILED';

/** By request and kind of answer. `docs/architecture.md` shows it with the meaning of each kind. */
export const REVERSAL_TABLE = {
  cancel: {
    done: { type: 'finish', how: 'cancelled' },
    doneTooEarly: { type: 'ask', next: 'cancel', when: 'unpayable' },
    doneBeforeKnown: { type: 'ask', next: 'cancel', when: 'now' },
    absent: { type: 'finish', how: 'nothingCharged' },
    absentTooEarly: { type: 'ask', next: 'cancel', when: 'unpayable' },
    absentThoughKnown: { type: 'ask', next: 'inquiry', when: 'now', uncancellable: false },
    refund: { type: 'ask', next: 'inquiry', when: 'now', uncancellable: true },
    inquire: { type: 'ask', next: 'inquiry', when: 'now', uncancellable: false },
    again: { type: 'ask', next: 'cancel', when: 'retry' },
    nothing: { type: 'ask', next: 'cancel', when: 'retry' },
  },
  inquiry: {
    paidCancellable: { type: 'ask', next: 'cancel', when: 'retry', known: { charged: true }, code: 'PAID' },
    paid: { type: 'refund', known: { charged: true } },
    paidOtherAmount: { type: 'refund', known: { charged: true }, amountDiffers: true },
    paidWithoutId: { type: 'ask', next: 'inquiry', when: 'retry', known: { charged: true }, code: 'NO_PAYMENT_ID' },
    cancelled: { type: 'finish', how: 'cancelled' },
    failed: { type: 'finish', how: 'nothingCharged' },
    /* Here and below the cancel or refund is sent again: inquiring alone would never end the reversal. */
    underWay: { type: 'ask', next: 'undo', when: 'retry', known: { charged: false } },
    absent: { type: 'finish', how: 'nothingCharged' },
    absentTooEarly: { type: 'ask', next: 'cancel', when: 'unpayable' },
    absentThoughKnown: { type: 'ask', next: 'undo', when: 'retry' },
    other: { type: 'ask', next: 'undo', when: 'retry' },
    nothing: { type: 'ask', next: 'inquiry', when: 'retry' },
  },
  refund: {
    done: { type: 'finish', how: 'refunded' },
    otherAmount: { type: 'ask', next: 'refundInquiry', when: 'retry', amountDiffers: true, code: 'AMOUNT_DIFFERS' },
    /* A refund that was accepted and failed is answered the same way for ever: the inquiry shows how to go on. */
    inquire: { type: 'ask', next: 'refundInquiry', when: 'retry' },
    over: { type: 'ask', next: 'inquiry', when: 'retry' },
    person: { type: 'callPerson' },
    hold: { type: 'hold' },
    nothing: { type: 'ask', next: 'refundInquiry', when: 'retry' },
  },
  refundInquiry: {
    done: { type: 'finish', how: 'refunded' },
    otherAmount: { type: 'ask', next: 'refundInquiry', when: 'retry', amountDiffers: true, code: 'AMOUNT_DIFFERS' },
    processing: { type: 'ask', next: 'refundInquiry', when: 'retry' },
    failed: { type: 'hold', code: REFUND_FAILED },
    /* The same refund again, under the same id: inquiring alone would never make the refund. */
    other: { type: 'ask', next: 'refund', when: 'retry' },
    nothing: { type: 'ask', next: 'refund', when: 'retry' },
  },
} as const satisfies Readonly<Record<ReversalPhase, Readonly<Record<string, Cell>>>>;

/** The kinds of answers to a request. */
export type AnswerTo<P extends ReversalPhase> = keyof (typeof REVERSAL_TABLE)[P];

/** `mayCancel`: by time and retries so far, a paid payment is still cancelled rather than refunded. */
export function verdictOf(
  reversal: Reversal,
  progress: ReversalProgress,
  answer: AcquirerAnswer,
  mayCancel: boolean,
): Verdict {
  const believed = verified(answer);
  if (believed === undefined || believed.status === 'U') {
    return { ...REVERSAL_TABLE[progress.phase].nothing, code: answer.kind === 'answered' ? answer.code : 'NO_ANSWER' };
  }
  return { code: codeOf(progress.phase, believed), ...cellFor(reversal, progress, believed, mayCancel) };
}

function codeOf(phase: ReversalPhase, { status, code, paymentStatus, refundStatus }: VerifiedAnswer): string {
  return (status === 'S' ? (phase === 'refundInquiry' ? refundStatus : paymentStatus) : undefined) ?? code;
}

function cellFor(reversal: Reversal, progress: ReversalProgress, answer: VerifiedAnswer, mayCancel: boolean): Cell {
  switch (progress.phase) {
    case 'cancel':
      return REVERSAL_TABLE.cancel[readCancel(reversal, progress, answer)];
    case 'inquiry':
      return REVERSAL_TABLE.inquiry[readInquiry(reversal, progress, answer, mayCancel)];
    case 'refund':
      return REVERSAL_TABLE.refund[readRefund(reversal, answer)];
    case 'refundInquiry':
      return REVERSAL_TABLE.refundInquiry[readRefundInquiry(reversal, answer)];
  }
}

function readCancel(reversal: Reversal, progress: ReversalProgress, answer: VerifiedAnswer): AnswerTo<'cancel'> {
  if (answer.status === 'S') {
    if (isFinal(progress)) return 'done';
    return reversal.known && !progress.knownWhenSent ? 'doneBeforeKnown' : 'doneTooEarly';
  }
  const action = cancelAction(answer.code);
  return action === 'absent' ? readAbsent(reversal, progress) : action;
}

function readInquiry(
  reversal: Reversal,
  progress: ReversalProgress,
  answer: VerifiedAnswer,
  mayCancel: boolean,
): AnswerTo<'inquiry'> {
  if (answer.status === 'F') return answer.code === 'ORDER_NOT_EXIST' ? readAbsent(reversal, progress) : 'other';
  switch (answer.paymentStatus) {
    case 'SUCCESS':
      return readPaid(reversal, progress, answer, mayCancel);
    case 'CANCELLED':
      return 'cancelled';
    case 'FAIL':
      return 'failed';
    case undefined:
      return 'other';
    default:
      return 'underWay';
  }
}

function readPaid(
  { kind, paymentId, amount }: Reversal,
  { uncancellable }: ReversalProgress,
  answer: VerifiedAnswer,
  mayCancel: boolean,
): AnswerTo<'inquiry'> {
  if (kind === 'cancel' && mayCancel && uncancellable !== true) return 'paidCancellable';
  if ((answer.paymentId ?? paymentId) === undefined) return 'paidWithoutId';
  /* A refund may be for part of the payment. */
  const differs = kind === 'cancel' && answer.amount !== undefined && !sameMoney(answer.amount, amount);
  return differs ? 'paidOtherAmount' : 'paid';
}

function readRefund({ amount }: Reversal, answer: VerifiedAnswer): AnswerTo<'refund'> {
  if (answer.status !== 'S') return refundAction(answer.code);
  return namesOtherAmount(answer, amount) ? 'otherAmount' : 'done';
}

function readRefundInquiry({ amount }: Reversal, answer: VerifiedAnswer): AnswerTo<'refundInquiry'> {
  switch (answer.status === 'S' ? answer.refundStatus : undefined) {
    case 'SUCCESS':
      return namesOtherAmount(answer, amount) ? 'otherAmount' : 'done';
    case 'PROCESSING':
      return 'processing';
    case 'FAIL':
      return 'failed';
    default:
      return 'other';
  }
}

function readAbsent({ known }: Reversal, progress: ReversalProgress) {
  if (known) return 'absentThoughKnown';
  return isFinal(progress) ? 'absent' : 'absentTooEarly';
}

/**
 * Whether the answer that nothing is charged is final: when the request was sent, the payment was known or could no longer
 * arrive. A payment that became known after a cancel may have arrived after that cancel.
 */
function isFinal({ knownWhenSent, knownLate, sentAtMs, unpayableAtMs }: ReversalProgress): boolean {
  return (knownWhenSent && knownLate !== true) || sentAtMs >= unpayableAtMs;
}

function namesOtherAmount({ refundAmount }: VerifiedAnswer, amount: Reversal['amount']): boolean {
  return refundAmount !== undefined && !sameMoney(refundAmount, amount);
}
