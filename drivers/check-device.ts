import type { DeviceFault, DeviceStatus } from './device-status.js';
import type { Clock } from './host.js';

/** A driver as far as a check needs it. */
export interface CheckableDevice {
  status(): DeviceStatus;
  close(): void;
}

export interface DeviceCheck {
  readonly result: 'pass' | 'warn' | 'fail';
  readonly faults: readonly DeviceFault[];
  readonly detail: string;
}

/** Long enough for an engine that has to be set up twice, or a printer stuck in the middle of a picture. */
const LIMIT_MS = 30_000;

/**
 * Opens a device, waits until it is well, and closes it: the part of a self-test that needs no hands. One that is not
 * well has the whole time to get so, because some find themselves after a moment.
 *
 * @param open makes the driver, with the callback for its status
 * @param done called exactly once, after the device was closed
 */
export function checkDevice(
  clock: Clock,
  open: (statusChanged: (status: DeviceStatus) => void) => CheckableDevice,
  done: (check: DeviceCheck) => void,
  limitMs = LIMIT_MS,
): void {
  let over = false;
  const decide = (): void => {
    if (over) return;
    over = true;
    limit.cancel();
    const status = device.status();
    device.close();
    clock.after(0, () => done(checkOf(status, limitMs)));
  };
  const limit = clock.after(limitMs, decide);
  const device = open((status) => {
    if (status.state === 'ok') clock.after(0, decide);
  });
}

function checkOf(status: DeviceStatus, limitMs: number): DeviceCheck {
  const detail = status.detail ?? '';
  switch (status.state) {
    case 'ok':
      return status.warnings.length === 0
        ? { result: 'pass', faults: [], detail }
        : { result: 'warn', faults: status.warnings, detail };
    case 'starting':
      return { result: 'fail', faults: [], detail: `no word from it within ${limitMs / 1_000} s` };
    case 'fault':
    case 'absent':
      return { result: 'fail', faults: status.faults, detail };
  }
}
