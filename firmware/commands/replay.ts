import { configFiles } from '../../drivers/linux/config-files.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import type { ExitCode } from '../exit-code.js';
import { replayFile } from '../replay-file.js';

/** `tillbox replay FILE`: plays an incident again; 70 where a decision fails, 0 where none does. */
export function replay([path = '']: readonly string[], self: CommandProcess): ExitCode {
  return replayFile(path, configFiles.read, self);
}
