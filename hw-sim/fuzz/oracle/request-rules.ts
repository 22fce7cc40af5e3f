import type { Sale } from '../../../firmware/for-simulator.js';
import { parseIsoTime } from '../../acquirer/iso-time.js';
import type { Violate } from './violate.js';

/**
 * Rules 3 and 6 in payment requests: which sale it is for, where its result is to be sent, and when it expires. A cancel
 * counts once the payment can no longer arrive, so both sides have to mean the same instant.
 */
export interface RequestRules {
  /** The terminal sent a request. */
  requestSent(url: string, body: string): void;
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
}

/** What the terminal is configured to ask. */
export interface RequestTerms {
  readonly notifyUrl: string | undefined;
  readonly paymentExpiryMs: number;
  readonly attemptLimit: number;
}

interface PayBody {
  readonly paymentRequestId: string;
  readonly paymentAmount: Sale['amount'];
  readonly paymentNotifyUrl?: string;
  readonly paymentExpiryTime?: string;
  readonly order: { readonly referenceOrderId: string };
}

/** One payment in so many is checked: a mistake would be in all of them, and parsing is slow. */
const READ_EVERY = 4;
const ID = /"paymentRequestId":"(\d+)"/;
/** Times in requests are whole seconds. */
const SECOND_MS = 1_000;

export function createRequestRules(terms: RequestTerms, violate: Violate): RequestRules {
  /** What the request of a payment said, until its sale is published. */
  const told = new Map<string, PayBody>();
  /** The URL that each payment was sent to. */
  const origins = new Map<string, string>();
  let payments = 0;

  /** Where none is given the acquirer chooses the expiry by itself. */
  const endMsOf = ({ paymentExpiryTime }: PayBody): number =>
    parseIsoTime(paymentExpiryTime ?? '') ?? Number.POSITIVE_INFINITY;

  return {
    requestSent(url, body) {
      const paymentRequestId = ID.exec(body)?.[1] ?? '';
      if (!url.endsWith('/pay')) {
        const origin = origins.get(paymentRequestId);
        if (origin !== undefined && !url.startsWith(origin)) {
          violate('rule 6, an acquirer is asked about a payment of another one', paymentRequestId);
        }
        return;
      }
      origins.set(paymentRequestId, url.slice(0, url.indexOf('/v1/')));
      payments += 1;
      if (payments % READ_EVERY !== 0) return;
      const pay: PayBody = JSON.parse(body);
      const id = pay.paymentRequestId;
      told.set(id, pay);
      if (pay.paymentNotifyUrl !== terms.notifyUrl) {
        violate('rule 1, a result is to be sent where nothing listens', `${id}: ${pay.paymentNotifyUrl}`);
      }
    },
    saleChanged({ saleId, orderId, amount, attempts }) {
      if (attempts.length > terms.attemptLimit) {
        violate('rule 3, a sale makes more payment requests than its limit', `${saleId}: ${attempts.length}`);
      }
      const attempt = attempts.at(-1);
      const pay = attempt && told.get(attempt.paymentRequestId);
      if (attempt === undefined || pay === undefined) return;
      told.delete(attempt.paymentRequestId);
      const endMs = Math.min(attempt.expiresAtWallMs, attempt.startedAtWallMs + terms.paymentExpiryMs);
      if (endMsOf(pay) > endMs + SECOND_MS) {
        violate('rule 6, a payment expires later than flash says', attempt.paymentRequestId);
      }
      const asSold = pay.paymentAmount.value === amount.value && pay.paymentAmount.currency === amount.currency;
      if (pay.order.referenceOrderId !== orderId || !asSold) {
        violate(
          'rule 3, a payment request is of another order than its sale',
          `${attempt.paymentRequestId} ${orderId}`,
        );
      }
    },
  };
}
