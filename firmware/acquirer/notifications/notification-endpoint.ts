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
import type { Event } from '../../../flows/input.js';
import type { Money } from '../../../flows/money.js';
import { present } from '../../../flows/present.js';
import { lacksJournal } from '../../../flows/readiness.js';
import { explanationOf } from '../../../flows/unknown-payment.js';
import type { Kernel } from '../../kernel.js';

/** What a notification turned out to be. Everything but `invalid` had the right signature. */
export type VerifiedNotification =
  | {
      readonly kind: 'payment';
      readonly paymentRequestId: string;
      readonly paymentId: string;
      readonly amount: Money;
    }
  /** ISV mode. `accessToken` is a secret; `expiresAtMs` since 1970. */
  | {
      readonly kind: 'token';
      readonly accessToken: string;
      readonly issuedAtMs?: number;
      readonly expiresAtMs?: number;
      readonly clientId?: string;
      readonly customerId?: string;
      readonly authClientId?: string;
    }
  /** Nothing to do; acknowledged, or it would be sent again. `reason` is for the log. */
  | { readonly kind: 'ignored'; readonly reason: string; readonly paymentRequestId?: string }
  /** `reason` is for the log and tells nothing of the content. */
  | { readonly kind: 'invalid'; readonly reason: string };

/** Verifies and reads a notification; header names in lower case. Never throws. */
export type VerifyNotification = (headers: Readonly<Record<string, string>>, body: Uint8Array) => VerifiedNotification;

export interface NotificationEndpointParts {
  readonly http: Pick<HttpHost, 'listen'>;
  readonly clock: Clock;
  readonly kernel: Kernel;
  readonly options: NotificationEndpointOptions;
  readonly verify: VerifyNotification;
  /** Told of each refused notification. */
  readonly refused: (reason: string) => void;
  /** Told of each one that is acknowledged and goes no further. */
  readonly ignored: (reason: string, paymentRequestId: string | undefined) => void;
}

export interface NotificationEndpointOptions {
  readonly host: string;
  readonly port: number;
  /** The path of the notify URL. */
  readonly path: string;
}

const BODY_LIMIT_BYTES = 65_536;
/** The acquirer needs one or two; the rest are strangers. */
const CONNECTION_LIMIT = 16;
const REQUEST_TIMEOUT_MS = 5000;
/** The acquirer has given up after about that; it will send the notification again. */
const TAKEN_TIMEOUT_MS = 4000;
/** Verified notifications that may wait for a write to flash. */
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
 * - A notification is acknowledged only after what it led to is durable; where that takes too long, or the terminal has
 *   no journal, or no room for a payment that nobody explains, the acquirer is asked to send it again.
 * - A token that is not taken is refused and never acknowledged: its retries go on for a day, in which the configuration
 *   may be put right.
 *
 * `listening` is called once, with an error where the port cannot be had.
 */
export function createNotificationEndpoint(
  parts: NotificationEndpointParts,
  listening: (error: HostError | undefined, listener?: HttpListener) => void,
): void {
  const { host, port, path } = parts.options;
  const take = createTaker(parts.kernel, parts.clock);

  /** Of strangers nothing more than the headers is read. */
  const judge = ({ method, target, headers }: HttpRequestHead): HttpVerdict | undefined => {
    if (target.split('?')[0] !== path) return refusal(404);
    if (method !== 'POST') return refusal(405, { allow: 'POST' });
    if (headers.signature !== undefined) return undefined;
    parts.refused('no signature');
    return refusal(400);
  };

  const handler: HttpHandler = ({ headers, body }, response) => {
    const notification = parts.verify(headers, body);
    switch (notification.kind) {
      case 'invalid':
        parts.refused(notification.reason);
        return end(response, 400, {});
      case 'ignored':
        parts.ignored(notification.reason, notification.paymentRequestId);
        return end(response, 200, ACKNOWLEDGED);
      case 'payment':
      case 'token':
        return take(eventOf(notification), (taken) => {
          if (!taken) return end(response, 503, SEND_AGAIN);
          /* Nothing holds it, for want of room: the next delivery may find some. */
          if (notification.kind === 'payment' && isUnexplained(parts.kernel, notification)) {
            return end(response, 503, SEND_AGAIN);
          }
          if (notification.kind === 'token' && tokenRefusal(parts.kernel.state, notification) !== undefined) {
            return end(response, 403, {});
          }
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

function isUnexplained({ state }: Kernel, { paymentRequestId }: { readonly paymentRequestId: string }): boolean {
  return explanationOf(state, paymentRequestId) === undefined;
}

function eventOf(notification: Extract<VerifiedNotification, { kind: 'payment' | 'token' }>): Event {
  if (notification.kind === 'payment') {
    const { paymentRequestId, paymentId, amount } = notification;
    return { type: 'paymentNotified', paymentRequestId, paymentId, amount };
  }
  const { kind: _, accessToken, issuedAtMs, expiresAtMs, ...parties } = notification;
  const times = {
    ...present({ issuedAtWallMs: issuedAtMs, expiresAtWallMs: expiresAtMs }),
  };
  return { type: 'agentTokenNotified', accessToken, ...times, ...parties };
}

/** Feeds the kernel and tells, exactly once, whether it took the event in time. */
function createTaker(kernel: Kernel, clock: Clock): (event: Event, done: (taken: boolean) => void) => void {
  let waiting = 0;
  return (event, done) => {
    if (waiting >= WAITING_LIMIT || lacksJournal(kernel.state)) return done(false);
    waiting += 1;
    let over = false;
    const finish = (taken: boolean): void => {
      timer.cancel();
      if (over) return;
      over = true;
      waiting -= 1;
      done(taken);
    };
    const timer = clock.after(TAKEN_TIMEOUT_MS, () => finish(false));
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
