import type { ApiReply } from '../service/api-reply.js';
import { type ApiRoute, apiRoute } from '../service/api-route.js';
import { refusal } from '../service/route-answers.js';
import { type StatusView, statusSchema } from './output-schemas.js';

export interface WatchRouteParts {
  readonly status: () => StatusView;
  readonly openEvents: (lastEventId: string | undefined, reply: ApiReply) => void;
  readonly metrics: () => string;
  /** The OpenAPI document of all routes, these included. */
  readonly openApi: () => object;
}

/** Status, events, metrics and the contract: for programs and people who watch the terminal. */
export function watchRoutes({ status, openEvents, metrics, openApi }: WatchRouteParts): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/status',
      operationId: 'readStatus',
      summary: 'Whether the terminal is ready, why not, and how its devices are',
      answers: [{ status: 200, description: 'the status', schema: statusSchema }],
      handle: (_call, reply) => reply.json(200, status()),
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/events',
      operationId: 'watchEvents',
      summary:
        'Server-sent events `sale`, `status` and `reversal`, each with the whole of what changed. Starts with how things ' +
        'are; with Last-Event-ID it goes on from there, or sends `reset` and how things are where too much was missed',
      headers: { 'Last-Event-ID': 'the id of the last event that was read, to go on from there' },
      answers: [
        { status: 200, description: 'a stream that stays open', contentType: 'text/event-stream' },
        refusal(503, ['tooManyStreams'], 'too many streams are open'),
      ],
      handle: ({ headers }, reply) => openEvents(headers['last-event-id'], reply),
    }),
    apiRoute({
      method: 'GET',
      path: '/metrics',
      operationId: 'readMetrics',
      summary: 'Metrics in the Prometheus text format',
      answers: [{ status: 200, description: 'the metrics', contentType: 'text/plain; version=0.0.4' }],
      handle: (_call, reply) => reply.text(200, 'text/plain; version=0.0.4; charset=utf-8', metrics()),
    }),
    apiRoute({
      method: 'GET',
      path: '/openapi.json',
      operationId: 'readOpenApi',
      summary: 'This contract, machine-readable',
      answers: [{ status: 200, description: 'an OpenAPI 3.1 document' }],
      handle: (_call, reply) => reply.json(200, openApi()),
    }),
  ];
}
