import type { Clock } from '../../drivers/host.js';
import type { Input } from '../../flows/input.js';
import type { TerminalState } from '../../flows/terminal-state.js';
import { StoreError, type StoreErrorCode } from '../journal/store/store-error.js';
import type { Log } from '../log/log.js';
import { messageOf } from '../log/plain-text.js';
import { createRedact } from '../log/redact.js';
import { createIncidentTrace, type IncidentCause } from './incident-trace.js';

/** Stores an incident where a technician finds it; may block and may throw. The text holds no payment code and no token. */
export type SaveIncident = (incident: { readonly bootCount: number; readonly text: string }) => void;

/** Records the latest inputs, and stores them when a failure ends the process. */
export interface IncidentKeeper {
  /** To be called before each decision with its input and the state before it. */
  note(input: Input, before: TerminalState): void;
  /** Stores what led to `error`, where that can help. Never throws. */
  keep(kind: IncidentCause['kind'], error: Error, bootCount: number): void;
}

export interface IncidentKeeperParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Removed from texts, beside what looks like a secret. */
  readonly secrets: readonly string[];
  readonly version: string;
  /** Absent: nothing is stored. */
  readonly save: SaveIncident | undefined;
}

/**
 * Failures whose incident is not stored. Writing to a card that hangs would hang the process too. Where the journal was moved or
 * another process has it, the directory may be in use by that one by now, and no decision led to the failure.
 */
const NOT_STORED: ReadonlySet<StoreErrorCode> = new Set(['hung', 'disconnected', 'busy']);

export function createIncidentKeeper({ clock, log, secrets, version, save }: IncidentKeeperParts): IncidentKeeper {
  const trace = createIncidentTrace();

  function textOf(kind: IncidentCause['kind'], { message }: Error): string | undefined {
    return trace.write({ kind, message, version, wallMs: Math.floor(clock.wallMs()) }, createRedact(secrets));
  }

  return {
    note: trace.note,
    keep(kind, error, bootCount) {
      if (save === undefined) return;
      if (error instanceof StoreError && NOT_STORED.has(error.code)) return;
      try {
        const text = textOf(kind, error);
        if (text === undefined) log.warn('the incident was not kept: too large, or nothing had happened');
        else save({ bootCount, text });
      } catch (problem) {
        log.warn('the incident was not kept', { why: messageOf(problem) });
      }
    },
  };
}
