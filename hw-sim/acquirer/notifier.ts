import { type AcquirerSigner, signatureHeader, signedContent } from './acquirer-signer.js';

/** A notification, sent by POST. */
export interface Notification {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Delivers a notification. `done` gets the reply, or nothing where there was none, and may be called at once. */
export type SendNotification = (
  notification: Notification,
  done: (reply?: { readonly status: number; readonly body: string }) => void,
) => void;

/**
 * Changes one try of a notification; `undefined` leaves it as it is. `forged` breaks the signature; `altered` is signed with
 * the other content, as if the acquirer itself were wrong.
 */
export type NotificationFault =
  | { readonly kind: 'lost' }
  | { readonly kind: 'duplicated' }
  | { readonly kind: 'forged' }
  | { readonly kind: 'altered'; readonly alter: (body: Record<string, unknown>) => Record<string, unknown> };

export interface Notifier {
  /** Signs and sends until the receiver acknowledges. */
  notify(url: string, body: Readonly<Record<string, unknown>>, delayMs: number): void;
  chooseFaults(choose: ((body: Readonly<Record<string, unknown>>) => NotificationFault | undefined) | undefined): void;
}

const minuteMs = 60_000;
/** The waits before each of the 8 tries (Alipay "Asynchronous notifications"). */
const notificationWaitsMs: readonly number[] = [0, 2, 10, 10, 60, 120, 360, 900].map((minutes) => minutes * minuteMs);

/** Sends notifications with Alipay's retry schedule and signature. */
export function createNotifier(options: {
  readonly clientId: string;
  readonly signer: AcquirerSigner;
  readonly nowMs: () => number;
  readonly after: (delayMs: number, callback: () => void) => { cancel(): void };
  readonly send: SendNotification;
}): Notifier {
  let choose: Parameters<Notifier['chooseFaults']>[0];

  function sign(url: string, text: string): Notification {
    const time = String(options.nowMs());
    const signature = options.signer.sign(signedContent(pathOf(url), options.clientId, time, text));
    return {
      url,
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'client-id': options.clientId,
        'request-time': time,
        signature: signatureHeader(signature),
      },
      body: text,
    };
  }

  function attempt(url: string, body: Readonly<Record<string, unknown>>, index: number): void {
    const retry = () => {
      const waitMs = notificationWaitsMs[index + 1];
      if (waitMs !== undefined) options.after(waitMs, () => attempt(url, body, index + 1));
    };
    const fault = choose?.(body);
    if (fault?.kind === 'lost') {
      retry();
      return;
    }
    const sent = sign(url, JSON.stringify(fault?.kind === 'altered' ? fault.alter({ ...body }) : body));
    const forged = fault?.kind === 'forged' ? { ...sent, headers: { ...sent.headers, 'request-time': '1' } } : sent;
    if (fault?.kind === 'duplicated') options.send(sent, () => undefined);
    options.send(forged, (reply) => {
      if (reply?.status !== 200 || !acknowledges(reply.body)) retry();
    });
  }

  return {
    notify(url, body, delayMs) {
      options.after(delayMs, () => attempt(url, body, 0));
    },
    chooseFaults(chooser) {
      choose = chooser;
    },
  };
}

function pathOf(url: string): string {
  const path = /^[a-z]+:\/\/[^/]*(\/[^?#]*)?/.exec(url)?.[1];
  return path ?? '/';
}

function acknowledges(body: string): boolean {
  try {
    const parsed: unknown = JSON.parse(body);
    const result = property(parsed, 'result');
    return property(result, 'resultCode') === 'SUCCESS' && property(result, 'resultStatus') === 'S';
  } catch {
    return false;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
