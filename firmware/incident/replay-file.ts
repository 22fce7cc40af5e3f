import { type ExitCode, exitCode } from '../log/exit-code.js';
import { messageOf } from '../log/plain-text.js';
import { replayIncident } from './replay-incident.js';

/**
 * Replays the incident in a file and returns the exit code: 70 where a decision fails, 0 where none does, 64 where the file is
 * no incident. `read` returns a file's text, or throws an Error that says why it cannot be read.
 */
export function replayFile(
  path: string,
  read: (path: string) => string,
  self: { out(text: string): void; errorOut(text: string): void },
): ExitCode {
  let text: string;
  try {
    text = read(path);
  } catch (error) {
    self.errorOut(`tillbox: ${messageOf(error)}\n`);
    return exitCode.usage;
  }
  const ended = replayIncident(text, (line) => self.out(`${line}\n`));
  switch (ended.kind) {
    case 'unreadable':
      self.errorOut(`tillbox: ${path} cannot be played: ${ended.why}\n`);
      return exitCode.usage;
    case 'noFailure':
      return exitCode.done;
    case 'failure':
      return exitCode.bug;
  }
}
