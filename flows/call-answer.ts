import type { FaultCode } from './faults.js';

/** What a waiting caller is told. The local API turns it into a status and a body. */
export type CallAnswer =
  | { readonly kind: 'sale'; readonly saleId: string; readonly created: boolean }
  | { readonly kind: 'reversal'; readonly reversalId: string; readonly created: boolean }
  /** `message` where there is more to say than that it is not there. */
  | { readonly kind: 'notFound'; readonly what: 'sale' | 'reversal' | 'refund'; readonly message?: string }
  | { readonly kind: 'notReady'; readonly reasons: readonly FaultCode[] }
  | { readonly kind: 'conflict'; readonly code: ConflictCode; readonly message: string }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

export type ConflictCode =
  | 'saleOpen'
  | 'orderPaid'
  | 'orderHeld'
  | 'machineSells'
  | 'notAwaitingCode'
  | 'alreadyDelivered'
  | 'goodsMoving'
  | 'alreadyReversed'
  | 'notPaid'
  | 'refundDiffers'
  | 'reversalFinished'
  | 'underWay'
  | 'unconfirmed'
  | 'notYourDelivery'
  | 'otherAccount'
  | 'nothingToPrint';
