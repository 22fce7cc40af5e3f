/**
 * Listeners on a real board.
 *
 * - The handler gets only complete requests within the limits. Slow, oversized and malformed ones are answered here, and
 *   those that `judge` refuses by their headers, before anything of a body is kept.
 * - A reply that the peer does not read is cut off after the same time that a request may take, so that no connection is
 *   held for ever. Streams are not: they end when the peer closes or when its buffer is full.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  HostError,
  type HttpHandler,
  type HttpHost,
  type HttpListener,
  type HttpListenOptions,
  type HttpRefusalStatus,
  type HttpServerResponse,
  type HttpStream,
  type HttpVerdict,
} from '../host.js';
import { createBodyBuffer } from './body-buffer.js';
import { beginExchange, type HttpExchange } from './http-exchange.js';
import { headFault, headOf } from './http-head.js';
import { createHttpPlaces, type HttpPlaces } from './http-places.js';
import { createHttpRefusals, type HttpRefusals } from './http-refusals.js';
import { createHttpSlowGuard, type HttpSlowGuard } from './http-slow-guard.js';
import { SlowFeedSocket } from './slow-feed-socket.js';

const headerLimitBytes = 16_384;
/** From the connection, or the first byte of a request, to the last header. */
const headTimeoutMs = 5_000;
const unseenCheckMs = 30_000;
/** A peer of a stream that is behind by this much has to reconnect and resume. */
const streamBufferLimitBytes = 262_144;
/** How much of an oversized body is read and dropped, so that the peer can read the 413 before the end. */
const discardLimitBytes = 1_048_576;
const requestsPerConnection = 1_000;
/** How many pieces a body may come in. Each takes an object, and only an attacker sends single bytes. */
const pieceLimit = 1_024;
/** Connections that are being closed for new ones; further ones are dropped without an answer. */
const closingLimit = 64;

/** The `listen` function of the seam. A port in use is `busy`, a privileged one `denied`, a foreign address `absent`. */
export const createHttpServer: HttpHost['listen'] = (options, handler, listening) => {
  const headMs = Math.min(headTimeoutMs, options.requestTimeoutMs);
  const server = createServer(
    {
      /* What the slow guard does not see. */
      requestTimeout: options.requestTimeoutMs,
      headersTimeout: headMs,
      connectionsCheckingInterval: Math.min(unseenCheckMs, 3 * options.requestTimeoutMs),
      maxHeaderSize: headerLimitBytes,
      /* Refused like the rest, by `refusal`. */
      requireHostHeader: false,
      keepAlive: true,
    },
    (request, response) => serve(parts, request, response),
  );
  const refusals = createHttpRefusals(server, options);
  const places = createHttpPlaces(options.connectionLimit, (socket) => refusals.end(socket, 503));
  const slow = createHttpSlowGuard({ headMs, wholeMs: options.requestTimeoutMs }, (socket) =>
    refusals.end(socket, 408),
  );
  const parts: ServerParts = { options, handler, refusals, places, slow };
  const [accept] = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (raw: Socket) => {
    const socket = new SlowFeedSocket(raw) as Duplex as Socket;
    places.arrive(socket);
    slow.arrive(socket);
    accept?.call(server, socket);
  });
  server.on('checkContinue', (request, response) => serve(parts, request, response));
  server.maxConnections = places.connectionLimit + closingLimit;
  /* All of them, to count them here: Node would drop the rest without an answer. */
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = requestsPerConnection;

  server.once('error', (error: NodeJS.ErrnoException) => listening(listenError(options, error)));
  server.listen(options.port, options.host, () => {
    server.removeAllListeners('error');
    // From now on only a failed accept gets here (no file descriptors left). It passes, the listener stays.
    server.on('error', () => undefined);
    listening(undefined, listenerOf(server));
  });
};

function listenerOf(server: ReturnType<typeof createServer>): HttpListener {
  return {
    port: portOf(server.address()),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function listenError(options: HttpListenOptions, error: NodeJS.ErrnoException): HostError {
  const place = `${options.host}:${options.port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new HostError('busy', `${place} is in use by another program`);
    case 'EACCES':
      return new HostError('denied', `no permission to listen on ${place}`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new HostError('absent', `${place} is no address of this machine`);
    default:
      return new HostError('io', `cannot listen on ${place}: ${error.message}`);
  }
}

interface ServerParts {
  readonly options: HttpListenOptions;
  readonly handler: HttpHandler;
  readonly refusals: HttpRefusals;
  readonly places: HttpPlaces;
  readonly slow: HttpSlowGuard;
}

function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse) {
  const { options, refusals } = parts;
  const body = createBodyBuffer(options.bodyLimitBytes);
  let discardedBytes = 0;
  let pieces = 0;
  let refused = false;

  const refuse = (why: HttpRefusalStatus | HttpVerdict) => {
    refused = true;
    refusals.begin(request, response, why);
    /* A client that waits for "100 Continue" sends no body. */
    if (request.headers.expect !== undefined) response.end();
  };

  response.on('error', () => undefined);
  request.on('error', () => undefined);
  const exchange = beginExchange(request, response);
  if (exchange === undefined) return;
  refusals.note(request, response);
  parts.slow.headComplete(request.socket);
  const head = headOf(request);
  const whyNot = headFault(request) ?? options.judge?.(head) ?? lengthFault(request, options);
  if (whyNot !== undefined) refuse(whyNot);
  else if (request.headers.expect !== undefined) response.writeContinue();
  request.on('data', (chunk: Buffer) => {
    pieces += 1;
    if (pieces > pieceLimit) {
      if (!refused) refuse(413);
      response.end();
    } else if (refused) {
      discardedBytes += chunk.length;
      if (discardedBytes > discardLimitBytes) request.socket.destroy();
    } else if (!body.add(chunk)) {
      refuse(413);
    }
  });
  request.on('end', () => {
    parts.slow.complete(request.socket);
    if (!refused && !parts.places.take(request.socket)) refuse(503);
    if (refused) {
      response.end();
      return;
    }
    exchange.whenOver(() => parts.places.release(request.socket, response.statusCode < 400));
    parts.handler({ ...head, body: body.bytes() }, responseOf(exchange, response, options.requestTimeoutMs));
  });
}

function lengthFault({ headers }: IncomingMessage, { bodyLimitBytes }: HttpListenOptions): 413 | undefined {
  return Number(headers['content-length'] ?? 0) > bodyLimitBytes ? 413 : undefined;
}

function responseOf(exchange: HttpExchange, response: ServerResponse, unreadTimeoutMs: number): HttpServerResponse {
  let answered = false;
  const answerOnce = () => {
    if (answered) throw new Error('a request was answered twice');
    answered = true;
  };
  return {
    end(status, headers, body) {
      answerOnce();
      if (response.destroyed) return;
      destroyUnread(exchange, response, unreadTimeoutMs);
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      response.end(body);
    },
    stream(status, headers, closed) {
      answerOnce();
      return streamOf(exchange, response, unreadTimeoutMs, status, headers, closed);
    },
  };
}

function destroyUnread(exchange: HttpExchange, response: ServerResponse, afterMs: number): void {
  const timer = setTimeout(() => response.destroy(), afterMs);
  exchange.whenOver(() => clearTimeout(timer));
}

/** `closed` is called exactly once, from the event loop, whichever side closes. */
function streamOf(
  exchange: HttpExchange,
  response: ServerResponse,
  unreadTimeoutMs: number,
  status: number,
  headers: Readonly<Record<string, string>>,
  closed: () => void,
): HttpStream {
  let open = true;
  const over = () => {
    open = false;
    closed();
  };
  if (response.destroyed) {
    open = false;
    setImmediate(closed);
  } else {
    exchange.whenOver(over);
    response.writeHead(status, headers);
    response.flushHeaders();
  }
  return {
    write(text) {
      if (!open || response.writableLength > streamBufferLimitBytes) return false;
      response.write(text);
      return true;
    },
    close() {
      if (!open) return;
      open = false;
      destroyUnread(exchange, response, unreadTimeoutMs);
      response.end();
    },
  };
}
