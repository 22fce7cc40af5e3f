import type { CommandProcess } from '../../drivers/linux/process.js';

/** A command's work: gets what follows its name, with options known to be right, and answers the exit code. */
export type Command = (args: readonly string[], self: CommandProcess) => number | Promise<number>;

/** An option of a command: how it is read, and what the help says of it. */
export interface CommandOption {
  readonly type: 'boolean' | 'string';
  /** What its value is called in the help. */
  readonly value?: string;
  readonly meaning: string;
}

export interface CommandRow {
  readonly name: string;
  /** What follows the name, for the help. */
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** How many words without a dash may follow. */
  readonly words: { readonly least: number; readonly most: number };
  /** Module, relative to the directory of this file, and its function. Loaded only when the command is used. */
  readonly module: string;
  readonly entry: string;
}

const none = { least: 0, most: 0 } as const;

const flag = (meaning: string): CommandOption => ({ type: 'boolean', meaning });
const taking = (value: string, meaning: string): CommandOption => ({ type: 'string', value, meaning });

/** Every command of `tillbox`. `sim` and `acquirer-sim` are not part of an image that leaves `hw-sim` out. */
export const commandTable: readonly CommandRow[] = [
  {
    name: 'run',
    usage: '',
    summary: 'runs the terminal with the devices and the acquirer that the configuration names',
    options: {},
    words: none,
    module: './run.js',
    entry: 'run',
  },
  {
    name: 'sim',
    usage: '[--port N] [--seed N] | --replay FILE',
    summary: 'runs the terminal on simulated hardware with a simulated acquirer, and a console to play with it',
    options: {
      port: taking('N', 'port of the local API, 8080 where nothing is said; 0 for any free one'),
      seed: taking('N', 'the same chance and date each time'),
      replay: taking('FILE', 'plays an incident file again instead, as tillbox replay does'),
    },
    words: none,
    module: '../../hw-sim/sim.js',
    entry: 'runSim',
  },
  {
    name: 'acquirer-sim',
    usage: '[--port N] [--keys DIR] [--client-id ID]',
    summary: 'runs the simulated acquirer as an HTTP server with real signatures',
    options: {
      port: taking('N', '8490 where nothing is said; 0 for any free one'),
      keys: taking('DIR', 'where the key files are, or are made; ./acquirer-sim-keys where nothing is said'),
      'client-id': taking('ID', "the terminal's client id, SIM_CLIENT where nothing is said"),
    },
    words: none,
    module: '../../hw-sim/acquirer-sim.js',
    entry: 'runAcquirerSim',
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
    words: none,
    module: './check.js',
    entry: 'check',
  },
  {
    name: 'queue',
    usage:
      'list [--all]|show ID|retry ID|settle ID --by NAME --note TEXT [--outcome paid]|export [--data-dir DIR] [--json] | accept-new-card --by NAME --note TEXT',
    summary: 'shows and works on the cancel queue, of the running terminal or as the card holds it',
    options: {
      all: flag('also what is finished'),
      by: taking('NAME', 'who settled it outside the terminal, or accepts a card though the terminal knew another'),
      note: taking('TEXT', 'how, or why'),
      outcome: taking('paid', 'the payment stands; without it the money went back, or never was taken'),
      'data-dir': taking('DIR', 'reads the card mounted there, and asks no terminal'),
      json: flag('for programs'),
    },
    words: { least: 1, most: 2 },
    module: './queue.js',
    entry: 'queue',
  },
  {
    name: 'replay',
    usage: 'FILE',
    summary: 'plays an incident file again, decision by decision; nothing is sent or moved',
    options: {},
    words: { least: 1, most: 1 },
    module: './replay.js',
    entry: 'replay',
  },
  {
    name: 'keys',
    usage: 'new|show [--dir DIR]',
    summary: 'makes our RSA pair; shows the public key to upload',
    options: { dir: taking('DIR', 'where the key files are, or are made; new: here where nothing is said') },
    words: { least: 1, most: 1 },
    module: './keys.js',
    entry: 'keys',
  },
  {
    name: 'config',
    usage: '[--markdown]',
    summary: 'shows the effective configuration with secrets masked, or the reference of all variables',
    options: { markdown: flag('the reference of all variables, as in the README') },
    words: none,
    module: './config.js',
    entry: 'config',
  },
];
