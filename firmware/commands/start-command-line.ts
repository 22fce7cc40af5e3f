import { packageVersion } from '../../drivers/linux/package-version.js';
import { createProcess } from '../../drivers/linux/process.js';
import { createRedact } from '../log/redact.js';
import { commandTable } from './command-table.js';
import { type CommandLineParts, runCommandLine } from './run-command-line.js';

/** Runs the command that this process was started with, and ends the process with its exit code. */
export function startCommandLine(load: CommandLineParts['load']): void {
  const self = createProcess();
  const parts = { self, table: commandTable, version: packageVersion(), redact: createRedact(), load };
  void runCommandLine(parts).then(self.exit);
}
