import type { Money } from './money.js';
import type { PaymentAccount } from './payment-account.js';

/** One customer's purchase. */
export interface Sale {
  readonly saleId: string;
  /** The host app's order number; not the payment request id. */
  readonly orderId: string;
  readonly amount: Money;
  readonly description?: string;
  /** Vend channel or machine slot. */
  readonly channel?: string;
  readonly state: SaleState;
  readonly attempts: readonly Attempt[];
  /** Why the sale did not end as paid: a result code of the acquirer, or a cause of the terminal. */
  readonly endCode?: string;
  readonly receipt: ReceiptState;
  /** Settled although it is not known whether the goods came out. `told`: the operator has had time to see the alarm. */
  readonly goodsUnknown?: 'untold' | 'told';
  /** How many starts of the terminal have waited again for the host app's `delivered`; missing before the first. */
  readonly hostWaits?: number;
  /** Total running time of the terminal when the sale started; missing in old records. */
  readonly seenMs?: number;
  readonly startedAtWallMs: number;
  readonly updatedAtWallMs: number;
}

export type SaleState =
  | 'awaitingCode'
  | 'paying'
  | 'inquiring'
  | 'approved'
  | 'vending'
  | 'settled'
  | 'declined'
  | 'cancelled'
  | 'reversing'
  | 'reversed';

/** One payment request for a sale. The payment code is a bearer secret and is never part of it. */
export interface Attempt extends PaymentAccount {
  readonly paymentRequestId: string;
  readonly startedAtWallMs: number;
  /** Offset of the receipts' time zone at that time; missing in old records. */
  readonly utcOffsetMinutes?: number;
  /** After this time the acquirer refuses the payment request. */
  readonly expiresAtWallMs: number;
  /** The acquirer has shown that it has this payment, without a result yet. */
  readonly known?: true;
  /** The acquirer has said that the customer has to confirm it on the phone. */
  readonly prompted?: true;
  readonly paymentId?: string;
  readonly result?: 'S' | 'F';
  readonly resultCode?: string;
  /** The acquirer first said that it failed, and later that it was charged. A reversal of its own undoes it. */
  readonly chargedAfterAll?: true;
}

/** `due`: sent to the printer, outcome not known yet. `unknown`: it may have been printed. */
export type ReceiptState = 'none' | 'due' | 'printed' | 'failed' | 'unknown';

export type SaleOutcome = 'paid' | 'declined' | 'cancelled' | 'reversed';

const OPEN_STATES: readonly SaleState[] = ['awaitingCode', 'paying', 'inquiring', 'approved', 'vending'];

/** True while the terminal is busy with the customer of this sale. */
export function isOpen(sale: Sale): boolean {
  return OPEN_STATES.includes(sale.state);
}

/** How the sale ended; undefined while it has not (a reversal that still waits in the queue has not ended). */
export function saleOutcome(sale: Sale): SaleOutcome | undefined {
  switch (sale.state) {
    case 'settled':
      return 'paid';
    case 'declined':
    case 'cancelled':
    case 'reversed':
      return sale.state;
    default:
      return undefined;
  }
}

/** Whether there was a charge after a failure: then its customer must not read that nothing was charged. */
export function wasChargedAfterAll({ attempts }: Sale): boolean {
  return attempts.some(({ chargedAfterAll }) => chargedAfterAll === true);
}

export function lastAttempt(sale: Sale): Attempt | undefined {
  return sale.attempts.at(-1);
}
