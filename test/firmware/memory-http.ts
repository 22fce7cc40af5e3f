import type { HttpHandler, HttpHost, HttpListenOptions } from '../../drivers/host.js';
import { HostError } from '../../drivers/host.js';

/** A listener without a network: requests are handed to the handler, and what it answers is kept. */
export interface MemoryHttp {
  readonly host: Pick<HttpHost, 'listen'>;
  /** What was asked for by the last `listen`. */
  readonly options: () => HttpListenOptions;
  /** The listener is up; without it, or with `fail`, it never is. */
  finishListening(): void;
  failListening(): void;
  readonly closed: () => boolean;
  send(request: MemoryRequest): MemoryAnswer;
}

export interface MemoryRequest {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Filled in when the answer comes, which may be later. */
export interface MemoryAnswer {
  readonly status: () => number | undefined;
  readonly headers: () => Readonly<Record<string, string>>;
  /** The body, or what the stream has been sent so far. */
  readonly text: () => string;
  readonly ends: () => number;
  /** The reader of the stream stops reading. */
  stall(): void;
  /** The peer goes away. */
  disconnect(): void;
  readonly streamClosed: () => boolean;
}

export function createMemoryHttp(): MemoryHttp {
  let handler: HttpHandler | undefined;
  let options: HttpListenOptions | undefined;
  let listening: Parameters<HttpHost['listen']>[2] | undefined;
  let closed = false;

  return {
    host: {
      listen(given, handle, done) {
        options = given;
        handler = handle;
        listening = done;
      },
    },
    options() {
      if (options === undefined) throw new Error('nobody listens');
      return options;
    },
    finishListening() {
      listening?.(undefined, {
        port: options?.port === 0 ? 54_321 : (options?.port ?? 0),
        close: () => {
          closed = true;
        },
      });
    },
    failListening: () => listening?.(new HostError('busy', 'in use by another program')),
    closed: () => closed,
    send({ method = 'GET', target, headers = {}, body = '' }) {
      if (handler === undefined) throw new Error('nobody listens');
      const answer = createAnswer();
      const request = { method, target, headers, body: Buffer.from(body), remoteAddress: '127.0.0.1' };
      const refusal = options?.judge?.(request);
      if (refusal === undefined) handler(request, answer.response);
      else answer.response.end(refusal.status, refusal.headers, refusal.body);
      return answer;
    },
  };
}

function createAnswer(): MemoryAnswer & { readonly response: Parameters<HttpHandler>[1] } {
  let status: number | undefined;
  let headers: Readonly<Record<string, string>> = {};
  let text = '';
  let ends = 0;
  let stalled = false;
  let streamClosed = false;
  let peerClosed: (() => void) | undefined;
  return {
    status: () => status,
    headers: () => headers,
    text: () => text,
    ends: () => ends,
    stall() {
      stalled = true;
    },
    disconnect() {
      streamClosed = true;
      peerClosed?.();
    },
    streamClosed: () => streamClosed,
    response: {
      end(endStatus, endHeaders, body) {
        ends += 1;
        status = endStatus;
        headers = endHeaders;
        text = typeof body === 'string' ? body : Buffer.from(body).toString();
      },
      stream(streamStatus, streamHeaders, closed) {
        ends += 1;
        status = streamStatus;
        headers = streamHeaders;
        peerClosed = closed;
        return {
          write(part) {
            if (stalled || streamClosed) return false;
            text += part;
            return true;
          },
          close() {
            streamClosed = true;
          },
        };
      },
    },
  };
}
