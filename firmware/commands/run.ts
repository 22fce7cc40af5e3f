import { configFiles } from '../../drivers/linux/config-files.js';
import { incidentFiles } from '../../drivers/linux/incident-files.js';
import { packageVersion } from '../../drivers/linux/package-version.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { processZoneOffset } from '../../drivers/linux/process-zone-offset.js';
import { findUpdateLock } from '../../drivers/linux/update-lock.js';
import { receiptline } from '../../drivers/printer/receiptline.js';
import { present } from '../../flows/present.js';
import { describeErrors } from '../config/config-check.js';
import { loadConfig } from '../config/load-config.js';
import type { SaveIncident } from '../incident/incident-keeper.js';
import { exitCode } from '../log/exit-code.js';
import { createRedact } from '../log/redact.js';
import { createTerminal, type Terminal } from '../terminal/terminal.js';
import { boardHost } from './board-host.js';
import type { CommandInput } from './command-table.js';
import { storageMarks } from './storage-flash.js';

/** After the ports are open. What the first receipt needs is loaded then, unless one was printed before. */
const WARM_UP_MS = 3_000;

/** `tillbox run`: the terminal with the devices and the acquirer that the configuration names, until it is stopped. */
export function run(_input: CommandInput<'run'>, self: CommandProcess): Promise<number> {
  const settings = loadConfig(self.env, configFiles.read);
  if ('errors' in settings) {
    self.errorOut(`${describeErrors(settings.errors)}\n`);
    return Promise.resolve(exitCode.usage);
  }
  const redact = createRedact(settings.secrets);
  const host = {
    ...boardHost(settings.config, 'atRest'),
    ...present({ updateLock: findUpdateLock(settings.config.updates) }),
  };
  const { dataDir } = settings.config.storage;
  const saveIncident: SaveIncident = ({ bootCount, text }) => {
    const path = incidentFiles.save(dataDir, bootCount, text);
    self.errorOut(`What led to this is kept in ${path} (see: tillbox replay)\n`);
  };
  let running: Terminal | undefined;
  /* A bug: recovery runs after the restart. The text may quote anything, so it is redacted. */
  self.onCrash((error) => {
    self.errorOut(`${(running?.redact ?? redact)(error.stack ?? error.message)}\n`);
    running?.crashed(error);
    self.exit(exitCode.bug);
  });
  return new Promise((resolve) => {
    self.onStop((reason) => {
      if (running === undefined) resolve(exitCode.done);
      else running.close(reason, () => resolve(exitCode.done));
    });
    const cardMarks = storageMarks(settings.config.storage);
    const zone = present({ utcOffsetMinutes: processZoneOffset(settings.config.terminal.timeZone) });
    const parts = { host, settings, version: packageVersion(), saveIncident, cardMarks, ...zone };
    createTerminal(parts, (terminal) => {
      running = terminal;
      if (settings.config.devices.printer.kind !== 'none') host.clock.after(WARM_UP_MS, receiptline);
      /* Suspended by Ctrl-Z it would leave its outputs as they are. */
      self.onIgnored((signal) => terminal.log.warn('signal ignored', { signal }), ['SIGTSTP']);
    });
  });
}
