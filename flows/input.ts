import type { AcquirerAnswer } from './acquirer-answer.js';
import type { DeviceName, FaultCode } from './faults.js';
import type { Moment } from './moment.js';
import type { Money } from './money.js';
import type { TokenGrantor } from './payment-account.js';
import type { Refusal } from './refusal.js';
import type { HandOutcome } from './reversal.js';

/** Everything that happens to the terminal, with its moment, which the kernel adds. */
export type Input = Event & { readonly at: Moment };

/**
 * `callId` names a waiting caller (a request over the local API); it is answered by exactly one `answerCall` effect.
 */
export type Event =
  | { readonly type: 'booted' }
  | { readonly type: 'timerFired'; readonly timer: TimerName }

  /* customers and the host app */
  | {
      readonly type: 'saleRequested';
      readonly callId: string;
      readonly orderId: string;
      readonly amount: Money;
      readonly description?: string;
      readonly channel?: string;
    }
  | { readonly type: 'codeScanned'; readonly code: string }
  /** Two codes were in view at once: it is not known which one was meant. */
  | { readonly type: 'codeUnclear' }
  | { readonly type: 'codeGiven'; readonly callId: string; readonly saleId: string; readonly code: string }
  | { readonly type: 'keyPressed'; readonly key: string }
  /** Keys were pressed together: it is not known which, or in which order. */
  | { readonly type: 'keysUnclear' }
  | { readonly type: 'cancelRequested'; readonly callId: string; readonly saleId: string }
  | { readonly type: 'deliveryReported'; readonly callId: string; readonly saleId: string; readonly ok: boolean }
  | {
      readonly type: 'refundRequested';
      readonly callId: string;
      readonly saleId: string;
      readonly refundId: string;
      /** Missing: the rest of what was paid. */
      readonly amount?: Money;
      readonly reason?: string;
    }
  | {
      readonly type: 'receiptRequested';
      readonly callId: string;
      readonly saleId: string;
      /** The receipt of this refund instead of the sale's own. */
      readonly refundId?: string;
    }
  | { readonly type: 'reversalRetryRequested'; readonly callId: string; readonly reversalId: string }
  | {
      readonly type: 'reversalSettled';
      readonly callId: string;
      readonly reversalId: string;
      readonly by: string;
      readonly note: string;
      /** Missing: `reversed`. */
      readonly outcome?: HandOutcome;
    }

  /* the acquirer */
  | { readonly type: 'payAnswered'; readonly paymentRequestId: string; readonly answer: AcquirerAnswer }
  | { readonly type: 'inquiryAnswered'; readonly paymentRequestId: string; readonly answer: AcquirerAnswer }
  | {
      readonly type: 'reversalAnswered';
      readonly exchange: number;
      readonly reversalId: string;
      readonly answer: AcquirerAnswer;
    }
  | { readonly type: 'probeAnswered'; readonly answer: AcquirerAnswer }
  | { readonly type: 'connectionTried'; readonly reached: boolean }
  /** A notification whose signature was right. */
  | {
      readonly type: 'paymentNotified';
      readonly paymentRequestId: string;
      readonly paymentId: string;
      readonly amount: Money;
    }
  | ({
      readonly type: 'agentTokenNotified';
      readonly accessToken: string;
      readonly expiresAtWallMs?: number;
      /** When it was issued, by the acquirer's clock. An older token that arrives again is a replay or a late retry. */
      readonly issuedAtWallMs?: number;
      /** For whom it was issued; missing where the notification does not say. */
      readonly clientId?: string;
    } & TokenGrantor)

  /* devices */
  | { readonly type: 'deviceChanged'; readonly device: DeviceName; readonly faults: readonly FaultCode[] }
  | { readonly type: 'doorChanged'; readonly open: boolean }
  /** A customer chose an item at a machine that asks us to charge. `selection` counts the choices since the process started. */
  | {
      readonly type: 'machineAsked';
      readonly selection: number;
      readonly amount: Money;
      /** The machine's number of the item; empty where it has none. */
      readonly item: string;
    }
  /** A driver refused what a device sent; it is only counted. */
  | { readonly type: 'inputRefused'; readonly refusal: Refusal }
  /** The machine, or the customer in front of it, waits no longer. */
  | { readonly type: 'machineGaveUp' }
  /** Goods fell after they were given up. */
  | { readonly type: 'droppedLate' }
  /** The mechanism reports that the goods of a sale of an earlier start did not come out. */
  | { readonly type: 'failedLate' }
  /** How a vend ended; once more where the mechanism corrects its report. */
  | { readonly type: 'vendFinished'; readonly saleId: string; readonly outcome: 'yes' | 'no' | 'unknown' }
  | {
      readonly type: 'printFinished';
      readonly saleId: string;
      /** For the receipt of a refund. */
      readonly refundId?: string;
      readonly outcome: 'printed' | 'failed' | 'unknown';
    };

/** Timers are deadlines in the state; the kernel fires those that are due. There is one for each reversal. */
export type TimerName =
  | 'codeWait'
  | 'inquiry'
  | 'hostConfirm'
  | 'vend'
  | 'notice'
  | 'alarmHeard'
  | 'entry'
  | 'probe'
  | 'trial'
  | 'reach'
  | `reversal:${string}`;
