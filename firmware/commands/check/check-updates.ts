import type { Host, UpdateLockHost } from '../../../drivers/host.js';
import type { UpdatesConfig } from '../../config/config.js';
import { createSupervisorClient } from '../../updates/supervisor-client.js';
import { type CheckRow, checkRow } from './check-row.js';

const LOCK = 'update lock';
const SUPERVISOR = 'supervisor';

/** Where something updates this software: takes its lock for a moment, and asks the supervisor. No row elsewhere. */
export async function checkUpdates(
  { http, updateLock }: Pick<Host, 'http' | 'updateLock'>,
  { supervisor }: UpdatesConfig,
): Promise<readonly CheckRow[]> {
  if (updateLock === undefined) return [];
  const row = checkLock(updateLock);
  if (supervisor === undefined) {
    const found = 'not told where it is: an update waits for its next try, up to 15 minutes';
    return [row, checkRow.warn(SUPERVISOR, found, 'give the service the label io.balena.features.supervisor-api')];
  }
  let why = '';
  const warn = (_message: string, fields?: { readonly why?: unknown }): void => {
    why = String(fields?.why ?? '');
  };
  const client = createSupervisorClient(supervisor, http, { warn, debug: () => undefined });
  const device = await new Promise<Parameters<Parameters<typeof client.device>[0]>[0]>((resolve) =>
    client.device(resolve),
  );
  if (device === undefined) {
    return [row, checkRow.warn(SUPERVISOR, why, 'restart the service, so that balena sets its address and key again')];
  }
  const found = device.downloaded ? 'answers; a new version waits to be installed' : 'answers; no new version waits';
  return [row, checkRow.pass(SUPERVISOR, found)];
}

function checkLock(lock: UpdateLockHost): CheckRow {
  const attempt = lock.take();
  lock.release();
  switch (attempt.kind) {
    case 'taken':
      return checkRow.pass(LOCK, `${lock.path} can be taken`);
    case 'held':
      return checkRow.warn(
        LOCK,
        `${lock.path} is held by somebody else: an update is being installed, or its lock was left behind`,
        'wait; if it stays for more than a quarter of an hour, start the board anew',
      );
    case 'partial':
      return checkRow.warn(LOCK, attempt.why, 'an update of the host’s system may stop a sale: reinstall this version');
    case 'broken':
      return checkRow.warn(
        LOCK,
        attempt.why,
        'an update may stop a sale: check BALENA_APP_LOCK_PATH and its directory',
      );
  }
}
