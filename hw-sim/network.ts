import {
  HostError,
  type HttpHandler,
  type HttpHost,
  type HttpReply,
  type HttpRequest,
  type HttpServerRequest,
  type HttpServerResponse,
} from '../drivers/host.js';
import type { World } from './world.js';

/** A server in the world. It replies, or never does. */
export type RemoteServer = (request: HttpRequest, reply: (reply: HttpReply) => void) => void;

/** Conditions on a path of the network; chances are 0 to 1. */
export interface NetworkConditions {
  readonly latencyMs: number;
  /** The largest random delay added, so that messages overtake each other. */
  readonly jitterMs: number;
  readonly requestLost: number;
  readonly replyLost: number;
  /** The request arrives twice. */
  readonly duplicated: number;
  /** The connection is reset while the reply is on its way. */
  readonly reset: number;
  /** Something in between answers: a login page, a broken proxy. */
  readonly garbled: number;
  /** No route or no DNS: nothing is sent, and the error comes at once. */
  readonly down: boolean;
  /** No answer to a connection attempt: nothing is sent, and the error comes at the timeout. */
  readonly unanswered: number;
}

export const FAIR_WEATHER: NetworkConditions = {
  latencyMs: 40,
  jitterMs: 20,
  requestLost: 0,
  replyLost: 0,
  duplicated: 0,
  reset: 0,
  garbled: 0,
  down: false,
  unanswered: 0,
};

export interface Network {
  conditions: NetworkConditions;
  /** Requests to this origin go to that server. */
  connect(origin: string, server: RemoteServer): void;
  /** The network as the terminal uses it. */
  readonly http: HttpHost;
  /** Sends a request to the terminal's listener at `port`, as a program on the same machine would. */
  toTerminal(port: number, request: HttpServerRequest, reply: (reply: HttpReply) => void): void;
  /**
   * The same with a response that may stream. `lost` is called instead of an end when the terminal loses its power before
   * that. False where nothing listens: the connection is refused.
   */
  reachTerminal(port: number, request: HttpServerRequest, response: HttpServerResponse, lost: () => void): boolean;
  /** Delivers a notification to the terminal's listener, under the same conditions. */
  notify(notification: Outgoing, done: (reply?: HttpReply) => void): void;
  /** The terminal lost its power: all listeners are gone. */
  forgetListeners(): void;
}

/** A POST to the terminal. */
export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const FIRST_FREE_PORT = 40_000;

export function createNetwork(world: World): Network {
  const servers = new Map<string, RemoteServer>();
  const listeners = new Map<number, HttpHandler>();
  /** For each connection of `reachTerminal` that has not ended: what to call when the terminal is gone. */
  const reached = new Set<() => void>();
  let freePort = FIRST_FREE_PORT;

  const chance = (probability: number): boolean => probability > 0 && world.random() < probability;

  const network: Network = {
    conditions: FAIR_WEATHER,
    connect: (origin, server) => servers.set(origin, server),
    toTerminal(port, request, reply) {
      const handler = listeners.get(port);
      if (handler === undefined) return;
      handler(request, {
        end: (status, headers, body) =>
          reply({ status, headers, body: typeof body === 'string' ? body : new TextDecoder().decode(body) }),
        stream: (_status, _headers, closed) => ({ write: () => true, close: closed }),
      });
    },
    reachTerminal(port, request, response, lost) {
      const handler = listeners.get(port);
      if (handler === undefined) return false;
      const cut = (): void => {
        if (reached.delete(cut)) lost();
      };
      reached.add(cut);
      handler(request, {
        end(status, headers, body) {
          if (reached.delete(cut)) response.end(status, headers, body);
        },
        stream(status, headers, closed) {
          const stream = response.stream(status, headers, () => {
            if (reached.delete(cut)) closed();
          });
          return {
            write: (text) => reached.has(cut) && stream.write(text),
            close() {
              if (reached.delete(cut)) stream.close();
            },
          };
        },
      });
      return true;
    },
    notify({ url, headers, body }, done) {
      const { port, pathname, host } = new URL(url);
      if (network.conditions.down || chance(network.conditions.requestLost)) return done();
      world.after(travelMs(), () => {
        const number = port === '' ? 443 : Number(port);
        if (!listeners.has(number)) return done();
        const request = { method: 'POST', target: pathname, headers: { host, ...headers }, body: Buffer.from(body) };
        network.toTerminal(number, { ...request, remoteAddress: '10.0.0.1' }, (reply) => {
          world.after(travelMs(), () => (chance(network.conditions.replyLost) ? done() : done(reply)));
        });
      });
    },
    forgetListeners() {
      listeners.clear();
      for (const cut of [...reached]) cut();
    },
    http: {
      request(request, done) {
        let over = false;
        const finish = (error: HostError | undefined, reply?: HttpReply): void => {
          if (over) return;
          over = true;
          timeout.cancel();
          done(error, reply);
        };
        const connects = !chance(network.conditions.unanswered);
        const timeout = world.after(request.timeoutMs, () =>
          finish(
            connects
              ? new HostError('timeout', `no reply within ${request.timeoutMs} ms`)
              : new HostError('refused', `no connection within ${request.timeoutMs} ms`),
          ),
        );
        if (connects) send(request, finish);
        return {
          abort() {
            over = true;
            timeout.cancel();
          },
        };
      },
      reach(origin, timeoutMs, done) {
        const { down, requestLost, replyLost } = network.conditions;
        if (down || !servers.has(origin)) {
          world.after(1, () => done(new HostError('refused', 'no route to host')));
        } else if (chance(requestLost) || chance(replyLost)) {
          world.after(timeoutMs, () => done(new HostError('timeout', `no connection within ${timeoutMs} ms`)));
        } else {
          world.after(travelMs(), () => done(undefined));
        }
      },
      listen(options, handler, listening) {
        const port = options.port === 0 ? freePort++ : options.port;
        listeners.set(port, (request, response) => {
          const refusal = options.judge?.(request);
          if (refusal === undefined) handler(request, response);
          else response.end(refusal.status, refusal.headers, refusal.body);
        });
        world.after(0, () => listening(undefined, { port, close: () => listeners.delete(port) }));
      },
    },
  };

  function travelMs(): number {
    return network.conditions.latencyMs / 2 + world.random() * network.conditions.jitterMs;
  }

  function send(request: HttpRequest, finish: (error: HostError | undefined, reply?: HttpReply) => void): void {
    const server = servers.get(originOf(request.url));
    if (network.conditions.down || server === undefined) {
      world.after(1, () => finish(new HostError('refused', 'no route to host')));
      return;
    }
    if (chance(network.conditions.requestLost)) return;
    const arrivals = chance(network.conditions.duplicated) ? 2 : 1;
    for (let i = 0; i < arrivals; i += 1) {
      world.after(travelMs() + i * 500 * world.random(), () => server(request, (reply) => comeBack(reply, finish)));
    }
  }

  function comeBack(reply: HttpReply, finish: (error: HostError | undefined, reply?: HttpReply) => void): void {
    const { replyLost, reset, garbled, down } = network.conditions;
    if (down || chance(replyLost)) return;
    if (chance(reset)) {
      world.after(travelMs(), () => finish(new HostError('disconnected', 'connection reset')));
      return;
    }
    const seen = chance(garbled) ? { status: 502, headers: {}, body: '<html>Bad gateway</html>' } : reply;
    world.after(travelMs(), () => finish(undefined, seen));
  }

  return network;
}

function originOf(url: string): string {
  const path = url.indexOf('/', url.indexOf('://') + 3);
  return path < 0 ? url : url.slice(0, path);
}
