import { configFiles } from '../../drivers/linux/config-files.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { describeErrors } from '../config/config-check.js';
import { configMarkdown } from '../config/config-markdown.js';
import { loadConfig } from '../config/load-config.js';
import { maskConfig } from '../config/mask-config.js';
import { readSettings } from '../config/read-settings.js';
import { type ExitCode, exitCode } from '../log/exit-code.js';
import { createRedact } from '../log/redact.js';
import type { CommandInput } from './command-table.js';

/** `tillbox config [--markdown]`: the effective configuration, or the reference of all variables. */
export function config({ options }: CommandInput<'config'>, self: CommandProcess): ExitCode {
  if (options.markdown) {
    self.out(`${configMarkdown()}\n`);
    return exitCode.done;
  }
  const loading = loadConfig(self.env, configFiles.read);
  const redact = createRedact();
  self.out(`${redact(maskConfig(readSettings(self.env, configFiles.read).list))}\n`);
  if ('config' in loading) {
    for (const { variable, problem, todo } of loading.warnings) {
      self.errorOut(`${redact(`Warning: ${variable} ${problem} → ${todo}`)}\n`);
    }
    return exitCode.done;
  }
  self.errorOut(`\n${redact(describeErrors(loading.errors))}\n`);
  return exitCode.usage;
}
