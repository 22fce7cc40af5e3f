/** When an input arrived, as data: a decision reads no clock and draws no random numbers. */
export interface Moment {
  /** Monotonic milliseconds; never goes back within one boot. All waits use it. */
  readonly atMs: number;
  /** Wall clock, milliseconds since 1970. Only for receipts, ids, expiries and the cancellable period. */
  readonly wallMs: number;
  /** Whether the wall clock has been confirmed since boot. */
  readonly clockTrusted: boolean;
  /** Somebody else holds the update lock: the system is about to stop this process. Missing: nobody does. */
  readonly updating?: true;
  /** Offset of the receipts' time zone at that moment, minutes east of UTC. */
  readonly utcOffsetMinutes: number;
  /** Ten random decimal digits, new for each input. */
  readonly randomDigits: string;
}
