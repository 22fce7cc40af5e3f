import type { GpioHost } from '../../drivers/host.js';
import { HostError } from '../../drivers/host.js';
import { configFiles } from '../../drivers/linux/config-files.js';
import { dataDirHolder } from '../../drivers/linux/data-dir-holder.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { describeErrors } from '../config/config-check.js';
import { loadDevices } from '../config/load-devices.js';
import { type OutputLine, outputLines } from '../devices/output-lines.js';
import { type ExitCode, exitCode } from '../log/exit-code.js';
import { createRedact } from '../log/redact.js';
import { boardGpio } from './board-gpio.js';
import type { CommandInput } from './command-table.js';

/**
 * `tillbox rest`: gives every output its first level and ends, for a supervisor whose terminal was killed: a relay that was
 * closed then is closed still. Outputs that a terminal has are left to it.
 */
export async function rest(
  _input: CommandInput<'rest'>,
  self: CommandProcess,
  gpioOf: typeof boardGpio = boardGpio,
): Promise<ExitCode> {
  const settings = loadDevices(self.env, configFiles.read);
  if ('errors' in settings) {
    self.errorOut(`${createRedact()(describeErrors(settings.errors))}\n`);
    return exitCode.usage;
  }
  const outputs = outputLines(settings.devices);
  if (outputs.length === 0) {
    self.out('No output of a device is configured.\n');
    return exitCode.done;
  }
  const holder = await new Promise<string | undefined>((resolve) => dataDirHolder(settings.dataDir, resolve));
  if (holder !== undefined) {
    self.errorOut(`tillbox rest: nothing was changed: a terminal has the outputs (${holder}); stop it first\n`);
    return exitCode.unavailable;
  }
  const gpio = gpioOf(settings.devices);
  const refusals = outputs.flatMap((output) => restOutput(gpio, output));
  for (const refusal of refusals) self.errorOut(`tillbox rest: ${refusal}\n`);
  self.out(`${outputs.length - refusals.length} of ${outputs.length} outputs are at rest.\n`);
  return refusals.length === 0 ? exitCode.done : exitCode.unavailable;
}

/** Not released: where the kernel keeps what was driven last, it stays at rest. Returns why not. */
function restOutput(gpio: GpioHost, { line, rest: level }: OutputLine): string[] {
  try {
    if (level === 'released') gpio.openDrain(line);
    else gpio.output(line, level);
    return [];
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return [error.message];
  }
}
