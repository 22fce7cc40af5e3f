#!/usr/bin/env node
import type { Command, CommandName, CommandRow } from './commands/command-table.js';
import { startCommandLine } from './commands/start-command-line.js';

/* The entry point of `tillbox`. Commands are loaded when used, so that `--help` is quick and an installation may lack some. */
const MODULES: Readonly<Record<CommandName, { readonly module: string; readonly entry: string }>> = {
  run: { module: './commands/run.js', entry: 'run' },
  sim: { module: '../hw-sim/sim.js', entry: 'runSim' },
  'acquirer-sim': { module: '../hw-sim/acquirer-sim.js', entry: 'runAcquirerSim' },
  check: { module: './commands/check.js', entry: 'check' },
  queue: { module: './commands/queue.js', entry: 'queue' },
  rest: { module: './commands/rest.js', entry: 'rest' },
  replay: { module: './commands/replay.js', entry: 'replay' },
  keys: { module: './commands/keys.js', entry: 'keys' },
  config: { module: './commands/config.js', entry: 'config' },
};

startCommandLine(load);

async function load({ name }: CommandRow): Promise<Command | 'absent'> {
  const { module, entry } = MODULES[name];
  const url = new URL(module, import.meta.url);
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = await import(url.href);
  } catch (error) {
    if (isMissing(error, url)) return 'absent';
    throw error;
  }
  const command = loaded[entry];
  if (typeof command !== 'function') throw new Error(`${module} has no ${entry}`);
  return command as Command;
}

/** Whether it is this module that is not there, rather than one that it needs. */
function isMissing(error: unknown, url: URL): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return false;
  return 'url' in error ? error.url === url.href : error.message.includes(url.pathname);
}
