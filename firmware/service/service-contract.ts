import type { GenericSchema } from 'valibot';
import type { HttpListenOptions, HttpRefusalStatus } from '../../drivers/host.js';
import { type ApiError, apiError, errorAnswer } from './api-error.js';

/** How a service describes itself: in messages, and in its OpenAPI document. */
export interface ServiceContract {
  /** What messages call it: `the terminal`. */
  readonly name: string;
  /** The setting with the token that callers have to send. */
  readonly tokenSetting: string;
  /** Title and description of the document. */
  readonly title: string;
  readonly description: string;
  /** Of the ids in paths. */
  readonly idPattern: RegExp;
  /** What the document describes by name. `Error` is the body of every refusal. */
  readonly schemas: Readonly<Record<string, GenericSchema>> & { readonly Error: GenericSchema };
  readonly limits: ServiceLimits;
}

/** The most that a service accepts from outside. */
export interface ServiceLimits {
  readonly bodyBytes: number;
  readonly targetChars: number;
  readonly connections: number;
  readonly requestTimeoutMs: number;
}

/** What the listener refuses before a request reaches the service, by status. */
export function listenerRefusals({
  bodyBytes,
  requestTimeoutMs,
}: ServiceLimits): Readonly<Record<HttpRefusalStatus, ApiError>> {
  return {
    400: apiError(400, 'malformed', 'this is not HTTP/1.1 as it should be, with one Host and no such header twice'),
    408: apiError(408, 'tooSlow', `the whole request has to be here within ${requestTimeoutMs} ms`),
    413: apiError(413, 'bodyTooLong', `the body is longer than ${bodyBytes} bytes`),
    417: apiError(417, 'expectationUnknown', 'leave the header Expect out'),
    431: apiError(431, 'headersTooLong', 'the headers are too long, or more than 100'),
    503: apiError(503, 'tooManyConnections', 'too many requests or connections at once; try again'),
  };
}

/** How a service listens: its limits, and the listener's own refusals, which look like all other errors. */
export function listenOptions(limits: ServiceLimits): Omit<HttpListenOptions, 'host' | 'port'> {
  const refusals = listenerRefusals(limits);
  return {
    bodyLimitBytes: limits.bodyBytes,
    requestTimeoutMs: limits.requestTimeoutMs,
    connectionLimit: limits.connections,
    refusal: (status) => errorAnswer(refusals[status]),
  };
}
