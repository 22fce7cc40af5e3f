import { configFiles } from '../../drivers/linux/config-files.js';
import { createLinuxGpio } from '../../drivers/linux/gpio.js';
import { createLinuxHost } from '../../drivers/linux/host.js';
import { createNoGpio } from '../../drivers/linux/no-gpio.js';
import { packageVersion } from '../../drivers/linux/package-version.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { describeErrors } from '../config/describe-errors.js';
import { loadConfig } from '../config/load-config.js';
import { usesGpioLines } from '../devices/uses-gpio-lines.js';
import { exitCode } from '../exit-code.js';
import { createRedact } from '../log/redact.js';
import { createTerminal } from '../terminal.js';

/** `tillbox run`: the terminal with the devices and the acquirer that the configuration names, until it is stopped. */
export function run(_args: readonly string[], self: CommandProcess): Promise<number> {
  const settings = loadConfig(self.env, configFiles.read);
  if ('errors' in settings) {
    self.errorOut(`${describeErrors(settings.errors)}\n`);
    return Promise.resolve(exitCode.usage);
  }
  const redact = createRedact();
  for (const secret of settings.secrets) redact.addSecret(secret);
  const { devices, storage } = settings.config;
  const chip = devices.gpioChip === undefined ? {} : { chipLabel: devices.gpioChip };
  const gpio = usesGpioLines(devices) ? createLinuxGpio(chip) : createNoGpio();
  const host = createLinuxHost({ dataDir: storage.dataDir, gpio });
  /* A bug: recovery runs after the restart. The text may quote anything, so it is redacted. */
  self.onCrash((error) => {
    self.errorOut(`${redact(error.stack ?? error.message)}\n`);
    self.exit(exitCode.bug);
  });
  return new Promise((resolve) => {
    createTerminal({ host, settings, version: packageVersion() }, (terminal) => {
      self.onStop(() => {
        terminal.close();
        resolve(exitCode.done);
      });
    });
  });
}
