import type { Sale } from '../../../firmware/for-simulator.js';
import type { Violate } from './violate.js';

/**
 * Rules 1 and 2 where the host app delivers: an approved sale stays as it is until the host app reports, or has not
 * reported within its time. It is another program: it survives a power cut of the box, and its time starts anew after one.
 */
export interface HostRules {
  processStarted(): void;
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale, before: Sale | undefined): void;
}

export interface HostTerms {
  /** How long the host app may take to report; 0 where nothing waits for it. */
  readonly hostConfirmMs: number;
}

/** A slow card delays the publishing of a decision. */
const COMMIT_MS = 7_000;

export function createHostRules({ hostConfirmMs }: HostTerms, nowMs: () => number, violate: Violate): HostRules {
  let startedAtMs = 0;
  const approvedAtMs = new Map<string, number>();

  return {
    processStarted() {
      startedAtMs = nowMs();
    },
    saleChanged({ saleId, state, endCode }, before) {
      if (hostConfirmMs === 0 || before?.state === state) return;
      if (state === 'approved') approvedAtMs.set(saleId, nowMs());
      if (before?.state !== 'approved' || state !== 'reversing') return;
      if (endCode === 'powerLost') violate('rule 2, reversed while the host app delivers', saleId);
      const silentMs = nowMs() - Math.max(startedAtMs, approvedAtMs.get(saleId) ?? 0);
      if (endCode === 'hostSilent' && silentMs < hostConfirmMs - COMMIT_MS) {
        violate('rule 2, the host app was not waited for', `${saleId} ${silentMs} of ${hostConfirmMs} ms`);
      }
    },
  };
}
