import type { Clock } from '../../drivers/host.js';
import type { Refusal, RefusingDevice } from '../../flows/refusal.js';
import type { Log } from './log.js';

/** By device: how often each reason came, and the last one. */
export type RefusalCounts = Readonly<
  Partial<Record<RefusingDevice, { readonly reasons: Readonly<Record<string, number>>; readonly last: string }>>
>;

/** Counts the inputs of devices that the terminal refused, since the start. */
export interface RefusalCounter {
  note(refusal: Refusal): void;
  counts(): RefusalCounts;
}

/** One line a minute for each reason is enough, since it has the count. */
const LOG_EVERY_MS = 60_000;

export function createRefusalCounter(clock: Pick<Clock, 'monotonicMs'>, log: Pick<Log, 'warn'>): RefusalCounter {
  let counts: RefusalCounts = {};
  const loggedAtMs = new Map<string, number>();

  return {
    note({ device, reason, times, detail }) {
      const before = counts[device]?.reasons ?? {};
      const count = (before[reason] ?? 0) + times;
      counts = { ...counts, [device]: { reasons: { ...before, [reason]: count }, last: reason } };
      const nowMs = clock.monotonicMs();
      const key = `${device} ${reason}`;
      if (nowMs - (loggedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return;
      loggedAtMs.set(key, nowMs);
      log.warn('refused', { device, reason, count, detail });
    },
    counts: () => counts,
  };
}
