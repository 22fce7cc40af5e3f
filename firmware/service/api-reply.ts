import type { HttpRefusal, HttpServerResponse, HttpStream } from '../../drivers/host.js';
import type { ApiError } from './api-error.js';

/** The answer to one request: exactly one of its functions is called, once. */
export interface ApiReply {
  json(status: number, body: object): void;
  error(error: ApiError): void;
  text(status: number, contentType: string, body: string): void;
  stream(contentType: string, closed: () => void): HttpStream;
}

/** Answers are about this moment and are data, not pages: nothing may keep them or guess another type. */
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;
const JSON_TYPE = 'application/json; charset=utf-8';

/** `answered` is told the status of the answer, for the metrics. */
export function createApiReply(response: HttpServerResponse, answered: (status: number) => void): ApiReply {
  function end(status: number, contentType: string, body: string): void {
    answered(status);
    response.end(status, { ...HEADERS, 'content-type': contentType }, body);
  }
  return {
    json: (status, body) => end(status, JSON_TYPE, JSON.stringify(body)),
    error(error) {
      const { headers, body } = wordError(error);
      answered(error.status);
      response.end(error.status, headers, body);
    },
    text: (status, contentType, body) => end(status, contentType, body),
    stream(contentType, closed) {
      answered(200);
      return response.stream(200, { ...HEADERS, 'content-type': contentType }, closed);
    },
  };
}

/** An error as it goes to the caller. */
export function wordError({ code, message, field, reasons, headers }: ApiError): HttpRefusal {
  const error = field === undefined ? { code, message } : { code, message, field };
  return {
    headers: { ...HEADERS, 'content-type': JSON_TYPE, ...headers },
    body: JSON.stringify(reasons === undefined ? { error } : { error, reasons }),
  };
}
