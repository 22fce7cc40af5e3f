import type { Command, CommandName, CommandRow } from './commands/command-table.js';
import { startCommandLine } from './commands/start-command-line.js';

/*
 * The entry point of `tillbox` on a device, of which `deploy/make-device-tree.mjs` makes one bundle: the imports are written out for the
 * bundler, and the simulator is not part of it. Commands are loaded when used.
 */
const COMMANDS: Readonly<Record<CommandName, (() => Promise<unknown>) | 'absent'>> = {
  run: async () => (await import('./commands/run.js')).run,
  sim: 'absent',
  'acquirer-sim': 'absent',
  check: async () => (await import('./commands/check.js')).check,
  queue: async () => (await import('./commands/queue.js')).queue,
  rest: async () => (await import('./commands/rest.js')).rest,
  replay: async () => (await import('./commands/replay.js')).replay,
  keys: async () => (await import('./commands/keys.js')).keys,
  config: async () => (await import('./commands/config.js')).config,
};

startCommandLine(load);

async function load({ name }: CommandRow): Promise<Command | 'absent'> {
  const command = COMMANDS[name];
  return command === 'absent' ? command : ((await command()) as Command);
}
