/** The acquirer's behaviour where Alipay's documents do not define it, or contracts differ. */
export interface AcquirerSettings {
  /** Whether amounts choose outcomes (`magic-amounts`). */
  readonly magicAmounts: boolean;
  /** The answer to a cancel of a payment request that never arrived. Alipay's pages say success. */
  readonly cancelOfUnknown: 'success' | 'orderNotExist';
  /** What happens to a pay that arrives before its expiry but after its cancel was accepted. `charges` is the worst case. */
  readonly payAfterCancel: 'charges' | 'reversed' | 'refused';
  /** For a pay without `paymentExpiryTime`. The pages say 1, 3 and 10 minutes; the longest is the worst case. */
  readonly defaultExpiryMs: number;
  /** How long after the payment it can be refunded. */
  readonly refundWindowMs: number;
  readonly partialRefunds: boolean;
  readonly multipleRefunds: boolean;
  /** Alipay's English page notifies of successes only, the Chinese one of every final state. */
  readonly notifyFailures: boolean;
  readonly notifyDelayMs: number;
  /** ISV mode: requests must carry this `agent-token`. */
  readonly agentToken: string | undefined;
}

export const defaultSettings: AcquirerSettings = {
  magicAmounts: true,
  cancelOfUnknown: 'success',
  payAfterCancel: 'charges',
  defaultExpiryMs: 600_000,
  refundWindowMs: 365 * 86_400_000,
  partialRefunds: true,
  multipleRefunds: true,
  notifyFailures: false,
  notifyDelayMs: 0,
  agentToken: undefined,
};
