import { codeContent } from '../../flows/code-content.js';
import type { Call } from '../kernel.js';
import type { ApiReply } from '../service/api-reply.js';
import { type ApiRoute, apiRoute, type RouteAnswer, type RouteParams } from '../service/api-route.js';
import { type BookRouteParts, bookRoutes, refusals } from './book-routes.js';
import { type SaleView, saleSchema } from './output-schemas.js';
import { replyWith, replyWithAnswer } from './reply-with-answer.js';

export interface SaleRouteParts extends BookRouteParts {
  /** The newest sale of an order: only that one can have been paid, or may still be. */
  readonly saleOfOrder: (orderId: string) => SaleView | undefined;
}

const sale = (status: number, description: string): RouteAnswer => ({ status, description, schema: saleSchema });

/** Sales: start one, watch it, give it a code, cancel it, report its delivery, print its receipt again. */
export function saleRoutes({ ask, inputs, views, whyNoBook, saleOfOrder }: SaleRouteParts): ApiRoute[] {
  const decide = (call: Call, reply: ApiReply): void =>
    ask(call, reply, (answer) => replyWithAnswer(answer, views, reply));
  const saleId = (params: RouteParams): string => params.saleId ?? '';
  return bookRoutes(whyNoBook, [
    apiRoute({
      method: 'POST',
      path: '/v1/sales',
      operationId: 'startSale',
      summary: 'Start a sale: the customer is asked for a payment code',
      body: inputs.sale,
      answers: [
        sale(201, 'started'),
        sale(200, 'the sale of that order is open already, or was paid: safe to repeat'),
        refusals.invalid,
        refusals.conflict(
          ['saleOpen', 'orderPaid', 'orderHeld', 'machineSells'],
          'another sale is open, the order was paid with another amount or by a sale that is no longer kept, a person has to decide about a payment of it first, or a vending machine starts the sales',
        ),
        refusals.notReady,
      ],
      handle: ({ body }, reply) => decide({ type: 'saleRequested', ...body }, reply),
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/sales',
      operationId: 'findSale',
      summary: 'The newest sale of an order',
      query: inputs.order,
      answers: [sale(200, 'found'), refusals.invalid, refusals.noSale],
      handle: ({ query }, reply) => replyWith(reply, 200, saleOfOrder(query.orderId), 'sale'),
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/sales/{saleId}',
      operationId: 'readSale',
      summary: 'A sale with its attempts',
      answers: [sale(200, 'found'), refusals.noSale],
      handle: ({ params }, reply) => replyWith(reply, 200, views.sale(saleId(params)), 'sale'),
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/sales/{saleId}/code',
      operationId: 'giveCode',
      summary: "Pay with a code read by the host app's own camera, as if it had been scanned",
      body: inputs.code,
      answers: [
        sale(200, 'the payment is under way'),
        refusals.invalid,
        refusals.noSale,
        refusals.conflict(['notAwaitingCode'], 'no code is wanted'),
        refusals.notReady,
      ],
      handle: ({ params, body }, reply) =>
        decide({ type: 'codeGiven', saleId: saleId(params), code: codeContent(body.code) }, reply),
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/sales/{saleId}/cancel',
      operationId: 'cancelSale',
      summary: 'Cancel: closed before a charge, reversed once the payment was sent',
      body: inputs.nothing,
      answers: [
        sale(200, 'closed, or its reversal is durable'),
        refusals.noSale,
        refusals.conflict(['alreadyDelivered', 'goodsMoving'], 'the sale is paid and over, or the goods are moving'),
      ],
      handle: ({ params }, reply) => decide({ type: 'cancelRequested', saleId: saleId(params) }, reply),
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/sales/{saleId}/delivered',
      operationId: 'reportDelivery',
      summary: 'Tell whether the host app delivered the goods (VEND=none); not delivered is reversed',
      body: inputs.delivered,
      answers: [
        sale(200, 'taken; safe to repeat'),
        refusals.invalid,
        refusals.noSale,
        refusals.conflict(['notPaid', 'alreadyReversed', 'notYourDelivery'], 'not paid, reversed, or not yours'),
      ],
      handle: ({ params, body }, reply) =>
        decide({ type: 'deliveryReported', saleId: saleId(params), ok: body.ok }, reply),
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/sales/{saleId}/receipt',
      operationId: 'printReceipt',
      summary: 'Print the receipt again, marked as a copy; with refundId that of a refund, once it is confirmed',
      body: inputs.receipt,
      answers: [
        sale(200, 'sent to the printer'),
        refusals.invalid,
        { ...refusals.noSale, description: 'no such sale or refund, or no longer kept' },
        refusals.conflict(['nothingToPrint'], 'there is nothing to print, or not yet'),
      ],
      handle: ({ params, body }, reply) => decide({ type: 'receiptRequested', saleId: saleId(params), ...body }, reply),
    }),
  ]);
}
