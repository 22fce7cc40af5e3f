/** What stands between us and the acquirer. */
export interface Diagnosis {
  /** Stays the same for as long as the cause does. */
  readonly cause: string;
  /** What was found, a whole sentence for a technician. No secret. */
  readonly found: string;
  readonly todo: string;
}
