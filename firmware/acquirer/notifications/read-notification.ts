import * as v from 'valibot';
import type { AcquirerAmount } from '../../../flows/acquirer-answer.js';
import { present } from '../../../flows/present.js';
import { type AcquirerTime, whyNotNow } from '../acquirer-time.js';
import { checkSignature } from '../check-signature.js';
import { readMessage } from '../read-message.js';
import { acquirerAmount, acquirerId, acquirerWord, lenient } from '../reply-fields.js';
import type { Signer } from '../signer.js';

/** A notification from the acquirer, verified. */
export type Notification =
  | {
      readonly kind: 'paymentResult';
      readonly status: 'S' | 'F' | 'U';
      readonly code: string;
      readonly paymentRequestId: string;
      readonly paymentId?: string;
      /** Absent where it could not be read: then it must not be taken as paid. */
      readonly amount?: AcquirerAmount;
      readonly atAcquirerMs?: number;
    }
  | {
      /** ISV mode: the merchant authorised us; from now on the token goes with every request. */
      readonly kind: 'agentToken';
      /** A secret. */
      readonly token: string;
      /** When the merchant authorised us, by the acquirer's clock; each retry of the notification is signed later. */
      readonly issuedAtMs?: number;
      /** Milliseconds since 1970. */
      readonly expiresAtMs?: number;
      /** To whom it was granted. */
      readonly clientId?: string;
      /** By whom. */
      readonly customerId?: string;
      readonly authClientId?: string;
    }
  /** Rightly signed, but of a kind that needs no action. To be acknowledged. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** Not believed or not readable. To be refused; nothing changes. */
  | { readonly kind: 'invalid'; readonly why: string };

export interface RawNotification {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, or text of which they are the UTF-8. */
  readonly body: string | Uint8Array;
}

/**
 * Verifies and reads a notification (source: "Payment result notification"; the authorisation's shape: Alipay's in-store
 * Java library). `path` is the path of the notify URL as the acquirer was told, which behind a reverse proxy is not the
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
  if (check.kind === 'missing') return { kind: 'invalid', why: 'no signature' };
  if (check.kind === 'wrong') return { kind: 'invalid', why: check.why };

  const whyOld = time === undefined ? undefined : whyNotNow(time, check.atAcquirerMs, RETRIES_MS);
  if (whyOld !== undefined) return { kind: 'invalid', why: whyOld };
  const message = readMessage(body);
  if ('problem' in message) return { kind: 'invalid', why: message.problem };
  const { json } = message;
  const payment = v.safeParse(paymentSchema, json);
  if (payment.success) {
    const { notifyType, result, paymentRequestId, paymentId, paymentAmount } = payment.output;
    if (notifyType !== 'PAYMENT_RESULT') return { kind: 'ignored', why: 'a notification of another type' };
    return {
      kind: 'paymentResult',
      status: result.resultStatus,
      code: result.resultCode,
      paymentRequestId,
      ...present({ paymentId, amount: paymentAmount, atAcquirerMs: check.atAcquirerMs }),
    };
  }
  const authorisation = v.safeParse(authorisationSchema, json);
  if (authorisation.success && !hasResult(json)) {
    const { accessToken, accessTokenExpiryTime, authTime, clientId, customerId, authClientId } = authorisation.output;
    const issuedAtMs = authTime === undefined ? check.atAcquirerMs : earlier(Number(authTime), check.atAcquirerMs);
    return {
      kind: 'agentToken',
      token: accessToken,
      ...present({ issuedAtMs }),
      ...(accessTokenExpiryTime === undefined ? {} : { expiresAtMs: Number(accessTokenExpiryTime) }),
      ...present({ clientId, customerId, authClientId }),
    };
  }
  if (v.is(otherSchema, json)) return { kind: 'ignored', why: 'a notification of another type' };
  return { kind: 'invalid', why: 'the body is not a notification' };
}

/** Retries go on for 24 h 22 min (source: "Notification" page), and no page says whether each is signed anew. */
const RETRIES_MS = 90_000_000;

const timeMs = v.pipe(v.string(), v.regex(/^\d{12,14}$/));

const paymentSchema = v.object({
  notifyType: acquirerWord,
  result: v.object({
    resultStatus: v.picklist(['S', 'F', 'U']),
    resultCode: v.fallback(acquirerWord, 'NO_CODE'),
  }),
  paymentRequestId: acquirerId,
  paymentId: lenient(acquirerId),
  paymentAmount: lenient(acquirerAmount),
});

const authorisationSchema = v.object({
  accessToken: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,512}$/)),
  authTime: lenient(timeMs),
  accessTokenExpiryTime: lenient(timeMs),
  /* Whose it is has to be read, or it is nobody's. */
  clientId: v.optional(acquirerId),
  customerId: v.optional(acquirerId),
  authClientId: v.optional(acquirerId),
});

/** Other products notify with a type and without a payment; retrying them would help nobody. */
const otherSchema = v.object({ notifyType: v.pipe(acquirerWord, v.notValue('PAYMENT_RESULT')) });

/** Nothing is authorised after it was told: a time from the future would keep every later token out. */
function earlier(authorisedAtMs: number, signedAtMs: number | undefined): number {
  return signedAtMs === undefined ? authorisedAtMs : Math.min(authorisedAtMs, signedAtMs);
}

function hasResult(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'result' in json;
}
