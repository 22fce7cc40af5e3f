/** The terminal's timings. Each is a setting; the configuration table of the README explains it. */
export interface Timing {
  readonly payReplyTimeoutMs: number;
  readonly inquiryIntervalMs: number;
  readonly inquiryReplyTimeoutMs: number;
  readonly inquiryLimit: number;
  readonly cancelReplyTimeoutMs: number;
  readonly cancelRetryIntervalMs: number;
  readonly cancelRetryWindowMs: number;
  readonly queueRetryIntervalMs: number;
  readonly paymentExpiryMs: number;
  /** Added to the payment's expiry: the box's clock may differ from the acquirer's, and messages take time. */
  readonly expiryMarginMs: number;
  readonly codeWaitMs: number;
  /** A payment can be cancelled until this time of the next day. */
  readonly cancelPeriodEnd: DailyTime;
}

/** A time of day at a fixed offset from UTC, both in minutes. */
export interface DailyTime {
  readonly minuteOfDay: number;
  readonly utcOffsetMinutes: number;
}
