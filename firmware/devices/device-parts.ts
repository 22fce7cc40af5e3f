import type { DeviceStatus } from '../../drivers/device-status.js';
import type { Host } from '../../drivers/host.js';
import type { Event } from '../../flows/input.js';

/** What each device of the terminal is opened with. */
export interface DeviceParts {
  readonly host: Pick<Host, 'clock' | 'serial' | 'gpio'>;
  /** Takes what the device reads or detects. */
  readonly feed: (event: Event) => void;
  readonly report: (status: DeviceStatus) => void;
}
