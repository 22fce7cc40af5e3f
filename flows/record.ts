import type { PaymentAccount, TokenGrantor } from './payment-account.js';
import type { Reversal, ReversalEnd } from './reversal.js';
import type { ReceiptState, Sale } from './sale.js';

/**
 * What happened, as it is written to flash, in order. The durable state is folded from it. `atWallMs` is the wall clock of
 * the input that caused the record.
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
  /** The payment is known (see the glossary; records keep the old name *shown*) and has no result yet. */
  | {
      readonly type: 'paymentShown';
      readonly saleId: string;
      /** It waits for the customer's confirmation on the phone; missing in old records. */
      readonly prompted?: true;
    }
  /** The attempt surely failed; with `final` the sale ends as declined, otherwise the customer may try again. */
  | { readonly type: 'attemptFailed'; readonly saleId: string; readonly resultCode: string; readonly final: boolean }
  | { readonly type: 'paymentApproved'; readonly saleId: string; readonly paymentId?: string }
  /** A start waits again for the host app's report on the goods of an approved sale. */
  | { readonly type: 'deliveryAwaited'; readonly saleId: string }
  | { readonly type: 'vendStarted'; readonly saleId: string }
  /** `goodsUnknown`: kept as paid although nobody knows whether the goods came out; an alarm has to reach the operator. */
  | {
      readonly type: 'saleSettled';
      readonly saleId: string;
      readonly receiptDue: boolean;
      readonly goodsUnknown?: true;
    }
  /** The alarm about such a sale was raised, and the operator has had time to see it. */
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
  /** The payment of a reversal has become known; with `charged`, it was charged. */
  | {
      readonly type: 'reversalPaymentFound';
      readonly reversalId: string;
      readonly paymentId?: string;
      readonly charged?: true;
    }
  /** With `held` the terminal does not send it again by itself. */
  | {
      readonly type: 'reversalNeedsPerson';
      readonly reversalId: string;
      readonly lastCode: string;
      readonly held?: true;
    }
  /** A held reversal is sent: a person decided so, or its account at the acquirer is configured again. */
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
 * Records that may wait for the next commit, because losing them in a power cut does no harm: a sale without a payment, or a
 * step that the boot treats like the one before it. With any other record, the effects wait until it is durable.
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
      /* After a failed attempt a lost record would make a boot reverse a sale that the host app knows as cancelled. */
      return !record.attempted;
    default:
      return DEFERRABLE.has(record.type);
  }
}
