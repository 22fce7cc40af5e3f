import type { FlashHost, Host } from '../../../drivers/host.js';
import { agentTokenOf } from '../../acquirer/agent-token-of.js';
import { createRsaSigner, type Signer } from '../../acquirer/signer.js';
import { createLocalApiClient } from '../../api/local-api-client.js';
import type { Config } from '../../config/config.js';
import type { CardMarks } from '../../journal/card-marks.js';
import { readBook } from '../../journal/read-card.js';
import { checkByHand } from './by-hand/check-by-hand.js';
import type { Person } from './by-hand/session.js';
import { checkAcquirer } from './check-acquirer.js';
import { checkClock } from './check-clock.js';
import { checkDataDir } from './check-data-dir.js';
import { checkDevices } from './check-devices.js';
import { checkGpio } from './check-gpio.js';
import { checkJournal } from './check-journal.js';
import { checkPorts } from './check-ports.js';
import { type CheckRow, checkRow } from './check-row.js';
import { checkRunning } from './check-running.js';
import { checkUpdates } from './check-updates.js';
import { probeAcquirer } from './probe-acquirer.js';

export interface CheckParts {
  readonly host: Host;
  readonly config: Config;
  /** The data directory for reading only, which no lock keeps out. */
  readonly cardReader: FlashHost;
  /** Which card was known here. */
  readonly cardMarks?: Pick<CardMarks, 'read'>;
  /** Who holds the data directory. */
  readonly holder: () => Promise<string | undefined>;
  /** How many bytes may still be written to the data directory. */
  readonly room: () => Promise<number | undefined>;
  /** Whether paper may be used. */
  readonly print: boolean;
  /** Who tests by hand what a program cannot. */
  readonly person?: Person;
  /** Instead of RSA with the configured keys: for a simulated world. */
  readonly signer?: Signer;
  /** Called with each row as it is found. */
  readonly found: (row: CheckRow) => void;
}

/**
 * Tests what the configuration names: data directory, acquirer, clock, ports, devices. Where a terminal runs already it has
 * most of them, and is asked for its status instead.
 */
export async function runChecks(parts: CheckParts): Promise<void> {
  const { host, config, found, print, person } = parts;
  const foundAll = (rows: readonly CheckRow[]): void => rows.forEach(found);
  const signer = parts.signer ?? createRsaSigner(config.acquirer.privateKey, config.acquirer.alipayPublicKey);
  const running = await checkRunning(createLocalApiClient(host.http, config.api), await parts.holder());
  const reading = await readBook(parts.cardReader);
  if (running === undefined) {
    const { dataDir } = config.storage;
    const row = await checkDataDir({ flash: host.flash, random: host.random, dataDir });
    foundAll(
      row.outcome === 'PASS'
        ? [row, checkJournal(reading, config.storage, await parts.room(), parts.cardMarks)]
        : [row],
    );
    foundAll(await checkPorts(host.http, config));
    foundAll(await checkUpdates(host, config.updates));
  }
  const agentToken = agentTokenOf(reading.db?.data ?? {}, config.acquirer, host.clock.wallMs());
  const probe = await probeAcquirer({ ...host, config, signer, agentToken });
  found(checkAcquirer(probe, config, signer));
  found(checkClock(probe, host.board.clockSynchronised(), config));
  if (running === undefined) {
    foundAll(checkGpio(host.gpio, config.devices));
    foundAll(await checkDevices({ host, config, print }));
    if (person !== undefined) await checkByHand({ host, devices: config.devices, person, found });
  } else {
    foundAll(running);
    if (person !== undefined) found(IN_USE);
  }
}

const IN_USE = checkRow.fail(
  'by hand',
  'not tested: the terminal that runs here has the devices',
  'stop it (systemctl stop tillbox), test, and start it again',
);
