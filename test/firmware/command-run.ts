import assert from 'node:assert/strict';
import {
  type Command,
  type CommandInput,
  type CommandName,
  commandTable,
} from '../../firmware/commands/command-table.js';
import { parseCommand } from '../../firmware/commands/parse-command.js';

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly errorOut: string;
}

/** What a command gets of these arguments, which are right. */
export function commandInput<N extends CommandName>(name: N, args: readonly string[]): CommandInput<N> {
  const row = commandTable.find((candidate) => candidate.name === name) ?? assert.fail(name);
  const parsed = parseCommand(row, args);
  assert.ok(!('problem' in parsed), JSON.stringify(parsed));
  assert.ok('values' in parsed.options, JSON.stringify(parsed.options));
  return { options: parsed.options.values, positionals: parsed.positionals } as CommandInput<N>;
}

/** Runs a command of the CLI in this process. */
export async function runCommand<N extends CommandName>(
  name: N,
  command: Command<N>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandRun> {
  let out = '';
  let errorOut = '';
  const code = await command(commandInput(name, args), {
    args: [],
    env,
    out: (text) => {
      out += text;
    },
    errorOut: (text) => {
      errorOut += text;
    },
    exit: () => assert.fail('a command answers its exit code'),
    onStop: () => undefined,
    onIgnored: () => undefined,
    onCrash: () => undefined,
  });
  return { code, out, errorOut };
}
