import * as v from 'valibot';
import type { HttpHost } from '../../drivers/host.js';
import { parseJson } from '../service/parse-json.js';
import { errorSchema } from './output-schemas.js';

/** Asks the local API of a terminal on this machine. Rejects with a `LocalApiError`. */
export interface LocalApiClient {
  /** Where it asks, for people. */
  readonly url: string;
  get<T>(target: string, schema: v.GenericSchema<unknown, T>): Promise<T>;
  post<T>(target: string, body: object, schema: v.GenericSchema<unknown, T>): Promise<T>;
}

/**
 * Why there is no answer. `absent`: nothing listens. `silent`: something listens and does not answer as a terminal would.
 * `refused`: the terminal refused, and `code` and the message say why.
 */
export class LocalApiError extends Error {
  override readonly name = 'LocalApiError';
  constructor(
    readonly kind: 'absent' | 'silent' | 'refused',
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

export interface LocalApiAddress {
  readonly host: string;
  readonly port: number;
  readonly token?: string;
}

const READ_TIMEOUT_MS = 5_000;
/** Longer than the terminal waits for a decision, so that its own error arrives. */
const ORDER_TIMEOUT_MS = 15_000;
/** A year's worth of reversals is far below it. */
const REPLY_LIMIT_BYTES = 64 * 1024 * 1024;

export function createLocalApiClient(http: Pick<HttpHost, 'request'>, address: LocalApiAddress): LocalApiClient {
  const url = `http://${reachable(address.host)}:${address.port}`;
  const headers: Readonly<Record<string, string>> =
    address.token === undefined ? {} : { authorization: `Bearer ${address.token}` };

  function ask<T>(
    method: 'GET' | 'POST',
    target: string,
    body: object | undefined,
    schema: v.GenericSchema<unknown, T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      http.request(
        {
          method,
          url: `${url}${target}`,
          headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
          body: body === undefined ? '' : JSON.stringify(body),
          timeoutMs: method === 'GET' ? READ_TIMEOUT_MS : ORDER_TIMEOUT_MS,
          replyLimitBytes: REPLY_LIMIT_BYTES,
        },
        (error, reply) => {
          if (reply === undefined) {
            const kind = error?.code === 'refused' ? 'absent' : 'silent';
            return reject(new LocalApiError(kind, error?.message ?? 'no answer'));
          }
          const json = parseJson(reply.body);
          const answer = v.safeParse(schema, json);
          if (reply.status < 300 && answer.success) return resolve(answer.output);
          const refusal = v.safeParse(errorSchema, json);
          if (!refusal.success) {
            return reject(new LocalApiError('silent', `what answers with ${reply.status} is no terminal's API`));
          }
          const { code, message } = refusal.output.error;
          reject(new LocalApiError('refused', message, code));
        },
      );
    });
  }

  return {
    url,
    get: (target, schema) => ask('GET', target, undefined, schema),
    post: (target, body, schema) => ask('POST', target, body, schema),
  };
}

/** The name in a URL; one that is bound to all interfaces is reached over loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  const bare = host.replace(/^\[|\]$/g, '');
  if (!bare.includes(':')) return bare;
  return bare === '::' ? '[::1]' : `[${bare}]`;
}
