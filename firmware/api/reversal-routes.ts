import { type ApiRoute, apiRoute, type RouteAnswer, type RouteParams } from '../service/api-route.js';
import { type BookRouteParts, bookRoutes, refusals } from './book-routes.js';
import { type ReversalView, reversalSchema, reversalsSchema } from './output-schemas.js';
import { replyWith, replyWithAnswer } from './reply-with-answer.js';

export interface ReversalRouteParts extends BookRouteParts {
  /** Oldest first; without the finished ones unless `all`. */
  readonly reversals: (all: boolean) => ReversalView[];
}

const reversal = (status: number, description: string): RouteAnswer => ({
  status,
  description,
  schema: reversalSchema,
});

/** Money on its way back: refunds, and the cancel queue. */
export function reversalRoutes({ ask, inputs, views, whyNoBook, reversals }: ReversalRouteParts): ApiRoute[] {
  const reversalId = (params: RouteParams): string => params.reversalId ?? '';
  return bookRoutes(whyNoBook, [
    apiRoute({
      method: 'POST',
      path: '/v1/refunds',
      operationId: 'refundSale',
      summary: 'Refund a paid sale, whole or in part; the same refundId is the same refund',
      body: inputs.refund,
      answers: [
        reversal(202, 'durable; retried until the acquirer confirms it'),
        refusals.invalid,
        refusals.noSale,
        refusals.conflict(
          ['notPaid', 'otherAccount', 'refundDiffers'],
          'the sale was not paid, or with another account at the acquirer, or that refundId was used for another refund',
        ),
        { ...refusals.notReady, description: 'the queue is full; `reasons` say `queueFull`' },
      ],
      handle: ({ body }, reply) =>
        ask({ type: 'refundRequested', ...body }, reply, (answer) => replyWithAnswer(answer, views, reply)),
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/reversals',
      operationId: 'listReversals',
      summary: 'The cancel queue, oldest first; with state=all also what is finished and still kept',
      query: inputs.reversals,
      answers: [{ status: 200, description: 'the queue', schema: reversalsSchema }, refusals.invalid],
      handle: ({ query }, reply) => reply.json(200, { reversals: reversals(query.state === 'all') }),
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/reversals/{reversalId}',
      operationId: 'readReversal',
      summary: 'A reversal or refund, also when it is finished',
      answers: [reversal(200, 'found'), refusals.noReversal],
      handle: ({ params }, reply) => replyWith(reply, 200, views.reversal(reversalId(params)), 'reversal'),
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/reversals/{reversalId}/retry',
      operationId: 'retryReversal',
      summary: 'Try a reversal again now; one that was held back for a person is released',
      body: inputs.nothing,
      answers: [
        reversal(202, 'under way'),
        refusals.noReversal,
        refusals.conflict(
          ['reversalFinished', 'otherAccount', 'underWay'],
          'the reversal is finished, or its payment was made with another account at the acquirer, or somebody is settling it as paid at this moment',
        ),
      ],
      handle: ({ params }, reply) =>
        ask({ type: 'reversalRetryRequested', reversalId: reversalId(params) }, reply, (answer) =>
          replyWithAnswer(answer, views, reply),
        ),
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/reversals/{reversalId}/settle',
      operationId: 'settleReversal',
      summary:
        'Close a reversal that a person settled outside the terminal; who, why and the outcome are recorded: reversed (default), or paid where the payment stands',
      body: inputs.settle,
      answers: [
        reversal(200, 'finished'),
        refusals.invalid,
        refusals.noReversal,
        refusals.conflict(
          ['reversalFinished', 'notPaid', 'orderPaid', 'saleOpen', 'underWay', 'unconfirmed', 'otherAccount'],
          'the reversal is finished, or it cannot end as paid: the payment was never proven or does not stand, its order has another sale that is paid or open, a request is under way, or the acquirer cannot be asked or does not confirm it (try again later)',
        ),
      ],
      handle: ({ params, body }, reply) =>
        ask({ type: 'reversalSettled', reversalId: reversalId(params), ...body }, reply, (answer) =>
          replyWithAnswer(answer, views, reply, 200),
        ),
    }),
  ]);
}
