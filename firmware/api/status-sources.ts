import type { AlarmCode } from '../../flows/effect.js';
import type { FaultCode } from '../../flows/faults.js';
import type { Live } from '../../flows/terminal-state.js';
import type { RefusalCounts } from '../log/refusal-counter.js';

/**
 * What the status and the metrics show beyond the flow's state. Called at each request; none returns a payment code, a key
 * or a token.
 */
export interface StatusSources {
  /** By the flow's device names where there is one. */
  readonly devices: () => Readonly<Record<string, DeviceReport>>;
  /** Which GPIO backend serves the lines, and why. */
  readonly gpio: () => string;
  /** Time of the acquirer's last answer, milliseconds since 1970; undefined where there was none since the start. */
  readonly lastAcquirerContactWallMs: () => number | undefined;
  /** Why we cannot use the acquirer; undefined where nothing is wrong, or the reason is unknown. */
  readonly acquirerTrouble: (live: Live) => TroubleReport | undefined;
  /** Facts about the store: sequence, damage found, bytes. */
  readonly store: () => Readonly<Record<string, string | number | boolean>>;
  /** Lines of the log that could not be written, since the start. */
  readonly lostLogLines: () => number;
  /** Alarms raised since the start. */
  readonly alarms: () => Readonly<Partial<Record<AlarmCode, number>>>;
  /** Notifications of payments since the start that were signed and changed nothing. */
  readonly notificationsIgnored: () => number;
  /** Inputs of devices that the terminal refused, since the start. */
  readonly refusals: () => RefusalCounts;
  /** Undefined where nothing updates this software. */
  readonly update: () => UpdateReport | undefined;
}

export interface UpdateReport {
  /** `held`: downloaded, and sales wait for it. `installing`: somebody else holds the update lock. */
  readonly state: 'none' | 'downloaded' | 'held' | 'installing';
  /** Whether this process holds the update lock. */
  readonly locked: boolean;
  /** Why it cannot be taken, for the technician. */
  readonly trouble?: string;
  /** How often it could not be taken since the start, although nobody else had it. */
  readonly lockFailures: number;
  /** Calls of the supervisor since the start that brought no valid answer. */
  readonly supervisorFailures: number;
}

/** For technicians. */
export interface TroubleReport {
  readonly found: string;
  readonly todo: string;
}

export interface DeviceReport {
  readonly state: 'starting' | 'ok' | 'fault' | 'absent';
  readonly warnings?: readonly FaultCode[];
  /** What the configuration names: `gm65`, `serial`, … */
  readonly kind?: string;
  /** For the technician. */
  readonly detail?: string;
}
