import type { Host } from '../../drivers/host.js';
import type { Input } from '../../flows/input.js';
import type { Step } from '../../flows/step.js';
import type { Signer } from '../acquirer/signer.js';
import type { TerminalSettings } from '../config/load-config.js';
import type { SaveIncident } from '../incident/incident-keeper.js';
import type { CardMarks } from '../journal/card-marks.js';

/** What a terminal is created with. */
export interface TerminalParts {
  readonly host: Host;
  readonly settings: TerminalSettings;
  readonly version: string;
  /** In place of RSA with the configured keys, which is too slow for a million simulated sales. */
  readonly signer?: Signer;
  /** Called with every decision once it is published: for the bench's trace and the fuzzer's coverage. */
  readonly observe?: (input: Input, decision: Step) => void;
  /** Stores what led to a failure, for `tillbox replay`; it may block and it may fail. */
  readonly saveIncident?: SaveIncident;
  /** Distinguish a new card from one that was wiped or exchanged; without them every empty card counts as new. */
  readonly cardMarks?: CardMarks;
  /** The offset of the configured time zone, minutes east of UTC; absent: a formatter of dates is asked. */
  readonly utcOffsetMinutes?: (wallMs: number) => number;
  /** Of each half of the journal; absent: `BOOK_SEGMENT_BYTES`. */
  readonly segmentSizeBytes?: number;
}
