import type { HttpServerResponse, HttpStream } from '../../drivers/host.js';
import { ANSWER_HEADERS, type ApiError, errorAnswer, JSON_TYPE } from './api-error.js';

/** The answer to one request: exactly one of its functions is called, once. */
export interface ApiReply {
  json(status: number, body: object): void;
  error(error: ApiError): void;
  text(status: number, contentType: string, body: string): void;
  stream(contentType: string, closed: () => void): HttpStream;
}

/** `answered` gets the status of the answer, for the metrics. */
export function createApiReply(response: HttpServerResponse, answered: (status: number) => void): ApiReply {
  function end(status: number, contentType: string, body: string): void {
    answered(status);
    response.end(status, { ...ANSWER_HEADERS, 'content-type': contentType }, body);
  }
  return {
    json: (status, body) => end(status, JSON_TYPE, JSON.stringify(body)),
    error(error) {
      const { headers, body } = errorAnswer(error);
      answered(error.status);
      response.end(error.status, headers, body);
    },
    text: end,
    stream(contentType, closed) {
      answered(200);
      return response.stream(200, { ...ANSWER_HEADERS, 'content-type': contentType }, closed);
    },
  };
}
