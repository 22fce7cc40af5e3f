import type {
  Clock,
  HostError,
  HttpHost,
  HttpListener,
  HttpServerRequest,
  HttpServerResponse,
  Random,
} from '../../drivers/host.js';
import { type Acquirer, createAcquirer } from './acquirer.js';
import { createAcquirerControl } from './acquirer-control.js';
import { type AcquirerFaults, createAcquirerFaults, type FaultyReply } from './acquirer-faults.js';
import type { AcquirerSettings } from './acquirer-settings.js';
import type { AcquirerSigner } from './acquirer-signer.js';
import { createExchangeLog, type Exchange } from './exchange-log.js';
import type { SendNotification } from './notifier.js';

export interface AcquirerServerOptions {
  /** The host to serve on: real sockets, or a simulated network. */
  readonly host: { readonly http: HttpHost; readonly clock: Clock; readonly random: Random };
  /** 0 for any free port. Loopback only: everybody who reaches it can plan faults. */
  readonly port: number;
  readonly clientId: string;
  readonly signer: AcquirerSigner;
  readonly settings?: Partial<AcquirerSettings>;
  readonly pathPrefix?: string;
}

export interface AcquirerServer {
  readonly port: number;
  /** The terminal's ACQUIRER_URL. */
  readonly url: string;
  readonly acquirer: Acquirer;
  readonly faults: AcquirerFaults;
  exchanges(): readonly Exchange[];
  close(): void;
}

const address = '127.0.0.1';
const notificationTimeoutMs = 10_000;

/** The acquirer and its control interface (`/sim/…`) behind one HTTP port. */
export function createAcquirerServer(
  options: AcquirerServerOptions,
  listening: (error: HostError | undefined, server?: AcquirerServer) => void,
): void {
  const { http, clock, random } = options.host;
  const nowMs = () => clock.wallMs();
  const timers = createTimers(clock);
  const { after } = timers;
  const acquirer = createAcquirer({ ...options, nowMs, after, random: () => uniform(random), send: sender(http) });
  const faults = createAcquirerFaults({ acquirer, signer: options.signer, after, nowMs });
  const exchanges = createExchangeLog();
  const control = createAcquirerControl({ acquirer, faults, exchanges, nowMs });

  function handle(request: HttpServerRequest, response: HttpServerResponse): void {
    const path = request.target.split('?')[0] ?? '';
    if (path.startsWith('/sim/')) {
      const { status, body } = control(request);
      response.end(status, { 'content-type': 'application/json' }, `${JSON.stringify(body, bigintAsText, 1)}\n`);
      return;
    }
    if (request.method !== 'POST') {
      const result = { resultCode: 'METHOD_NOT_SUPPORTED', resultStatus: 'F', resultMessage: 'only POST' };
      response.end(200, { 'content-type': 'application/json; charset=UTF-8' }, JSON.stringify({ result }));
      return;
    }
    const body = new TextDecoder().decode(request.body);
    const answered = exchanges.arrived(nowMs(), path, body);
    faults.receive({ path, headers: request.headers, body }, (reply) => {
      answered(reply);
      deliver(reply, response, after);
    });
  }

  const listenOptions = { host: address, port: options.port, bodyLimitBytes: 65_536, requestTimeoutMs: 30_000 };
  http.listen({ ...listenOptions, connectionLimit: 200 }, handle, (error, listener) => {
    if (listener === undefined) listening(error);
    else listening(undefined, serverOf(listener));
  });

  function serverOf(listener: HttpListener): AcquirerServer {
    return {
      port: listener.port,
      url: `http://${address}:${listener.port}`,
      acquirer,
      faults,
      exchanges: exchanges.list,
      close() {
        timers.cancelAll();
        listener.close();
      },
    };
  }
}

/** Timers that end when the server closes: a notification may wait for hours. */
function createTimers(clock: Clock) {
  const running = new Set<{ cancel(): void }>();
  let over = false;
  return {
    after(delayMs: number, callback: () => void): { cancel(): void } {
      if (over) return { cancel: () => undefined };
      const timer = clock.after(delayMs, () => {
        running.delete(handle);
        callback();
      });
      const handle = {
        cancel() {
          running.delete(handle);
          timer.cancel();
        },
      };
      running.add(handle);
      return handle;
    },
    cancelAll() {
      over = true;
      for (const handle of running) handle.cancel();
    },
  };
}

function deliver(
  reply: FaultyReply,
  response: HttpServerResponse,
  after: (delayMs: number, callback: () => void) => void,
): void {
  if (reply === 'silence') return;
  if (reply === 'reset') {
    // The announced length is longer than what is sent.
    const headers = { 'content-type': 'application/json', 'content-length': '1000', connection: 'close' };
    const stream = response.stream(200, headers, () => undefined);
    stream.write('{"result":{"resultCode":"SUC');
    stream.close();
    return;
  }
  if ('trickled' in reply) {
    trickle(reply, response, after);
    return;
  }
  response.end(reply.status, reply.headers, reply.body);
}

/** Eight bytes at a time. Every reply is ASCII. */
function trickle(
  reply: Extract<FaultyReply, { trickled: unknown }>,
  response: HttpServerResponse,
  after: (delayMs: number, callback: () => void) => void,
): void {
  const { status, headers, body } = reply.trickled;
  let open = true;
  const stream = response.stream(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }, () => {
    open = false;
  });
  const next = (offset: number) => {
    if (!open) return;
    if (offset >= body.length) stream.close();
    else {
      stream.write(body.slice(offset, offset + 8));
      after(reply.pieceDelayMs, () => next(offset + 8));
    }
  };
  next(0);
}

function sender(http: HttpHost): SendNotification {
  return (notification, done) => {
    const limits = { timeoutMs: notificationTimeoutMs, replyLimitBytes: 65_536 };
    http.request({ method: 'POST', ...notification, ...limits }, (_error, reply) => done(reply));
  };
}

function uniform(random: Random): number {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
  return (((a * 256 + b) * 256 + c) * 256 + d) / 2 ** 32;
}

function bigintAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
