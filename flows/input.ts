import type { AcquirerAnswer } from './acquirer-answer.js';
import type { DeviceName, FaultCode } from './faults.js';
import type { Moment } from './moment.js';
import type { Money } from './money.js';
import type { TokenGrantor } from './payment-account.js';
import type { Refusal } from './refusal.js';
import type { HandOutcome } from './reversal.js';

/** Everything that happens to the terminal, stamped with its moment by the kernel. */
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
  /** Two codes were in view at once: nobody knows which one was meant. */
  | { readonly type: 'codeUnclear' }
  | { readonly type: 'codeGiven'; readonly callId: string; readonly saleId: string; readonly code: string }
  | { readonly type: 'keyPressed'; readonly key: string }
  /** Keys were pressed of which nobody can tell which, or in which order. */
  | { readonly type: 'keysUnclear' }
  | { readonly type: 'cancelRequested'; readonly callId: string; readonly saleId: string }
  | { readonly type: 'deliveryReported'; readonly callId: string; readonly saleId: string; readonly ok: boolean }
  | {
      readonly type: 'refundRequested';
      readonly callId: string;
      readonly saleId: string;
      readonly refundId: string;
      /** The rest of what was paid where missing. */
      readonly amount?: Money;
      readonly reason?: string;
    }
  | {
      readonly type: 'receiptRequested';
      readonly callId: string;
      readonly saleId: string;
      /** Of that refund of the sale, instead of the sale's own. */
      readonly refundId?: string;
    }
  | { readonly type: 'reversalRetryRequested'; readonly callId: string; readonly reversalId: string }
  | {
      readonly type: 'reversalSettled';
      readonly callId: string;
      readonly reversalId: string;
      readonly by: string;
      readonly note: string;
      /** `reversed` where missing. */
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
      /** When it was issued, by the acquirer's clock: an older one that comes again is a replay or a late retry. */
      readonly issuedAtWallMs?: number;
      /** For whom it was issued; missing where the notification does not say. */
      readonly clientId?: string;
    } & TokenGrantor)

  /* devices */
  | { readonly type: 'deviceChanged'; readonly device: DeviceName; readonly faults: readonly FaultCode[] }
  | { readonly type: 'doorChanged'; readonly open: boolean }
  /** A customer chose something at a machine that asks us to charge. `selection` numbers the choices of a process's life. */
  | {
      readonly type: 'machineAsked';
      readonly selection: number;
      readonly amount: Money;
      /** The machine's own number of it; empty where it has none. */
      readonly item: string;
    }
  /** A device's driver did not take what came: it never reaches a decision. */
  | { readonly type: 'inputRefused'; readonly refusal: Refusal }
  /** The machine, or the customer before it, waits no longer. */
  | { readonly type: 'machineGaveUp' }
  /** Goods fell when none were expected any more. */
  | { readonly type: 'droppedLate' }
  /** The goods of a sale of an earlier start are said not to have come out. */
  | { readonly type: 'failedLate' }
  /** How a vend ended; and once more where the mechanism says otherwise afterwards. */
  | { readonly type: 'vendFinished'; readonly saleId: string; readonly outcome: 'yes' | 'no' | 'unknown' }
  | {
      readonly type: 'printFinished';
      readonly saleId: string;
      /** Where it was the receipt of a refund. */
      readonly refundId?: string;
      readonly outcome: 'printed' | 'failed' | 'unknown';
    };

/** Timers are deadlines in the state; the kernel fires the ones that are due. One a reversal, the rest single. */
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
