/**
 * Requests on a real board.
 *
 * - `done` is called exactly once, from the event loop, and never after `abort`.
 * - Nothing is ever repeated here. A keep-alive connection that the peer closed while the request was sent is
 *   `disconnected`, although a second try would mostly work: a repeated `pay` must be a decision of the flow.
 * - `refused` means that not one byte of the request can have been sent: its connection was never made. `absent` and
 *   `unsupported` come before a connection is tried. After any other error it is open what the peer has seen.
 * - Redirects are not followed: that would send a signed request to another place.
 */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import fetch, { type Response } from 'node-fetch';
import { HostError, type HttpExchange, type HttpHost, type HttpReply, type HttpRequest } from '../host.js';
import { httpClientError } from './http-client-error.js';
import { leavingAgent } from './leaving-agent.js';

type Tls = NonNullable<HttpRequest['tls']>;
type Done = (error: HostError | undefined, reply?: HttpReply) => void;

/** Well under the 15 s and more that servers keep an idle connection, so that a sale rarely uses a closed one. */
const idleConnectionMs = 10_000;
/** Enough for a payment beside a queue of reversals; more requests at once wait for a free connection. */
const connectionLimit = 16;
const agentOptions = {
  keepAlive: true,
  keepAliveMsecs: 1_000,
  maxSockets: connectionLimit,
  maxFreeSockets: 4,
  timeout: idleConnectionMs,
};

/** Makes the `request` function of the seam, with connections of its own. */
export function createHttpClient(): HttpHost['request'] {
  const plainAgent = new HttpAgent(agentOptions);
  const tlsAgents = new Map<string, HttpsAgent>();

  /** Certificate files are read once; a changed one is used after the next start. */
  function tlsAgent(tls: Tls): HttpsAgent {
    const name = JSON.stringify([tls.caFile, tls.certFile, tls.keyFile]);
    const known = tlsAgents.get(name);
    if (known !== undefined) return known;
    const agent = new HttpsAgent({
      ...agentOptions,
      minVersion: 'TLSv1.2',
      /* Explicit, or NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off. */
      rejectUnauthorized: true,
      ...(tls.caFile === undefined ? {} : { ca: readTlsFile('CA', tls.caFile) }),
      ...(tls.certFile === undefined ? {} : { cert: readTlsFile('client certificate', tls.certFile) }),
      ...(tls.keyFile === undefined ? {} : { key: readTlsFile('client key', tls.keyFile) }),
    });
    tlsAgents.set(name, agent);
    return agent;
  }

  return (request: HttpRequest, done: Done): HttpExchange => {
    const controller = new AbortController();
    let over = false;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      controller.abort();
    }, request.timeoutMs);

    // `done` runs outside of the promise: what it throws is a bug of the caller, not a failed request.
    const settle: Done = (error, reply) => {
      clearTimeout(timer);
      setImmediate(() => {
        if (over) return;
        over = true;
        done(error, reply);
      });
    };

    let left = false;
    const agentFor = (url: URL): HttpAgent =>
      leavingAgent(url.protocol === 'https:' ? tlsAgent(request.tls ?? {}) : plainAgent, () => {
        left = true;
      });

    exchange(request, controller.signal, agentFor).then(
      (reply) => settle(undefined, reply),
      (error: unknown) => settle(timedOut ? timeoutError(request, left) : httpClientError(request, error, left)),
    );

    return {
      abort() {
        over = true;
        clearTimeout(timer);
        controller.abort();
      },
    };
  };
}

async function exchange(request: HttpRequest, signal: AbortSignal, agent: (url: URL) => HttpAgent): Promise<HttpReply> {
  const response = await fetch(request.url, {
    method: request.method,
    headers: { ...request.headers },
    redirect: 'manual',
    compress: false,
    size: request.replyLimitBytes,
    signal,
    agent,
    ...(request.method === 'GET' ? {} : { body: request.body }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const reply = { status: response.status, headers: headersOf(response), body: bytes.toString('utf8') };
  return isUtf8(bytes) ? reply : { ...reply, bytes };
}

function headersOf(response: Response): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) headers[name] = value;
  return headers;
}

function timeoutError({ url, timeoutMs }: HttpRequest, left: boolean): HostError {
  const { host } = new URL(url);
  return left
    ? new HostError('timeout', `no whole reply from ${host} within ${timeoutMs} ms`)
    : new HostError('refused', `no connection to ${host} within ${timeoutMs} ms`);
}

function readTlsFile(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HostError('absent', `cannot read the ${what} file ${path}: ${reason}`);
  }
}
