import type { Catalog } from './catalog.js';
import type { Timing } from './timing.js';

/**
 * The settings that decisions depend on. They do not change while the process runs. The README's configuration table has the
 * defaults.
 */
export interface Policy extends Timing {
  /** Digits, 1–8. */
  readonly terminalNumber: string;
  readonly currency: string;
  /**
   * Client id and merchant id, with which payments are made. Another account cannot undo them, although the acquirer may
   * answer it that it did.
   */
  readonly account: string;
  /** Our client id at the acquirer. */
  readonly clientId: string;
  /** Origin and path prefix of the acquirer that requests go to. */
  readonly acquirer: string;
  /** Earlier addresses of the same acquirer (`ACQUIRER_MOVED_FROM`): it answers for payments made there. */
  readonly movedFrom: readonly string[];
  /** ISV mode: the merchant whose agent tokens are accepted. Absent: the merchant of the first token that arrived. */
  readonly agentMerchant?: string;
  readonly saleMode: 'host' | 'amount' | 'selection' | 'mdb';
  /** What customers can choose on the keypad, in sale mode `selection`. */
  readonly catalog: Catalog;
  /** Who hands out the goods: a device of the terminal, or the host app. */
  readonly vend: 'device' | 'host';
  /** Number of vend channels, counted from 1. Absent where the host app or a machine knows them. */
  readonly channelCount?: number;
  readonly vendUnknown: 'refund' | 'keep' | 'operator';
  readonly vendTimeoutMs: number;
  /** With `vend: 'host'`: how long the host app has to confirm the delivery; 0 settles an approved sale at once. */
  readonly hostConfirmMs: number;

  /** Payment requests per sale; when the last one fails the sale is declined. */
  readonly attemptLimit: number;
  /** Number of digits of a payment code. */
  readonly codeDigits: { readonly least: number; readonly most: number };
  /** With this many open reversals no sale starts. */
  readonly queueLimit: number;
  /** Whether a printer is configured, and whether sales stop when it fails. */
  readonly printerPresent: boolean;
  readonly printerRequired: boolean;
  /** True where codes can only come from the scanner: when it fails, sales stop. */
  readonly scannerRequired: boolean;

  /** Closed sales kept for reprints and refunds. */
  readonly salesKept: number;
  readonly salesKeptMs: number;
  /** Bytes that sales and reversals may take on flash; beyond it closed sales are dropped early. */
  readonly bytesKept: number;
}
