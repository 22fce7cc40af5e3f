import type { CallAnswer } from './call-answer.js';
import type { Money } from './money.js';
import type { Receipt } from './receipt.js';
import type { Refusal } from './refusal.js';

/**
 * What the terminal does, as data. The kernel runs effects only after the records of the same decision are durable. Each
 * `send…`, `printReceipt` and `startVend` is answered by exactly one input.
 */
export type Effect =
  | {
      readonly type: 'sendPay';
      readonly timeoutMs: number;
      readonly payment: PaymentOrder;
      /** The payment code: leaves the box in this request only, and is not stored. */
      readonly code: string;
    }
  | { readonly type: 'sendInquiry'; readonly timeoutMs: number; readonly paymentRequestId: string }
  | {
      readonly type: 'sendReversal';
      readonly timeoutMs: number;
      readonly exchange: number;
      readonly reversalId: string;
      readonly request: ReversalRequest;
    }
  /** An inquiry of a payment that never existed: shows that the acquirer answers and accepts us, and its time. */
  | { readonly type: 'sendProbe'; readonly timeoutMs: number; readonly paymentRequestId: string }
  /** Tests whether a connection to the acquirer can be made; sends nothing over it. */
  | { readonly type: 'tryConnection'; readonly timeoutMs: number }
  | { readonly type: 'startVend'; readonly saleId: string; readonly channel?: string; readonly amount: Money }
  /** Refuses the choice at the machine, if it still waits for an answer to it. */
  | { readonly type: 'refuseSelection'; readonly selection: number }
  | { readonly type: 'printReceipt'; readonly saleId: string; readonly receipt: Receipt }
  | { readonly type: 'answerCall'; readonly callId: string; readonly answer: CallAnswer }
  /** Counted; shown in log, metrics and status. */
  | { readonly type: 'noteRefusal'; readonly refusal: Refusal }
  /** Shown to the operator: log, metrics, technician's page. */
  | { readonly type: 'raiseAlarm'; readonly alarm: AlarmCode; readonly detail: string };

export interface PaymentOrder {
  readonly paymentRequestId: string;
  readonly orderId: string;
  readonly amount: Money;
  readonly description: string;
  readonly startedAtWallMs: number;
  readonly expiresAtWallMs: number;
  readonly utcOffsetMinutes: number;
}

export type ReversalRequest =
  | { readonly type: 'cancel'; readonly paymentRequestId: string }
  | { readonly type: 'inquiry'; readonly paymentRequestId: string }
  | {
      readonly type: 'refund';
      readonly refundRequestId: string;
      readonly paymentId: string;
      readonly amount: Money;
      readonly reason?: string;
    }
  | { readonly type: 'refundInquiry'; readonly refundRequestId: string };

export const ALARM_CODES = [
  'amountDiffers',
  'signatureWrong',
  'acquirerMisconfigured',
  'agentTokenRefused',
  'reversalDelayed',
  'reversalNeedsPerson',
  'refundRefused',
  'resultContradicts',
  'unknownPayment',
  'vendUnknown',
  'vendContradicts',
  'droppedLate',
  'receiptLost',
] as const;

export type AlarmCode = (typeof ALARM_CODES)[number];
