import type * as v from 'valibot';
import type { HttpServerRequest } from '../../drivers/host.js';
import { ID_PATTERN } from '../api/input-schemas.js';
import { apiError, fieldError } from './api-error.js';
import type { ApiReply } from './api-reply.js';
import { jsonBody, safeFieldName } from './json-body.js';
import { validateInput } from './validate-input.js';

/** One row of the API's table: what is served, and what the OpenAPI document tells of it. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST';
  /** With ids in braces: `/v1/sales/{saleId}/code`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** About sales or reversals: a terminal without its journal cannot serve it. */
  readonly ofBook?: true;
  readonly query?: v.GenericSchema;
  readonly body?: v.GenericSchema;
  /** Request headers that it reads besides, by name, with what they do. All may be left out. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Its own; what any of them can answer besides is in `routeAnswers`. */
  readonly answers: readonly RouteAnswer[];
  /** Checks what was sent and serves it, or says what is wrong with it. */
  serve(params: RouteParams, query: string, request: HttpServerRequest, reply: ApiReply): void;
}

export interface RouteAnswer {
  readonly status: number;
  readonly description: string;
  readonly schema?: v.GenericSchema;
  /** Where it is not JSON. */
  readonly contentType?: string;
  /** Of a refusal: every `error.code` that can come with this status. */
  readonly codes?: readonly string[];
}

export type RouteParams = Readonly<Record<string, string>>;

interface Definition<B, Q> extends Omit<ApiRoute, 'serve' | 'ofBook' | 'query' | 'body'> {
  readonly query?: v.GenericSchema<unknown, Q>;
  readonly body?: v.GenericSchema<unknown, B>;
  handle(call: RouteCall<B, Q>, reply: ApiReply): void;
}

export interface RouteCall<B, Q> {
  readonly params: RouteParams;
  readonly query: Q;
  readonly body: B;
  readonly headers: HttpServerRequest['headers'];
}

/** A route whose handler gets only what its schemas let through. Without a schema there is nothing to get. */
export function apiRoute<B = undefined, Q = undefined>(definition: Definition<B, Q>): ApiRoute {
  const { handle, ...row } = definition;
  return {
    ...row,
    serve(params, queryText, request, reply) {
      const strange = Object.keys(params).find((name) => !ID_PATTERN.test(params[name] ?? ''));
      if (strange !== undefined) return reply.error(apiError(404, 'notFound', `there is no such ${strange}`));
      const query = readQuery(definition.query, queryText);
      if ('error' in query) return reply.error(query.error);
      const body = readBody(definition.body, request);
      if ('error' in body) return reply.error(body.error);
      handle({ params, query: query.output as Q, body: body.output as B, headers: request.headers }, reply);
    },
  };
}

/** The same for a route about sales or reversals. */
export function bookRoute<B = undefined, Q = undefined>(definition: Definition<B, Q>): ApiRoute {
  return { ...apiRoute(definition), ofBook: true };
}

function readQuery(schema: v.GenericSchema | undefined, text: string) {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const field = safeFieldName(name);
    if (schema === undefined) return { error: fieldError(field, 'is not a parameter of this request') };
    if (values.has(name)) return { error: fieldError(field, 'is there twice') };
    values.set(name, value);
  }
  return schema === undefined ? { output: undefined } : validateInput(schema, Object.fromEntries(values));
}

/** A form of a web page elsewhere can post to loopback, but not as JSON without asking first. */
function readBody(schema: v.GenericSchema | undefined, { headers, body }: HttpServerRequest) {
  if (schema === undefined) return { output: undefined };
  if (!/^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i.test(headers['content-type'] ?? '')) {
    return { error: apiError(415, 'notJson', 'send "Content-Type: application/json", also with an empty body') };
  }
  if (!/^(?:identity)?$/i.test(headers['content-encoding'] ?? '')) {
    return { error: apiError(415, 'notJson', 'send the body as it is, without Content-Encoding') };
  }
  const read = jsonBody(body);
  return 'error' in read ? read : validateInput(schema, read.value);
}
