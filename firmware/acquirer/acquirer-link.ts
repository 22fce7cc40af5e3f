import type { AcquirerAmount, AcquirerAnswer } from '../../flows/acquirer-answer.js';

/**
 * The terminal's link to the acquirer. One request, one answer: `done` is called exactly once, never
 * inside the call, at the latest shortly after `timeoutMs`. A link never retries by itself (the flow decides that and
 * makes it durable first) and never throws on what the other side sends.
 */
export interface AcquirerLink {
  pay(request: PayRequest, timeoutMs: number, done: AnswerCallback): void;
  inquirePayment(request: PaymentReference, timeoutMs: number, done: AnswerCallback): void;
  /**
   * The same for a payment that never existed. The time of its answer is not checked: the acquirer's clock is learned from it.
   */
  probe(request: PaymentReference, timeoutMs: number, done: AnswerCallback): void;
  cancel(request: PaymentReference, timeoutMs: number, done: AnswerCallback): void;
  refund(request: RefundRequest, timeoutMs: number, done: AnswerCallback): void;
  inquireRefund(request: RefundReference, timeoutMs: number, done: AnswerCallback): void;
  /** Whether a connection can be made; sends no request. */
  reach(timeoutMs: number, done: (reached: boolean) => void): void;
}

export type AnswerCallback = (answer: AcquirerAnswer) => void;

/** One attempt to charge. Merchant, store and terminal are the link's own configuration. */
export interface PayRequest {
  /** Idempotency key, at most 64 characters. */
  readonly paymentRequestId: string;
  /** The business order number, at most 64 characters. */
  readonly orderId: string;
  readonly amount: AcquirerAmount;
  /** What was bought, at most 256 characters. */
  readonly description: string;
  /** The customer's payment code: a secret, for this request only. */
  readonly code: string;
  /** ISO 8601 with offset; past it the acquirer closes the payment. */
  readonly expiresAt: string;
  /** ISO 8601 with offset: the terminal's local time. */
  readonly requestedAt: string;
}

export interface PaymentReference {
  readonly paymentRequestId: string;
}

export interface RefundRequest {
  /** Idempotency key, at most 64 characters. */
  readonly refundRequestId: string;
  /** The acquirer's id of the payment. */
  readonly paymentId: string;
  readonly amount: AcquirerAmount;
  /** At most 256 characters. */
  readonly reason?: string;
}

export interface RefundReference {
  readonly refundRequestId: string;
}
