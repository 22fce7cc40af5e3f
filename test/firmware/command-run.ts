import assert from 'node:assert/strict';
import type { Command } from '../../firmware/commands/command-table.js';

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly errorOut: string;
}

/** Runs a command of the CLI in this process. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandRun> {
  let out = '';
  let errorOut = '';
  const code = await command(args, {
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
