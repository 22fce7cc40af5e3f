import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpListenOptions, HttpRefusalStatus } from '../host.js';

/** Connections over the limit that may be told so at once; still more are closed without a word. */
const SURPLUS_CONNECTIONS = 16;
/** For how long such a connection may keep us waiting for its request. */
const SURPLUS_LIFE_MS = 1_000;

export interface HttpRefusals {
  /** Answers a request instead of its handler. The caller ends the response, once it has read what it wants to read. */
  begin(response: ServerResponse, status: HttpRefusalStatus): void;
  /** Notes a request whose headers are there. Tells why it must not be served, or undefined. */
  admit(request: IncomingMessage, response: ServerResponse): HttpRefusalStatus | undefined;
}

/**
 * The answers that a listener gives by itself, in the words of `options.refusal`: to what is no HTTP, too long, too slow
 * or one connection too many.
 *
 * Invariants
 * - A connection gets at most one answer after its last whole request, and is closed after it.
 * - At most `connectionLimit` connections are served, and `SURPLUS_CONNECTIONS` are being told that they are not.
 */
export function createHttpRefusals(server: Server, options: HttpListenOptions): HttpRefusals {
  const served = new Set<Socket>();
  /** To the last request of a connection whose headers are there. */
  const responses = new WeakMap<Socket, ServerResponse>();

  function wording(status: HttpRefusalStatus) {
    const { headers, body } = options.refusal?.(status) ?? {
      headers: { 'content-type': 'text/plain' },
      body: `${STATUS_CODES[status]}\n`,
    };
    return { headers: { ...headers, 'content-length': `${Buffer.byteLength(body)}`, connection: 'close' }, body };
  }

  server.maxConnections = options.connectionLimit + SURPLUS_CONNECTIONS;
  server.on('connection', (socket) => {
    if (served.size < options.connectionLimit) {
      served.add(socket);
      socket.once('close', () => served.delete(socket));
      return;
    }
    const timer = setTimeout(() => socket.destroy(), SURPLUS_LIFE_MS);
    socket.once('close', () => clearTimeout(timer));
  });

  /* There may be no request, and no response to it, to speak of: written as it goes over the wire. */
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    const response = responses.get(socket);
    const inAnAnswer = response?.headersSent === true && !response.writableEnded;
    if (inAnAnswer || !socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const status = statusOf(error);
    const { headers, body } = wording(status);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
  });

  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { headers, body } = wording(417);
    response.writeHead(417, headers).end(body);
  });

  return {
    begin(response, status) {
      const { headers, body } = wording(status);
      response.writeHead(status, headers);
      response.write(body);
    },
    admit(request, response) {
      responses.set(request.socket, response);
      if (!served.has(request.socket)) return 503;
      return request.httpVersion === '1.1' && request.headers.host === undefined ? 400 : undefined;
    },
  };
}

function statusOf({ code }: NodeJS.ErrnoException): HttpRefusalStatus {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 413;
    default:
      return 400;
  }
}
