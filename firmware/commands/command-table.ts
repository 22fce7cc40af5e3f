import type { ParseArgsConfig } from 'node:util';
import type { CommandProcess } from '../../drivers/linux/process.js';

/** A command's work: gets what follows its name, with options known to be right, and answers the exit code. */
export type Command = (args: readonly string[], self: CommandProcess) => number | Promise<number>;

export interface CommandRow {
  readonly name: string;
  /** What follows the name, for the help. */
  readonly usage: string;
  readonly summary: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many words without a dash may follow. */
  readonly words: { readonly least: number; readonly most: number };
  /** Module, relative to the directory of this file, and its function. Loaded only when the command is used. */
  readonly module: string;
  readonly entry: string;
}

const none = { least: 0, most: 0 } as const;

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
    options: { port: { type: 'string' }, seed: { type: 'string' }, replay: { type: 'string' } },
    words: none,
    module: '../../hw-sim/sim.js',
    entry: 'runSim',
  },
  {
    name: 'acquirer-sim',
    usage: '[--port N] [--keys DIR] [--client-id ID]',
    summary: 'runs the simulated acquirer as an HTTP server with real signatures',
    options: { port: { type: 'string' }, keys: { type: 'string' }, 'client-id': { type: 'string' } },
    words: none,
    module: '../../hw-sim/acquirer-sim.js',
    entry: 'runAcquirerSim',
  },
  {
    name: 'check',
    usage: '[--print] [--by-hand | --json]',
    summary:
      'tests configuration, keys, clock, devices and acquirer; by hand also lamps, keys and whatever else needs a person',
    options: { print: { type: 'boolean' }, 'by-hand': { type: 'boolean' }, json: { type: 'boolean' } },
    words: none,
    module: './check.js',
    entry: 'check',
  },
  {
    name: 'queue',
    usage:
      'list [--all]|show ID|retry ID|settle ID --by NAME --note TEXT [--outcome paid]|export [--data-dir DIR] [--json]',
    summary: 'shows and works on the cancel queue, of the running terminal or as the card holds it',
    options: {
      all: { type: 'boolean' },
      by: { type: 'string' },
      note: { type: 'string' },
      outcome: { type: 'string' },
      'data-dir': { type: 'string' },
      json: { type: 'boolean' },
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
    options: { dir: { type: 'string' } },
    words: { least: 1, most: 1 },
    module: './keys.js',
    entry: 'keys',
  },
  {
    name: 'config',
    usage: '[--markdown]',
    summary: 'shows the effective configuration with secrets masked, or the reference of all variables',
    options: { markdown: { type: 'boolean' } },
    words: none,
    module: './config.js',
    entry: 'config',
  },
];
