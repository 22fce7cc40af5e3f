/**
 * Listeners on a real board.
 *
 * - The handler sees only whole requests within the limits; slow, oversized and malformed ones end here.
 * - A reply that the peer does not read is cut after the same time that a request may take, so that no connection is
 *   held for ever. Streams are not: they end when the peer closes or when its buffer is full.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  HostError,
  type HttpHandler,
  type HttpHost,
  type HttpListener,
  type HttpListenOptions,
  type HttpRefusalStatus,
  type HttpServerResponse,
  type HttpStream,
} from '../host.js';
import { createHttpRefusals, type HttpRefusals } from './http-refusals.js';

const headerLimitBytes = 16_384;
const headerCountLimit = 100;
/** A peer that falls behind by this much has to reconnect and resume. */
const streamBufferLimitBytes = 262_144;
/** How much of an oversized body is read and thrown away, so that the peer gets to see the 413 before the end. */
const discardLimitBytes = 1_048_576;
const requestsPerConnection = 1_000;

/** The `listen` function of the seam. A port in use is `busy`, a privileged one `denied`, a foreign address `absent`. */
export const createHttpServer: HttpHost['listen'] = (options, handler, listening) => {
  const server = createServer(
    {
      requestTimeout: options.requestTimeoutMs,
      headersTimeout: options.requestTimeoutMs,
      connectionsCheckingInterval: Math.max(20, Math.min(1_000, options.requestTimeoutMs / 4)),
      maxHeaderSize: headerLimitBytes,
      /* Refused like the rest, in our own words. */
      requireHostHeader: false,
      keepAlive: true,
    },
    (request, response) => serve(options, refusals, handler, request, response),
  );
  const refusals = createHttpRefusals(server, options);
  server.maxHeadersCount = headerCountLimit;
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

function serve(
  options: HttpListenOptions,
  refusals: HttpRefusals,
  handler: HttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let refused = false;

  const refuse = (status: HttpRefusalStatus) => {
    refused = true;
    chunks.length = 0;
    refusals.begin(response, status);
  };

  response.on('error', () => undefined);
  request.on('error', () => undefined);
  const whyNot = refusals.admit(request, response);
  if (whyNot !== undefined) refuse(whyNot);
  request.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (refused) {
      if (sizeBytes > options.bodyLimitBytes + discardLimitBytes) request.socket.destroy();
    } else if (sizeBytes > options.bodyLimitBytes) {
      refuse(413);
    } else {
      chunks.push(chunk);
    }
  });
  request.on('end', () => {
    if (refused) {
      response.end();
      return;
    }
    handler(
      {
        method: request.method ?? '',
        target: request.url ?? '',
        headers: headersOf(request),
        body: Buffer.concat(chunks, sizeBytes).toString('utf8'),
        remoteAddress: request.socket.remoteAddress ?? '',
      },
      responseOf(response, options.requestTimeoutMs),
    );
  });
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}

function responseOf(response: ServerResponse, unreadTimeoutMs: number): HttpServerResponse {
  let answered = false;
  const answerOnce = () => {
    if (answered) throw new Error('a request was answered twice');
    answered = true;
  };
  return {
    end(status, headers, body) {
      answerOnce();
      if (response.destroyed) return;
      destroyUnread(response, unreadTimeoutMs);
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      response.end(body);
    },
    stream(status, headers, closed) {
      answerOnce();
      return streamOf(response, unreadTimeoutMs, status, headers, closed);
    },
  };
}

function destroyUnread(response: ServerResponse, afterMs: number): void {
  const timer = setTimeout(() => response.destroy(), afterMs);
  response.once('close', () => clearTimeout(timer));
}

/** `closed` is called exactly once, from the event loop, whichever side closes. */
function streamOf(
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
    response.once('close', over);
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
      destroyUnread(response, unreadTimeoutMs);
      response.end();
    },
  };
}
