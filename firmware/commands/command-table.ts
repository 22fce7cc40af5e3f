import type { CommandProcess } from '../../drivers/linux/process.js';

/** Takes what was typed after its name, and returns the exit code. `N` is its name in the table. */
export type Command<N extends CommandName = CommandName> = (
  input: CommandInput<N>,
  self: CommandProcess,
) => number | Promise<number>;

/** What was typed after a command's name. */
export interface CommandInput<N extends CommandName = CommandName> {
  readonly options: OptionValues<RowOf<N>['options']>;
  /** Arguments without a dash. */
  readonly positionals: readonly string[];
}

/** The value of an option by its kind; undefined where it was not given. */
export interface OptionValue {
  readonly flag: boolean;
  readonly text: string | undefined;
  /** Not empty. */
  readonly directory: string | undefined;
  /** 0 to 65535. */
  readonly port: number | undefined;
  readonly wholeNumber: number | undefined;
}

export interface CommandOption {
  readonly kind: keyof OptionValue;
  /** What its value is called in the help. A flag has none. */
  readonly value?: string;
  readonly meaning: string;
}

interface Row<N extends string> {
  readonly name: N;
  /** What follows the name, for the help. */
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** How many arguments without a dash have to follow. */
  readonly positionals: { readonly least: number; readonly most: number };
}

export type CommandRow = Row<CommandName>;

const NO_POSITIONALS = { least: 0, most: 0 } as const;

const flag = (meaning: string) => ({ kind: 'flag', meaning }) as const;
const option = <K extends CommandOption['kind']>(kind: K, value: string, meaning: string) =>
  ({ kind, value, meaning }) as const;

const ROWS = [
  {
    name: 'run',
    usage: '',
    summary: 'runs the terminal with the devices and the acquirer that the configuration names',
    options: {},
    positionals: NO_POSITIONALS,
  },
  {
    name: 'sim',
    usage: '[--port N] [--seed N] | --replay FILE',
    summary: 'runs the terminal on simulated hardware with a simulated acquirer, and a console to play with it',
    options: {
      port: option('port', 'N', 'port of the local API, 8080 where nothing is said; 0 for any free one'),
      seed: option('wholeNumber', 'N', 'the same chance and date each time'),
      replay: option('text', 'FILE', 'plays an incident file again instead, as tillbox replay does'),
    },
    positionals: NO_POSITIONALS,
  },
  {
    name: 'acquirer-sim',
    usage: '[--port N] [--keys DIR] [--client-id ID]',
    summary: 'runs the simulated acquirer as an HTTP server with real signatures',
    options: {
      port: option('port', 'N', '8490 where nothing is said; 0 for any free one'),
      keys: option(
        'directory',
        'DIR',
        'where the key files are, or are made; ./acquirer-sim-keys where nothing is said',
      ),
      'client-id': option('text', 'ID', "the terminal's client id, SIM_CLIENT where nothing is said"),
    },
    positionals: NO_POSITIONALS,
  },
  {
    name: 'check',
    usage: '[--print] [--by-hand | --json]',
    summary:
      'tests configuration, keys, clock, devices and acquirer; by hand also lamps, keys and whatever else needs a person',
    options: {
      print: flag('also prints a test receipt'),
      'by-hand': flag('also asks a person at this terminal about lamps, buzzer, door, keys, scanner and goods'),
      json: flag('for programs'),
    },
    positionals: NO_POSITIONALS,
  },
  {
    name: 'queue',
    usage:
      'list [--all]|show ID|retry ID|settle ID --by NAME --note TEXT [--outcome paid]|export [--data-dir DIR] [--json] | accept-new-card --by NAME --note TEXT',
    summary: 'shows and works on the cancel queue, of the running terminal or as the card holds it',
    options: {
      all: flag('also what is finished'),
      by: option(
        'text',
        'NAME',
        'who settled it outside the terminal, or accepts a card though the terminal knew another',
      ),
      note: option('text', 'TEXT', 'how, or why'),
      outcome: option('text', 'paid', 'the payment stands; without it the money went back, or never was taken'),
      'data-dir': option('directory', 'DIR', 'reads the card mounted there, and asks no terminal'),
      json: flag('for programs'),
    },
    positionals: { least: 1, most: 2 },
  },
  {
    name: 'rest',
    usage: '',
    summary: 'opens relays and switches lamps and buzzer off where no terminal runs, after one that was killed',
    options: {},
    positionals: NO_POSITIONALS,
  },
  {
    name: 'replay',
    usage: 'FILE',
    summary: 'plays an incident file again, decision by decision; nothing is sent or moved',
    options: {},
    positionals: { least: 1, most: 1 },
  },
  {
    name: 'keys',
    usage: 'new|show [--dir DIR]',
    summary: 'makes our RSA pair; shows the public key to upload',
    options: { dir: option('text', 'DIR', 'where the key files are, or are made; new: here where nothing is said') },
    positionals: { least: 1, most: 1 },
  },
  {
    name: 'config',
    usage: '[--markdown]',
    summary: 'shows the effective configuration with secrets masked, or the reference of all variables',
    options: { markdown: flag('the reference of all variables, as in the README') },
    positionals: NO_POSITIONALS,
  },
] as const satisfies readonly Row<string>[];

/** Every command of `tillbox`. `sim` and `acquirer-sim` are not part of an image that leaves `hw-sim` out. */
export const commandTable: readonly CommandRow[] = ROWS;

export type CommandName = (typeof ROWS)[number]['name'];

type RowOf<N extends CommandName> = Extract<(typeof ROWS)[number], { readonly name: N }>;

type OptionValues<O> = {
  readonly [K in keyof O]: O[K] extends { readonly kind: infer V extends keyof OptionValue } ? OptionValue[V] : never;
};
