import type { DeviceFault, DeviceStatus } from './device-status.js';
import type { HostError } from './host.js';

/** The status of a device whose port failed or went away. */
export function lostPortStatus<Fault extends DeviceFault>(
  error: HostError,
  faults: { readonly absent: Fault; readonly denied: Fault },
): DeviceStatus<Fault> & { readonly faults: readonly [Fault] } {
  const denied = error.code === 'denied' || error.code === 'busy';
  return {
    state: denied ? 'fault' : 'absent',
    faults: [denied ? faults.denied : faults.absent],
    warnings: [],
    detail: error.message,
  };
}
