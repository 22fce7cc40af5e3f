import type { FaultCode } from './faults.js';
import type { Money } from './money.js';
import type { OtherAccount } from './of-other-account.js';
import type { PaidOrder } from './paid-orders.js';
import type { SaleState } from './sale.js';

/** The answer to a waiting caller, as codes and facts. The local API makes a status and a sentence of it. */
export type CallAnswer =
  | { readonly kind: 'sale'; readonly saleId: string; readonly created: boolean }
  | { readonly kind: 'reversal'; readonly reversalId: string; readonly created: boolean }
  /** `paid`: the sale was paid and is no longer kept. */
  | { readonly kind: 'notFound'; readonly what: 'sale' | 'reversal' | 'refund'; readonly paid?: PaidOrder }
  | { readonly kind: 'notReady'; readonly reasons: readonly FaultCode[] }
  | ({ readonly kind: 'conflict' } & Conflict)
  | ({ readonly kind: 'invalid' } & Invalid);

export type ConflictCode = Conflict['code'];

/** Why the present state does not allow what was asked for; `because` where a code has several reasons. */
export type Conflict =
  | {
      readonly code: 'machineSells' | 'goodsMoving' | 'alreadyDelivered' | 'notYourDelivery' | 'reversalFinished';
    }
  | { readonly code: 'saleOpen'; readonly because: 'busy'; readonly saleId: string; readonly state: SaleState }
  | ({ readonly code: 'saleOpen'; readonly because: 'paidTwice'; readonly state: SaleState } & OtherSale)
  | { readonly code: 'orderPaid'; readonly because: 'otherAmount'; readonly orderId: string }
  | { readonly code: 'orderPaid'; readonly because: 'notKept'; readonly paid: PaidOrder }
  | ({ readonly code: 'orderPaid'; readonly because: 'paidTwice'; readonly kept: boolean } & OtherSale)
  | { readonly code: 'orderHeld'; readonly orderId: string; readonly reversalId: string }
  | { readonly code: 'notAwaitingCode' | 'alreadyReversed'; readonly state: SaleState }
  | { readonly code: 'notPaid'; readonly because: 'notDeliverable' | 'notRefundable'; readonly state: SaleState }
  | { readonly code: 'notPaid'; readonly because: 'endedWithout' | 'neverProven' }
  /** As the acquirer says. */
  | { readonly code: 'notPaid'; readonly because: 'otherAmount' | 'cancelled' | 'nothingCharged' | 'refunded' }
  | { readonly code: 'refundDiffers'; readonly refundId: string }
  /** `sent`: a request that returns the money is under way; `settling`: the inquiry whether the payment stands is. */
  | { readonly code: 'underWay'; readonly because: 'sent' | 'settling' }
  /** `said`: the acquirer's code or status; missing without a valid answer. */
  | { readonly code: 'unconfirmed'; readonly said?: string }
  | ({ readonly code: 'otherAccount' } & OtherAccount)
  | { readonly code: 'nothingToPrint'; readonly because: 'noPrinter' | 'refundUnconfirmed' }
  | { readonly code: 'nothingToPrint'; readonly because: 'notPaid'; readonly state: SaleState };

/** The sale with which an order is paid, or may be. */
interface OtherSale {
  readonly orderId: string;
  readonly saleId: string;
}

/** A field that is wrong for the present settings or state. */
export type Invalid =
  | { readonly field: 'amount'; readonly problem: 'notPayable' | 'hundredths'; readonly currency: string }
  | { readonly field: 'amount'; readonly problem: 'aboveRest'; readonly rest: Money }
  | { readonly field: 'channel'; readonly problem: 'noSuchChannel'; readonly channelCount: number }
  | { readonly field: 'code'; readonly problem: 'notAPaymentCode'; readonly least: number; readonly most: number }
  | { readonly field: 'refundId'; readonly problem: 'tooManyRefunds'; readonly limit: number };
