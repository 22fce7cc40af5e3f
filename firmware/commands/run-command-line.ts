import type { CommandProcess } from '../../drivers/linux/process.js';
import { exitCode } from '../log/exit-code.js';
import { quoted } from '../log/plain-text.js';
import type { Redact } from '../log/redact.js';
import type { Command, CommandRow } from './command-table.js';
import { parseCommand } from './parse-command.js';

export interface CommandLineParts {
  readonly self: CommandProcess;
  readonly table: readonly CommandRow[];
  readonly version: string;
  readonly redact: Redact;
  /** Loads the command of a row; `absent` where this installation does not have it. */
  load(row: CommandRow): Promise<Command | 'absent'>;
}

/** Runs the command that the command line names and returns the exit code. Never rejects. */
export async function runCommandLine(parts: CommandLineParts): Promise<number> {
  const { self, table, version } = parts;
  const [name, ...rest] = self.args;
  const wrong = (problem: string): number => {
    self.errorOut(`tillbox: ${problem}\nTry: tillbox --help\n`);
    return exitCode.usage;
  };

  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    (name === undefined ? self.errorOut : self.out)(overview(table));
    return name === undefined ? exitCode.usage : exitCode.done;
  }
  if (name === '--version' || name === '-v') {
    self.out(`${version}\n`);
    return exitCode.done;
  }
  const row = table.find((candidate) => candidate.name === name);
  if (!row) return wrong(`${name.startsWith('-') ? 'unknown option' : 'unknown command'} ${quoted(name)}`);

  const parsed = parseCommand(row, rest);
  if ('problem' in parsed) return wrong(`${row.name}: ${parsed.problem}`);
  if (parsed.help) {
    self.out(explanation(row));
    return exitCode.done;
  }
  if (parsed.version) {
    self.out(`${version}\n`);
    return exitCode.done;
  }
  const { least, most } = row.positionals;
  const count = parsed.positionals.length;
  if (count < least || count > most) {
    return wrong(`${row.name}: ${count < least ? 'something is missing' : 'too many words'}; usage: ${usageOf(row)}`);
  }

  try {
    const command = await parts.load(row);
    if (command === 'absent') {
      self.errorOut(`tillbox: ${row.name} is not part of this installation\n`);
      return exitCode.unavailable;
    }
    if ('problem' in parsed.options) {
      self.errorOut(`tillbox ${row.name}: ${parsed.options.problem}\n`);
      return exitCode.usage;
    }
    return await command({ options: parsed.options.values, positionals: parsed.positionals }, self);
  } catch (error) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    self.errorOut(`${parts.redact(`tillbox ${row.name}: ${trace}`)}\n`);
    return exitCode.bug;
  }
}

function overview(table: readonly CommandRow[]): string {
  const width = Math.max(...table.map(({ name }) => name.length));
  return [
    'tillbox COMMAND [OPTIONS]',
    '',
    ...table.map(
      ({ name, usage, summary }) =>
        `  ${name.padEnd(width)}  ${summary}${usage ? `\n  ${''.padEnd(width)}    ${usage}` : ''}`,
    ),
    '',
    '--help and --version go with every command. The configuration is in environment variables: tillbox config --markdown',
    '',
  ].join('\n');
}

function explanation(row: CommandRow): string {
  const options = Object.entries(row.options).map(([name, { value, meaning }]): readonly [string, string] => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    meaning,
  ]);
  const width = Math.max(...options.map(([typed]) => typed.length));
  const lines = options.map(([typed, meaning]) => `  ${typed.padEnd(width)}  ${meaning}\n`);
  return [`${usageOf(row)}\n  ${row.summary}\n`, ...(lines.length > 0 ? ['\n', ...lines] : [])].join('');
}

const usageOf = ({ name, usage }: CommandRow): string => `tillbox ${name} ${usage}`.trimEnd();
