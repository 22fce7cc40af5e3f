import type { Host } from '../../../../drivers/host.js';
import type { DevicesConfig } from '../../../config/config.js';
import type { CheckRow } from '../check-row.js';
import type { Session } from './session.js';

/** What each test by hand gets. It opens its device itself, and lets go of it before it ends. */
export interface HandsParts {
  readonly host: Pick<Host, 'clock' | 'gpio' | 'serial'>;
  readonly devices: DevicesConfig;
  readonly session: Session;
  /** Told each row as it is found. */
  readonly found: (row: CheckRow) => void;
}
