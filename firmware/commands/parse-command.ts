import { parseArgs } from 'node:util';
import type { CommandInput, CommandOption, CommandRow } from './command-table.js';

/** What follows a command's name; the `problem` names an option that is unknown or lacks its value. */
export type ParsedCommand =
  | { readonly problem: string }
  | {
      readonly help: boolean;
      readonly version: boolean;
      readonly positionals: readonly string[];
      /** A `problem` where a value is not of its option's kind. */
      readonly options: { readonly values: CommandInput['options'] } | { readonly problem: string };
    };

/** Parses what follows a command's name by the command's row. `--help` and `--version` go with every command. */
export function parseCommand(row: CommandRow, args: readonly string[]): ParsedCommand {
  const types = Object.entries(row.options).map(([name, { kind }]) => [name, typeOf(kind)] as const);
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } },
      allowPositionals: true,
    });
    return {
      help: values.help === true,
      version: values.version === true,
      positionals,
      options: readValues(row, values),
    };
  } catch (error) {
    /* The first sentence names the option; the others explain how to pass arguments that begin with a dash. */
    const message = error instanceof Error ? error.message : 'cannot be understood';
    return { problem: message.split('. ')[0]?.split('\n')[0] ?? message };
  }
}

const typeOf = (kind: CommandOption['kind']) => ({ type: kind === 'flag' ? 'boolean' : 'string' }) as const;

function readValues(
  { options }: CommandRow,
  given: Readonly<Record<string, string | boolean | undefined>>,
): { readonly values: CommandInput['options'] } | { readonly problem: string } {
  const values: Record<string, string | number | boolean | undefined> = {};
  for (const [name, { kind }] of Object.entries(options)) {
    const text = given[name];
    if (kind === 'flag') values[name] = text === true;
    else if (typeof text === 'string') {
      const why = whyNot(kind, text);
      if (why !== undefined) return { problem: `--${name} ${why}` };
      values[name] = kind === 'port' || kind === 'wholeNumber' ? Number(text) : text;
    }
  }
  /* Each is of its option's kind; the compiler cannot follow that. */
  return { values: values as CommandInput['options'] };
}

function whyNot(kind: Exclude<CommandOption['kind'], 'flag'>, text: string): string | undefined {
  switch (kind) {
    case 'text':
      return undefined;
    case 'directory':
      return text === '' ? 'needs a directory' : undefined;
    case 'port':
      if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return undefined;
      return `must be 0 to 65535, not ${JSON.stringify(text)}`;
    case 'wholeNumber':
      return /^\d{1,15}$/.test(text) ? undefined : `must be a whole number, not ${JSON.stringify(text)}`;
  }
}
