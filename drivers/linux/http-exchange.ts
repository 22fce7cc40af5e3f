import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** One request and its answer. */
export interface HttpExchange {
  /** Calls back once: when the answer was sent, or its connection is gone. */
  whenOver(callback: () => void): void;
}

/** How many requests a connection may send ahead of their answers; after more it is closed. */
const PIPELINE_LIMIT = 16;
/** Allows for Node's own listeners on a connection. */
const LISTENER_LIMIT = PIPELINE_LIMIT + 16;

const unanswered = new WeakMap<Socket, number>();

/**
 * Starts an exchange. Undefined where the connection was closed, and nothing more of it is to be served.
 *
 * Node does not report the end of the connection to an answer that waits behind another one; without this its resources
 * would be held for ever.
 */
export function beginExchange({ socket }: IncomingMessage, response: ServerResponse): HttpExchange | undefined {
  const count = unanswered.get(socket) ?? 0;
  if (count >= PIPELINE_LIMIT) {
    socket.destroy();
  }
  if (socket.destroyed) return undefined;
  unanswered.set(socket, count + 1);
  socket.setMaxListeners(LISTENER_LIMIT);
  const callbacks: (() => void)[] = [];
  const over = () => {
    response.off('close', over);
    socket.off('close', over);
    unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
    for (const callback of callbacks) callback();
  };
  response.on('close', over);
  socket.on('close', over);
  return { whenOver: (callback) => callbacks.push(callback) };
}
