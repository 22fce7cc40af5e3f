import { configFiles } from '../../drivers/linux/config-files.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { replayFile } from '../incident/replay-file.js';
import type { ExitCode } from '../log/exit-code.js';
import type { CommandInput } from './command-table.js';

/** `tillbox replay FILE`: plays an incident again; 70 where a decision fails, 0 where none does. */
export function replay({ positionals: [path = ''] }: CommandInput<'replay'>, self: CommandProcess): ExitCode {
  return replayFile(path, configFiles.read, self);
}
