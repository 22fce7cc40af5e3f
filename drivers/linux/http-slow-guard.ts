import type { Socket } from 'node:net';

export interface HttpSlowGuard {
  /** A new connection: its first request has to come. */
  arrive(socket: Socket): void;
  /** Its headers are here. */
  headComplete(socket: Socket): void;
  /** The whole request is here: the connection may rest. */
  complete(socket: Socket): void;
}

interface Waiting {
  readonly sinceMs: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Limits the time of a request, from its connection or its first byte: `headMs` to its last header, `wholeMs` to its end.
 * `tooSlow` is called once where it is over.
 *
 * Node has such limits, which it checks at an interval, also where nobody is connected. This one has a timer only while a
 * request is awaited. It does not see the first byte of a request that came together with the end of the one before; Node's
 * check, at a long interval, does.
 */
export function createHttpSlowGuard(
  { headMs, wholeMs }: { readonly headMs: number; readonly wholeMs: number },
  tooSlow: (socket: Socket) => void,
): HttpSlowGuard {
  /** Connections with a request of which something is missing. */
  const waiting = new Map<Socket, Waiting>();
  /** Connections without a request, whose next bytes begin one. */
  const resting = new WeakSet<Socket>();

  function wait(socket: Socket, sinceMs: number, limitMs: number): void {
    stop(socket);
    const leftMs = Math.max(0, sinceMs + limitMs - performance.now());
    const timer = setTimeout(() => {
      waiting.delete(socket);
      tooSlow(socket);
    }, leftMs).unref();
    waiting.set(socket, { sinceMs, timer });
  }

  function stop(socket: Socket): void {
    clearTimeout(waiting.get(socket)?.timer);
    waiting.delete(socket);
  }

  return {
    arrive(socket) {
      wait(socket, performance.now(), headMs);
      socket.on('data', () => {
        if (resting.delete(socket)) wait(socket, performance.now(), headMs);
      });
      socket.once('close', () => stop(socket));
    },
    headComplete(socket) {
      wait(socket, waiting.get(socket)?.sinceMs ?? performance.now(), wholeMs);
    },
    complete(socket) {
      stop(socket);
      resting.add(socket);
    },
  };
}
