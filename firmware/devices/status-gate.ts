import type { DeviceStatus } from '../../drivers/device-status.js';
import type { Clock, Timer } from '../../drivers/host.js';
import { createRateLimit } from '../../drivers/rate-limit.js';

/** Lets a device's news through, a few at once and then one every five seconds. */
export interface StatusGate {
  tell(status: DeviceStatus): void;
  /** Nothing is reported any more. */
  close(): void;
}

const NEWS = { burst: 10, everyMs: 5_000 } as const;

/**
 * A loose plug or a babbling line can make a device well and ill many times a second, and each change is a decision, a line
 * of the log and a stir on the screen.
 *
 * Invariants
 * - That a device is no longer well is told at once. Of one that flaps it is the good news that waits.
 * - What is told last is how the device is.
 */
export function createStatusGate(clock: Clock, report: (status: DeviceStatus) => void): StatusGate {
  const news = createRateLimit(clock, NEWS);
  let told: DeviceStatus | undefined;
  let latest: DeviceStatus | undefined;
  let timer: Timer | undefined;
  let closed = false;

  function pass(status: DeviceStatus): void {
    told = status;
    timer?.cancel();
    timer = undefined;
    report(status);
  }

  return {
    tell(status) {
      if (closed) return;
      latest = status;
      const isBad = status.state === 'fault' || status.state === 'absent';
      const wasWell = told === undefined || told.state === 'ok' || told.state === 'starting';
      if ((isBad && wasWell) || news.take()) return pass(status);
      timer ??= clock.after(news.waitMs(), () => {
        news.take();
        if (latest !== undefined) pass(latest);
      });
    },
    close() {
      closed = true;
      timer?.cancel();
    },
  };
}
