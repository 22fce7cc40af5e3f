import type { HttpRefusal, HttpRefusalStatus } from '../../drivers/host.js';
import { type ApiError, apiError } from './api-error.js';
import { API_LIMITS } from './api-limits.js';
import { wordError } from './api-reply.js';

/** What the listener refuses before a request reaches the API, by status. */
export const LISTENER_REFUSALS: Readonly<Record<HttpRefusalStatus, ApiError>> = {
  400: apiError(400, 'malformed', 'this is not HTTP/1.1 as it should be, with one Host and no such header twice'),
  408: apiError(408, 'tooSlow', `the whole request has to be here within ${API_LIMITS.requestTimeoutMs} ms`),
  413: apiError(413, 'bodyTooLong', `the body is longer than ${API_LIMITS.bodyBytes} bytes`),
  417: apiError(417, 'expectationUnknown', 'leave the header Expect out'),
  431: apiError(431, 'headersTooLong', 'the headers are too long, or more than 100'),
  503: apiError(503, 'tooManyConnections', 'too many requests or connections at once; try again'),
};

/** Words the listener's own refusals like all other errors of the API. */
export function listenerRefusal(status: HttpRefusalStatus): HttpRefusal {
  return wordError(LISTENER_REFUSALS[status]);
}
