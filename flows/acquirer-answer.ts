/**
 * The acquirer's answer to one request: its signature is checked, its length limited, and it has no secrets. What it means
 * is not decided yet. Whatever could not be understood is `silence`, never a failure; the reason is for the log.
 */
export type AcquirerAnswer = AcquirerSilence | AcquirerReply;

/** No usable answer. The request may or may not have been carried out, except after `refused`: then it never left. */
export interface AcquirerSilence {
  readonly kind: 'silence';
  readonly reason: SilenceReason;
  /** For the log and the operator; at most 300 printable characters. */
  readonly detail?: string;
}

export type SilenceReason =
  | 'timeout' /* no whole reply in time */
  | 'refused' /* no connection was made: not one byte was sent */
  | 'disconnected' /* the connection broke after the request may have left */
  | 'httpStatus' /* a status other than 200: a proxy or gateway answered, not the acquirer */
  | 'garbled' /* not JSON, or without a result */
  | 'tooLarge'
  | 'mismatch' /* a reply about another request */;

/** Whether it is certain that the request was not sent. */
export function neverLeft(answer: AcquirerAnswer): boolean {
  return answer.kind === 'silence' && answer.reason === 'refused';
}

/** A reply with a result. Only `signature: 'valid'` may be believed. */
export interface AcquirerReply {
  readonly kind: 'answered';
  readonly signature: 'valid' | 'missing' | 'wrong';
  /** Success, failure, unknown. */
  readonly status: 'S' | 'F' | 'U';
  /** `result.resultCode`: at most 64 characters of A–Z, a–z, 0–9 and `_`. */
  readonly code: string;
  readonly paymentId?: string;
  /** `paymentAmount`: what the merchant asked for, not what the wallet was charged in its own currency. */
  readonly amount?: AcquirerAmount;
  readonly refundAmount?: AcquirerAmount;
  /** Inquiry: `SUCCESS`, `FAIL`, `PROCESSING`, `CANCELLED`, or a status that we do not know; upper case. */
  readonly paymentStatus?: string;
  readonly paymentResultCode?: string;
  readonly refundId?: string;
  /** Refund inquiry: `SUCCESS`, `FAIL`, `PROCESSING`, or a status that we do not know; upper case. */
  readonly refundStatus?: string;
  /** The acquirer's wall clock, from a verified reply only: milliseconds since 1970. */
  readonly atAcquirerMs?: number;
}

/** `value` is a whole number of the currency's smallest unit, as a string without leading zeros. */
export interface AcquirerAmount {
  readonly currency: string;
  readonly value: string;
}
