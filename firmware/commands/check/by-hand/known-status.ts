import type { DeviceStatus } from '../../../../drivers/device-status.js';
import type { Clock } from '../../../../drivers/host.js';
import { STARTING_LIMIT_MS } from '../device-row.js';

const LOOK_MS = 50;

/** Waits until a device that was just opened says how it is; `starting` where it does not in time. */
export function knownStatus(clock: Clock, device: { status(): DeviceStatus }): Promise<DeviceStatus> {
  const endMs = clock.monotonicMs() + STARTING_LIMIT_MS;
  return new Promise((resolve) => {
    const look = (): void => {
      const status = device.status();
      if (status.state !== 'starting' || clock.monotonicMs() >= endMs) resolve(status);
      else clock.after(LOOK_MS, look);
    };
    look();
  });
}
