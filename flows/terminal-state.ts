import type { Book } from './book.js';
import type { TextKey } from './customer-texts.js';
import type { DeviceName, FaultCode } from './faults.js';
import type { TimerName } from './input.js';
import type { Policy } from './policy.js';

/** All the terminal knows: configuration, what flash knows, and what is gone with the power. Deeply read-only. */
export interface TerminalState {
  readonly policy: Policy;
  readonly book: Book;
  readonly live: Live;
}

/** The volatile part. Nothing in it may be needed to keep a money rule across a power cut. */
export interface Live {
  readonly booted: boolean;
  readonly clockTrusted: boolean;
  /** From when on what passes is not in the book's `seenMs` yet: the boot, or the start of the newest sale. */
  readonly seenFromMs: number;
  readonly acquirer: AcquirerCondition;
  /** What our set-up was refused for; `acquirer` is `misconfigured` while one of them stops sales. */
  readonly refusals: Refusals;
  /** When the last probe left. */
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
  /** Told to the customer beside or instead of the regular screen. */
  readonly notice?: Notice;
  /** Digits typed so far. While it is not empty, or spoilt, the `entry` timer runs. */
  readonly entry: string;
  /** A key was not taken: what follows it in one go is the rest of something else. */
  readonly entrySpoilt?: true;
  /** The machine's choice that waits for our word; set while the sale that it began has neither goods nor end. */
  readonly selection?: number;
}

/** A text, or how a sale ended: what was true of it when it ended may not be seconds later. */
export type Notice = { readonly text: TextKey } | { readonly endOf: string };

export type AcquirerCondition = 'unknown' | 'reachable' | 'unreachable' | 'misconfigured' | 'unverified';

/** Result codes of the acquirer. */
export interface Refusals {
  /** Of an inquiry, and so of every request. */
  readonly every?: string;
  /** Of a payment alone. */
  readonly pay?: {
    readonly code: string;
    /** Customers who tried since then and met a refusal again. */
    readonly failedTrials: number;
    /** The next customer may try. */
    readonly open: boolean;
  };
  /** The order whose payment was refused so that it may be about that order alone; another one decides. */
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
  /** The exchange whose answer is awaited. */
  readonly awaiting?: number;
  /** The request that is awaited, or the next one. */
  readonly phase: ReversalPhase;
  readonly sentAtMs: number;
  /** Whether the payment was known when the last request was sent. */
  readonly knownWhenSent: boolean;
  /** Whether the last request brought no answer that may be believed, so that it is worth asking when one comes again. */
  readonly unanswered: boolean;
  /** Until then the burst goes on; afterwards the queue's slower rhythm. */
  readonly burstUntilMs: number;
  /** From then on the pay request can no longer arrive at the acquirer. */
  readonly unpayableAtMs: number;
  /** Failures in the queue's rhythm, for the call for a person. */
  readonly queueFailures: number;
  /** The acquirer refused the last cancel for good: what is paid is refunded. */
  readonly uncancellable?: boolean;
  /** The payment became known after it had been undone: only a request sent when it can no longer arrive ends it. */
  readonly knownLate?: true;
  /** It became known or charged while an answer was awaited: the next request does not wait for the queue's slow rhythm. */
  readonly hurries?: boolean;
  /** A person declared that the payment stands; what is awaited is the acquirer's word on that. */
  readonly settling?: Settling;
}

export interface Settling {
  /** Of the person's call, which the acquirer's word answers. */
  readonly callId: string;
  readonly by: string;
  readonly note: string;
  readonly asks: 'payment' | 'refund';
  /** When the queue would have gone on. */
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
