import type { DeviceStatus } from '../../drivers/device-status.js';
import type { Clock, Timer } from '../../drivers/host.js';
import { createRateLimit } from '../../drivers/rate-limit.js';

/** Limits how often the status of a device is reported: a few at once, then one every five seconds. */
export interface StatusGate {
  report(status: DeviceStatus): void;
  /** Nothing is reported any more. */
  close(): void;
}

const RATE = { burst: 10, everyMs: 5_000 } as const;

/**
 * A loose plug or a noisy line can change a status many times a second, and each change costs a decision and a line of the log.
 *
 * Invariants
 * - A fault after a sound status is reported at once; a recovery may have to wait.
 * - After the wait the latest status is reported.
 */
export function createStatusGate(clock: Clock, report: (status: DeviceStatus) => void): StatusGate {
  const rate = createRateLimit(clock, RATE);
  let reported: DeviceStatus | undefined;
  let latest: DeviceStatus | undefined;
  let timer: Timer | undefined;
  let closed = false;

  function pass(status: DeviceStatus): void {
    reported = status;
    timer?.cancel();
    timer = undefined;
    report(status);
  }

  return {
    report(status) {
      if (closed) return;
      latest = status;
      const isBad = status.state === 'fault' || status.state === 'absent';
      const wasSound = reported === undefined || reported.state === 'ok' || reported.state === 'starting';
      if ((isBad && wasSound) || rate.take()) return pass(status);
      timer ??= clock.after(rate.waitMs(), () => {
        rate.take();
        if (latest !== undefined) pass(latest);
      });
    },
    close() {
      closed = true;
      timer?.cancel();
    },
  };
}
