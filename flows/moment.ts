/**
 * When an input arrived, as data: the decision itself knows no clock and no randomness.
 */
export interface Moment {
  /** Monotonic milliseconds; never goes back within one boot. All waits are measured with it. */
  readonly atMs: number;
  /** Wall clock, milliseconds since 1970. Only for receipts, ids and the cancellable period. */
  readonly wallMs: number;
  /** Whether the wall clock has been confirmed since boot. */
  readonly clockTrusted: boolean;
  /** Offset of the receipts' time zone at that moment, minutes east of UTC. */
  readonly utcOffsetMinutes: number;
  /** Ten random decimal digits, new for each input. */
  readonly randomDigits: string;
}
