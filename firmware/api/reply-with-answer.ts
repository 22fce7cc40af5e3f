import type { CallAnswer } from '../../flows/call-answer.js';
import type { FaultCode } from '../../flows/faults.js';
import type { PaidOrder } from '../../flows/paid-orders.js';
import { type ApiError, apiError, fieldError } from '../service/api-error.js';
import type { ApiReply } from '../service/api-reply.js';
import { answerMessages } from './answer-messages.js';

/** Finds what an answer names, as callers see it. */
export interface AnswerViews {
  readonly sale: (saleId: string) => object | undefined;
  readonly reversal: (reversalId: string) => object | undefined;
}

/** Turns the flow's answer into a status and a body. `reversalStatus`: 202 where work on it goes on, 200 where it ended. */
export function replyWithAnswer(answer: CallAnswer, views: AnswerViews, reply: ApiReply, reversalStatus = 202): void {
  switch (answer.kind) {
    case 'sale':
      return replyWith(reply, answer.created ? 201 : 200, views.sale(answer.saleId), 'sale');
    case 'reversal':
      return replyWith(reply, reversalStatus, views.reversal(answer.reversalId), 'reversal');
    case 'notFound':
      return reply.error(notFound(answer.what, answer.paid));
    case 'notReady':
      return reply.error(notReadyError(answer.reasons));
    case 'conflict':
      return reply.error(apiError(409, answer.code, answerMessages.conflict(answer)));
    case 'invalid':
      return reply.error(fieldError(answer.field, answerMessages.invalid(answer)));
  }
}

export function notReadyError(reasons: readonly FaultCode[]): ApiError {
  const error = apiError(503, 'notReady', `the terminal cannot take payments: ${reasons.join(', ')}`);
  return { ...error, details: { reasons } };
}

/** The found thing, or 404. */
export function replyWith(reply: ApiReply, status: number, found: object | undefined, what: 'sale' | 'reversal'): void {
  if (found === undefined) reply.error(notFound(what));
  else reply.json(status, found);
}

function notFound(what: 'sale' | 'reversal' | 'refund', paid?: PaidOrder) {
  return apiError(404, 'notFound', answerMessages.notFound(what, paid));
}
