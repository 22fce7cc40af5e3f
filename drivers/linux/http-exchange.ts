import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** One request and its answer. */
export interface HttpExchange {
  /** Calls back once: when the answer is out, or nobody is there any more to get it. */
  whenOver(callback: () => void): void;
}

/** Requests that a connection may send ahead of their answers; one that goes on is cut. */
const PIPELINE_LIMIT = 16;
/** Node has some listeners of its own on a connection. */
const LISTENER_LIMIT = PIPELINE_LIMIT + 16;

const unanswered = new WeakMap<Socket, number>();

/**
 * Begins an exchange. Undefined where the connection is cut, and nothing more of it is to be served.
 *
 * An answer that waits behind another one on its connection is not told by Node when that connection ends: what is held
 * for it would be held for ever.
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
