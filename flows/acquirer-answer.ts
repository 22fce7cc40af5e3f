import type { Money } from './money.js';

/**
 * What became of one request to the acquirer. The link reports; the flow decides what to believe.
 *
 * `silence` is everything that is not an answer to our request: no reply in time, no connection, an HTTP status other
 * than 200, a body that cannot be read, or a reply about another payment. It never says whether the request arrived.
 */
export type AcquirerAnswer =
  | { readonly kind: 'silence'; readonly reason: SilenceReason; readonly detail?: string }
  | {
      readonly kind: 'answered';
      /** Replies that tell of wrong keys or configuration come unsigned. */
      readonly signature: 'valid' | 'missing' | 'wrong';
      /** The result of this call: success, failure, unknown. */
      readonly status: 'S' | 'F' | 'U';
      /** Result code, at most 64 characters of `A-Z0-9_`. */
      readonly code: string;
      readonly paymentId?: string;
      readonly amount?: Money;
      /** What an inquiry found; upper case. */
      readonly paymentStatus?: string;
      readonly paymentResultCode?: string;
      readonly refundId?: string;
      readonly refundStatus?: string;
      /** The acquirer's clock, only from a verified reply. */
      readonly atAcquirerMs?: number;
    };

export type SilenceReason = 'timeout' | 'refused' | 'disconnected' | 'httpStatus' | 'garbled' | 'tooLarge' | 'mismatch';
