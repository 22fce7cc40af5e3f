import type { Catalog } from './catalog.js';

/** The configuration that decisions depend on. Frozen for the life of a process. Defaults: the configuration table. */
export interface Policy {
  /** Digits, 1–8. */
  readonly terminalNumber: string;
  readonly currency: string;
  /** Whose payments these are at the acquirer: another client or merchant cannot undo them, and may be told that it did. */
  readonly account: string;
  /** Ours at the acquirer. */
  readonly clientId: string;
  /** Where they are made: origin and path prefix of the acquirer, as they are asked for. */
  readonly acquirer: string;
  /** Acquirers whose payments are the present one's now, because somebody declared the move. */
  readonly movedFrom: readonly string[];
  /** ISV mode: the merchant whose tokens are taken; absent: the one whose token came first. */
  readonly agentMerchant?: string;
  readonly saleMode: 'host' | 'amount' | 'selection' | 'mdb';
  /** What keys can choose, in sale mode `selection`. */
  readonly catalog: Catalog;
  /** Who hands out the goods: a device of ours, or the host app. */
  readonly vend: 'device' | 'host';
  /** How many vend channels there are, counted from 1; absent where they are not ours to know. */
  readonly channelCount?: number;
  readonly vendUnknown: 'refund' | 'keep' | 'operator';
  readonly vendTimeoutMs: number;
  /** With `vend: 'host'`: 0 settles an approved sale at once. */
  readonly hostConfirmMs: number;

  readonly payReplyTimeoutMs: number;
  readonly inquiryIntervalMs: number;
  readonly inquiryReplyTimeoutMs: number;
  readonly inquiryLimit: number;
  readonly cancelReplyTimeoutMs: number;
  readonly cancelRetryIntervalMs: number;
  readonly cancelRetryWindowMs: number;
  readonly queueRetryIntervalMs: number;
  readonly paymentExpiryMs: number;
  /** Beyond the payment's expiry: the box's clock may differ from the acquirer's, and messages take time. */
  readonly expiryMarginMs: number;
  readonly codeWaitMs: number;
  /** A payment can be cancelled until this minute of the day after it, at this offset. */
  readonly cancelPeriodEnd: { readonly minuteOfDay: number; readonly utcOffsetMinutes: number };

  /** Payment requests a sale may make before it is declined. */
  readonly attemptLimit: number;
  /** How many digits a payment code may have. */
  readonly codeDigits: { readonly least: number; readonly most: number };
  /** Open reversals beyond which no sale starts. */
  readonly queueLimit: number;
  /** Whether there is a printer at all, and whether sales stop without it. */
  readonly printerPresent: boolean;
  readonly printerRequired: boolean;
  /** True where codes can only come from the scanner, so that a dead scanner stops sales. */
  readonly scannerRequired: boolean;

  /** Closed sales kept for reprints and refunds. */
  readonly salesKept: number;
  readonly salesKeptMs: number;
  /** What sales and reversals may take on flash before closed sales go early. */
  readonly bytesKept: number;
}
