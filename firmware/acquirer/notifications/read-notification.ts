import * as v from 'valibot';
import type { Event } from '../../../flows/input.js';
import { present } from '../../../flows/present.js';
import { type AcquirerTime, whyNotCurrent } from '../acquirer-time.js';
import { checkSignature } from '../check-signature.js';
import { acquirerAmount, acquirerCode, acquirerId, lenient, readMessage } from '../read-message.js';
import type { Signer } from '../signer.js';

/** A notification that was read. All but `invalid` had the right signature. */
export type Notification =
  | { readonly kind: 'event'; readonly event: NotifiedEvent }
  /** Nothing to do; to be acknowledged, or it would be sent again. `reason` is for the log. */
  | { readonly kind: 'ignored'; readonly reason: string; readonly paymentRequestId?: string }
  /** To be refused. `reason` is for the log and holds nothing of the content. */
  | { readonly kind: 'invalid'; readonly reason: string };

/** A payment that was charged, or an agent token, whose `accessToken` is a secret. */
export type NotifiedEvent = Extract<Event, { readonly type: 'paymentNotified' | 'agentTokenNotified' }>;

export interface RawNotification {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, or text of which they are the UTF-8. */
  readonly body: string | Uint8Array;
}

/**
 * Verifies and reads a notification (source: "Payment result notification"; the authorisation's shape: Alipay's in-store
 * Java library). `path` is the path of the notify URL as sent to the acquirer, which behind a reverse proxy is not the
 * path that arrives here. With `time` what was signed more than a day ago, or later than now, is refused. Never throws.
 */
export function readNotification(
  raw: RawNotification,
  path: string,
  ourClientId: string,
  signer: Signer,
  time?: AcquirerTime,
): Notification {
  const { headers, body } = raw;
  const check = checkSignature({ headers, body, path, timeHeader: 'request-time' }, ourClientId, signer);
  if (check.kind === 'missing') return { kind: 'invalid', reason: 'no signature' };
  if (check.kind === 'wrong') return { kind: 'invalid', reason: check.why };

  const whyOld = time === undefined ? undefined : whyNotCurrent(time, check.atAcquirerMs, RETRIES_MS);
  if (whyOld !== undefined) return { kind: 'invalid', reason: whyOld };
  const message = readMessage(body);
  if ('problem' in message) return { kind: 'invalid', reason: message.problem };
  const { json } = message;
  const payment = v.safeParse(paymentSchema, json);
  if (payment.success) return paymentNotified(payment.output);
  const authorisation = v.safeParse(authorisationSchema, json);
  if (authorisation.success && !hasResult(json)) {
    return { kind: 'event', event: agentTokenNotified(authorisation.output, check.atAcquirerMs) };
  }
  if (v.is(otherSchema, json)) return OTHER_TYPE;
  return { kind: 'invalid', reason: 'the body is not a notification' };
}

const OTHER_TYPE: Notification = { kind: 'ignored', reason: 'a notification of another type' };

/** Only a success is used; inquiries bring every other result as well. Without its amount it proves nothing. */
function paymentNotified(payment: v.InferOutput<typeof paymentSchema>): Notification {
  const { notifyType, result, paymentRequestId, paymentId, paymentAmount: amount } = payment;
  if (notifyType !== 'PAYMENT_RESULT') return OTHER_TYPE;
  const { resultStatus, resultCode } = result;
  if (resultStatus !== 'S') {
    return { kind: 'ignored', reason: `the result ${resultStatus} ${resultCode}`, paymentRequestId };
  }
  if (paymentId === undefined || amount === undefined) {
    return { kind: 'ignored', reason: 'a success without a paymentId and amount that can be read', paymentRequestId };
  }
  return { kind: 'event', event: { type: 'paymentNotified', paymentRequestId, paymentId, amount } };
}

/** ISV mode: the merchant authorised us. `authTime` dates the token, since a retry of the notification may be signed later. */
function agentTokenNotified(
  { accessToken, accessTokenExpiryTime, authTime, ...parties }: v.InferOutput<typeof authorisationSchema>,
  signedAtMs: number | undefined,
): NotifiedEvent {
  return present({
    type: 'agentTokenNotified',
    accessToken,
    issuedAtWallMs: authTime === undefined ? signedAtMs : earlier(Number(authTime), signedAtMs),
    expiresAtWallMs: accessTokenExpiryTime === undefined ? undefined : Number(accessTokenExpiryTime),
    ...parties,
  });
}

/** Retries go on for 24 h 22 min (source: "Notification" page), and no page says whether each is signed anew. */
const RETRIES_MS = 90_000_000;

const timeMs = v.pipe(v.string(), v.regex(/^\d{12,14}$/));

const paymentSchema = v.object({
  notifyType: acquirerCode,
  result: v.object({
    resultStatus: v.picklist(['S', 'F', 'U']),
    resultCode: v.fallback(acquirerCode, 'NO_CODE'),
  }),
  paymentRequestId: acquirerId,
  paymentId: lenient(acquirerId),
  paymentAmount: lenient(acquirerAmount),
});

const authorisationSchema = v.object({
  accessToken: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,512}$/)),
  authTime: lenient(timeMs),
  accessTokenExpiryTime: lenient(timeMs),
  /* Not lenient: a token whose owner cannot be read is not used. */
  clientId: v.optional(acquirerId),
  customerId: v.optional(acquirerId),
  authClientId: v.optional(acquirerId),
});

/** Other products notify with a type and without a payment; a retry would not change that. */
const otherSchema = v.object({ notifyType: v.pipe(acquirerCode, v.notValue('PAYMENT_RESULT')) });

/** Nothing is authorised after it was notified: a time in the future would make every later token look old. */
function earlier(authorisedAtMs: number, signedAtMs: number | undefined): number {
  return signedAtMs === undefined ? authorisedAtMs : Math.min(authorisedAtMs, signedAtMs);
}

function hasResult(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'result' in json;
}
