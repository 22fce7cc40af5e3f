import type {
  Clock,
  HostError,
  HttpHandler,
  HttpHost,
  HttpListener,
  HttpRequestHead,
  HttpServerResponse,
  HttpVerdict,
} from '../../../drivers/host.js';
import { tokenRefusal } from '../../../flows/agent-token.js';
import { lacksJournal } from '../../../flows/readiness.js';
import { explanationOf } from '../../../flows/unknown-payment.js';
import type { Kernel } from '../../kernel.js';
import type { Log } from '../../log/log.js';
import type { AcquirerTime } from '../acquirer-time.js';
import type { Signer } from '../signer.js';
import { type NotifiedEvent, readNotification } from './read-notification.js';

export interface NotificationEndpointParts {
  readonly http: Pick<HttpHost, 'listen'>;
  readonly clock: Clock;
  readonly kernel: Kernel;
  readonly log: Log;
  readonly listener: NotificationListener;
  /** Our id at the acquirer. */
  readonly clientId: string;
  readonly signer: Signer;
  readonly acquirerTime: AcquirerTime;
}

export interface NotificationListener {
  readonly host: string;
  readonly port: number;
  /** The path of the notify URL. */
  readonly path: string;
}

const BODY_LIMIT_BYTES = 65_536;
/** The acquirer needs one or two. */
const CONNECTION_LIMIT = 16;
const REQUEST_TIMEOUT_MS = 5000;
/** The acquirer stops waiting after about that, and sends the notification again. */
const DURABLE_TIMEOUT_MS = 4000;
/** Verified notifications that may wait for a write to flash at once. */
const WAITING_LIMIT = 16;

/** Bodies of the answer; it needs no signature (source: "Notification" page, in-store Java library). */
const ACKNOWLEDGED = {
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
};
const SEND_AGAIN = {
  result: { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U', resultMessage: 'not taken, send again' },
};

/**
 * Receives the acquirer's notifications, on a listener of its own that serves nothing else.
 *
 * Invariants
 * - Nothing reaches the kernel without a right signature.
 * - A notification is acknowledged only after its decision is durable; where that takes too long, or the terminal has
 *   no journal, or no room for a payment that no sale explains, the acquirer is asked to send it again.
 * - A token of another merchant is refused and never acknowledged: the acquirer repeats it for a day, in which the
 *   configuration may be corrected.
 *
 * `listening` is called once, with an error where the port cannot be opened.
 */
export function createNotificationEndpoint(
  parts: NotificationEndpointParts,
  listening: (error: HostError | undefined, listener?: HttpListener) => void,
): void {
  const { kernel, log, clientId, signer, acquirerTime } = parts;
  const { host, port, path } = parts.listener;
  const feed = createBoundedFeed(kernel, parts.clock);
  const refused = (reason: string): void => log.warn('notification refused', { reason });

  /** Before the body is read. */
  const judge = ({ method, target, headers }: HttpRequestHead): HttpVerdict | undefined => {
    if (target.split('?')[0] !== path) return refusal(404);
    if (method !== 'POST') return refusal(405, { allow: 'POST' });
    if (headers.signature !== undefined) return undefined;
    refused('no signature');
    return refusal(400);
  };

  const handler: HttpHandler = ({ headers, body }, response) => {
    const notification = readNotification({ headers, body }, path, clientId, signer, acquirerTime);
    switch (notification.kind) {
      case 'invalid':
        refused(notification.reason);
        return end(response, 400, {});
      case 'ignored': {
        const { reason: why, paymentRequestId } = notification;
        log.info('notification ignored', { paymentRequestId, why });
        return end(response, 200, ACKNOWLEDGED);
      }
      case 'event':
        return feed(notification.event, (durable) => {
          if (!durable || hasNoRoom(kernel, notification.event)) return end(response, 503, SEND_AGAIN);
          if (isRefusedToken(kernel, notification.event)) return end(response, 403, {});
          end(response, 200, ACKNOWLEDGED);
        });
    }
  };

  parts.http.listen(
    {
      host,
      port,
      bodyLimitBytes: BODY_LIMIT_BYTES,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      connectionLimit: CONNECTION_LIMIT,
      judge,
    },
    handler,
    listening,
  );
}

/** A payment that no sale explains and that was not kept for lack of room. At the next delivery there may be room. */
function hasNoRoom({ state }: Kernel, event: NotifiedEvent): boolean {
  return event.type === 'paymentNotified' && explanationOf(state, event.paymentRequestId) === undefined;
}

function isRefusedToken({ state }: Kernel, event: NotifiedEvent): boolean {
  return event.type === 'agentTokenNotified' && tokenRefusal(state, event) !== undefined;
}

/** Feeds the kernel; `done` is called exactly once, with whether the decision on the event was durable in time. */
function createBoundedFeed(
  kernel: Kernel,
  clock: Clock,
): (event: NotifiedEvent, done: (durable: boolean) => void) => void {
  let waiting = 0;
  return (event, done) => {
    if (waiting >= WAITING_LIMIT || lacksJournal(kernel.state)) return done(false);
    waiting += 1;
    let over = false;
    const finish = (durable: boolean): void => {
      timer.cancel();
      if (over) return;
      over = true;
      waiting -= 1;
      done(durable);
    };
    const timer = clock.after(DURABLE_TIMEOUT_MS, () => finish(false));
    kernel.feed(event, () => finish(true));
  };
}

const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' } as const;

function refusal(status: number, headers: Readonly<Record<string, string>> = {}): HttpVerdict {
  return { status, headers: { ...HEADERS, ...headers }, body: '{}' };
}

function end(response: HttpServerResponse, status: number, body: object): void {
  response.end(status, HEADERS, JSON.stringify(body));
}
