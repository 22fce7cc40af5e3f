import type { Clock } from '../../drivers/host.js';
import type { Input } from '../../flows/input.js';
import type { TerminalState } from '../../flows/terminal-state.js';
import { StoreError, type StoreErrorCode } from '../journal/store/store-error.js';
import type { Log } from '../log/log.js';
import { messageOf } from '../log/plain-text.js';
import { createRedact } from '../log/redact.js';
import { createIncidentTrace, type IncidentCause } from './incident-trace.js';

/** Puts an incident where a technician finds it; may block and may throw. The text holds no payment code and no token. */
export type SaveIncident = (incident: { readonly bootCount: number; readonly text: string }) => void;

/** Remembers what happens, and keeps it when the process is about to end by a failure. */
export interface IncidentKeeper {
  note(input: Input, before: TerminalState): void;
  /** Never throws: it is called when something has gone wrong already. */
  keep(kind: IncidentCause['kind'], error: Error, bootCount: number): void;
}

export interface IncidentKeeperParts {
  readonly clock: Clock;
  readonly log: Log;
  /** What never stands in a text, beside what looks like a secret. */
  readonly secrets: readonly string[];
  readonly version: string;
  /** Without it incidents are not kept. */
  readonly save: SaveIncident | undefined;
}

/**
 * A card that hangs would hang the process with it. Where the journal's place was taken away, the directory may be another's by
 * this time, and no decision led to it.
 */
const NOT_KEPT: ReadonlySet<StoreErrorCode> = new Set(['hung', 'disconnected', 'busy']);

export function createIncidentKeeper({ clock, log, secrets, version, save }: IncidentKeeperParts): IncidentKeeper {
  const trace = createIncidentTrace();

  function textOf(kind: IncidentCause['kind'], { message }: Error): string | undefined {
    const redact = createRedact();
    for (const secret of secrets) redact.addSecret(secret);
    return trace.write({ kind, message, version, wallMs: Math.floor(clock.wallMs()) }, redact);
  }

  return {
    note: trace.note,
    keep(kind, error, bootCount) {
      if (save === undefined) return;
      if (error instanceof StoreError && NOT_KEPT.has(error.code)) return;
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
