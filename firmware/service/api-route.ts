import type * as v from 'valibot';
import type { HttpServerRequest } from '../../drivers/host.js';
import type { ApiError } from './api-error.js';
import type { ApiReply } from './api-reply.js';

/** One route: what is served, and what the OpenAPI document says of it. `B` and `Q`: the checked body and query. */
export interface ApiRoute<B = unknown, Q = unknown> {
  readonly method: 'GET' | 'POST';
  /** With ids in braces: `/v1/sales/{saleId}/code`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** Without a schema nothing may be sent. */
  readonly query?: v.GenericSchema<unknown, Q>;
  readonly body?: v.GenericSchema<unknown, B>;
  /** Optional request headers that it reads, by name, with what they do. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Its own answers. */
  readonly answers: readonly RouteAnswer[];
  /** Answers that it shares with other routes of its service. `routeAnswers` adds those of any service. */
  readonly sharedAnswers?: readonly RouteAnswer[];
  /** Why it cannot be served now, whatever was sent. Checked first. */
  whyNot?(): ApiError | undefined;
  /** Gets only what the schemas let through. */
  handle(call: RouteCall<B, Q>, reply: ApiReply): void;
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

export interface RouteCall<B, Q> {
  readonly params: RouteParams;
  readonly query: Q;
  readonly body: B;
  readonly headers: HttpServerRequest['headers'];
}

/** Infers from the schemas what the handler gets. */
export function apiRoute<B = undefined, Q = undefined>(route: ApiRoute<B, Q>): ApiRoute {
  return route;
}
