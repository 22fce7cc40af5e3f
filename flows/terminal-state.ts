import type { Book } from './book.js';
import type { TextKey } from './customer-texts.js';
import type { DeviceName, FaultCode } from './faults.js';
import type { TimerName } from './input.js';
import type { Policy } from './policy.js';

/** Everything that a decision starts from: the settings, the durable state, and the volatile state. Deeply read-only. */
export interface TerminalState {
  readonly policy: Policy;
  readonly book: Book;
  readonly live: Live;
}

/** The volatile state: a power cut loses it, so no money rule may depend on it. */
export interface Live {
  readonly booted: boolean;
  readonly clockTrusted: boolean;
  /** Somebody else holds the update lock: the system is about to stop this process. */
  readonly updating?: true;
  /** Since when the running time is not yet counted in the book's `seenMs`: the boot, or the start of the newest sale. */
  readonly seenFromMs: number;
  readonly acquirer: AcquirerCondition;
  /** The result codes with which the acquirer refused our set-up. While one of them stops sales, `acquirer` is `misconfigured`. */
  readonly refusals: Refusals;
  /** When the last probe was sent. */
  readonly probedAtMs: number;
  readonly faults: Readonly<Partial<Record<DeviceName, readonly FaultCode[]>>>;
  readonly doorOpen: boolean;
  /** The payment under way, while the open sale is paying or inquiring. */
  readonly payment?: PaymentProgress;
  /** By reversal id; one for every open reversal in the book. */
  readonly reversals: Readonly<Record<string, ReversalProgress>>;
  /** Grows with every reversal request, so that an answer to an abandoned one is recognised. */
  readonly exchange: number;
  /** Deadlines on the monotonic clock. */
  readonly timers: Readonly<Partial<Record<TimerName, number>>>;
  /** Shown for a few seconds instead of the regular screen. */
  readonly notice?: Notice;
  /** Digits typed so far. The `entry` timer runs while there are any, and while `discarding`. */
  readonly entry: string;
  /** A key was not accepted, so the keys that follow may be the rest of that number and are ignored too. */
  readonly discarding?: true;
  /** The number of the machine's request that waits for an answer. Set until its sale starts to vend, or ends. */
  readonly selection?: number;
}

/** A text, or the id of a sale whose end is shown: its text can change while it is shown. */
export type Notice = { readonly text: TextKey } | { readonly endOf: string };

export type AcquirerCondition = 'unknown' | 'reachable' | 'unreachable' | 'misconfigured' | 'unverified';

/** Result codes with which the acquirer refused our set-up. */
export interface Refusals {
  /** Answered to an inquiry: every request would meet it. */
  readonly every?: string;
  /** Answered to a payment only. */
  readonly pay?: {
    readonly code: string;
    /** Payments since then that were refused again. */
    readonly failedTrials: number;
    /** One customer may try a payment. */
    readonly open: boolean;
  };
  /** The order whose payment was refused with a code that may be about this order only. The next order shows which it is. */
  readonly suspect?: string;
}

export interface PaymentProgress {
  readonly paymentRequestId: string;
  readonly startedAtMs: number;
  readonly inquiriesSent: number;
  readonly paymentId?: string;
}

/** A request of the cancel queue: `inquiry` asks about the payment, `refundInquiry` about its refund. */
export type ReversalPhase = 'cancel' | 'inquiry' | 'refund' | 'refundInquiry';

export interface ReversalProgress {
  /** The number of the request whose answer is awaited. */
  readonly awaiting?: number;
  /** The request that is awaited, or the next one. */
  readonly phase: ReversalPhase;
  readonly sentAtMs: number;
  /** Whether the payment was known when the last request was sent. */
  readonly knownWhenSent: boolean;
  /** The last request got no answer that can be believed. It is sent again as soon as the acquirer answers anything. */
  readonly unanswered: boolean;
  /** Until then it is retried often (the burst), afterwards in the queue's slow rhythm. */
  readonly burstUntilMs: number;
  /** From then on the pay request can no longer arrive at the acquirer. */
  readonly unpayableAtMs: number;
  /** Failures in the slow rhythm; after some a person is called. */
  readonly queueFailures: number;
  /** The acquirer refused the last cancel for good: what is paid is refunded. */
  readonly uncancellable?: boolean;
  /** The payment became known after its cancel was sent: only a request sent when it can no longer arrive finishes it. */
  readonly knownLate?: true;
  /** It became known or charged while an answer was awaited: the next request is sent soon, not in the slow rhythm. */
  readonly urgent?: boolean;
  /** A person declared that the payment stands; the acquirer is being asked to confirm it. */
  readonly settling?: Settling;
}

export interface Settling {
  /** Of the person's call, which waits for the acquirer's answer. */
  readonly callId: string;
  readonly by: string;
  readonly note: string;
  readonly asks: 'payment' | 'refund';
  /** When the queue would have sent its next request. */
  readonly resumeAtMs?: number;
}

export function initialState(policy: Policy, book: Book): TerminalState {
  return {
    policy,
    book,
    live: {
      booted: false,
      clockTrusted: false,
      seenFromMs: 0,
      acquirer: 'unknown',
      refusals: {},
      probedAtMs: 0,
      faults: {},
      doorOpen: false,
      reversals: {},
      exchange: 0,
      timers: {},
      entry: '',
    },
  };
}
