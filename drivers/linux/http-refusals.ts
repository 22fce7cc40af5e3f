import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpListenOptions, HttpRefusal, HttpRefusalStatus, HttpVerdict } from '../host.js';

export interface HttpRefusals {
  /**
   * Answers a request instead of its handler. The caller ends the response, once it has read what it wants to read. The
   * connection is closed after it, unless a verdict is on a request without a body.
   */
  begin(request: IncomingMessage, response: ServerResponse, why: HttpRefusalStatus | HttpVerdict): void;
  /** Registers a request whose headers have arrived. */
  note(request: IncomingMessage, response: ServerResponse): void;
  /** Closes a connection that has no request which could be answered. */
  end(socket: Socket, status: HttpRefusalStatus): void;
}

/**
 * The answers that a listener gives by itself, composed by `options.refusal`: to requests that are no HTTP, too long, too
 * slow or too many.
 *
 * Invariant: a connection gets at most one answer after its last complete request, and is closed after it.
 */
export function createHttpRefusals(server: Server, options: HttpListenOptions): HttpRefusals {
  /** The response to the last request of a connection whose headers have arrived. */
  const responses = new WeakMap<Socket, ServerResponse>();

  function wording(status: HttpRefusalStatus) {
    const words = options.refusal?.(status);
    return words ?? { headers: { 'content-type': 'text/plain' }, body: `${STATUS_CODES[status]}\n` };
  }

  /** Written as raw bytes, as there may be no request and so no response object. */
  function end(socket: Socket, status: HttpRefusalStatus): void {
    const response = responses.get(socket);
    const inAnAnswer = response?.headersSent === true && !response.writableEnded;
    if (inAnAnswer || !socket.writable) {
      socket.destroy();
      return;
    }
    const { headers, body } = closing(wording(status));
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
  }

  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    if (error.code === 'ECONNRESET') socket.destroy();
    else end(socket, statusOf(error));
  });

  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { headers, body } = closing(wording(417));
    response.writeHead(417, headers).end(body);
  });

  return {
    begin(request, response, why) {
      const refusal = typeof why === 'number' ? { status: why, ...wording(why) } : why;
      const { headers, body } = typeof why === 'number' || hasBody(request) ? closing(refusal) : withLength(refusal);
      response.writeHead(refusal.status, headers);
      response.write(body);
    },
    note(request, response) {
      responses.set(request.socket, response);
    },
    end,
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function withLength({ headers, body }: HttpRefusal): HttpRefusal {
  return { headers: { ...headers, 'content-length': `${Buffer.byteLength(body)}` }, body };
}

function closing(refusal: HttpRefusal): HttpRefusal {
  const { headers, body } = withLength(refusal);
  return { headers: { ...headers, connection: 'close' }, body };
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
