import type { PaymentAccount, TokenGrantor } from './payment-account.js';
import type { Reversal, ReversalEnd } from './reversal.js';
import type { ReceiptState, Sale } from './sale.js';

/**
 * What flash knows: facts that happened, in order. The durable state is their fold. `atWallMs` is the wall clock of the
 * input that caused the record.
 */
export type TerminalRecord = { readonly atWallMs: number } & (
  | {
      readonly type: 'terminalStarted';
      readonly salesKept: number;
      readonly salesKeptMs: number;
      /** Missing in old records. */
      readonly bytesKept?: number;
      /** Where payments are made from this start on; missing in old records. */
      readonly acquirer?: string;
    }
  | { readonly type: 'saleStarted'; readonly sale: Sale }
  | ({
      readonly type: 'paymentStarted';
      readonly saleId: string;
      readonly paymentRequestId: string;
      readonly serialNumber: number;
      readonly expiresAtWallMs: number;
      /** Missing in old records. */
      readonly utcOffsetMinutes?: number;
    } & PaymentAccount)
  | { readonly type: 'inquiryStarted'; readonly saleId: string }
  /** The payment is *known* (so is the concept called; records keep their old names), and has no result yet. */
  | {
      readonly type: 'paymentShown';
      readonly saleId: string;
      /** It waits for the customer's confirmation on the phone; missing in old records. */
      readonly prompted?: true;
    }
  /** The attempt surely failed; with `final` the sale ends as declined, otherwise the customer may try again. */
  | { readonly type: 'attemptFailed'; readonly saleId: string; readonly resultCode: string; readonly final: boolean }
  | { readonly type: 'paymentApproved'; readonly saleId: string; readonly paymentId?: string }
  /** A start waits anew for the host app's word on the goods of an approved sale. */
  | { readonly type: 'deliveryAwaited'; readonly saleId: string }
  | { readonly type: 'vendStarted'; readonly saleId: string }
  /** `goodsUnknown`: kept as paid though nobody knows whether the goods came out, of which the operator has to hear. */
  | {
      readonly type: 'saleSettled';
      readonly saleId: string;
      readonly receiptDue: boolean;
      readonly goodsUnknown?: true;
    }
  /** The alarm about such a sale was raised, and time enough has passed for it to be heard. */
  | { readonly type: 'goodsUnknownTold'; readonly saleId: string }
  /** `attempted`: a payment request was sent for it and failed. */
  | {
      readonly type: 'saleCancelled';
      readonly saleId: string;
      readonly cause: string;
      readonly attempted: boolean;
    }
  | { readonly type: 'receiptFinished'; readonly saleId: string; readonly receipt: ReceiptState }
  | { readonly type: 'reversalStarted'; readonly reversal: Reversal }
  /** The money goes back as a refund, or, where that failed for good, as another one. */
  | {
      readonly type: 'reversalTurnedToRefund';
      readonly reversalId: string;
      readonly refundRequestId: string;
      readonly paymentId: string;
    }
  /** The payment that is to be reversed is known or, with `charged`, known to be charged. */
  | {
      readonly type: 'reversalPaymentFound';
      readonly reversalId: string;
      readonly paymentId?: string;
      readonly charged?: true;
    }
  /** With `held` the box does not send it again by itself. */
  | {
      readonly type: 'reversalNeedsPerson';
      readonly reversalId: string;
      readonly lastCode: string;
      readonly held?: true;
    }
  /** A reversal that was held back is sent: a person decided so, or its account at the acquirer is configured again. */
  | { readonly type: 'reversalReleased'; readonly reversalId: string }
  | { readonly type: 'reversalFinished'; readonly reversalId: string; readonly end: ReversalEnd }
  | ({
      readonly type: 'agentTokenReceived';
      readonly accessToken: string;
      readonly expiresAtWallMs?: number;
      readonly issuedAtWallMs?: number;
    } & TokenGrantor)
);

export type RecordType = TerminalRecord['type'];

/**
 * Records that may wait for the next commit, because losing them with the power costs nobody anything: a sale without
 * a payment, or a step that the boot treats like the one before it. All others hold back every effect until they are
 * durable.
 */
const DEFERRABLE: ReadonlySet<RecordType> = new Set<RecordType>([
  'saleStarted',
  'inquiryStarted',
  'receiptFinished',
  'goodsUnknownTold',
]);

export function isDeferrable(record: TerminalRecord): boolean {
  switch (record.type) {
    case 'attemptFailed':
      return !record.final;
    case 'saleCancelled':
      /* Otherwise a power cut would turn what the host app was told into a reversal. */
      return !record.attempted;
    default:
      return DEFERRABLE.has(record.type);
  }
}
