import type { Host } from '../../drivers/host.js';
import { configFiles } from '../../drivers/linux/config-files.js';
import { dataDirHolder } from '../../drivers/linux/data-dir-holder.js';
import { fileAccess } from '../../drivers/linux/file-access.js';
import { createLineConsole } from '../../drivers/linux/line-console.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { roomIn } from '../../drivers/linux/room-in.js';
import { findUpdateLock } from '../../drivers/linux/update-lock.js';
import { present } from '../../flows/present.js';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load-config.js';
import { readSettings } from '../config/read-settings.js';
import { type ExitCode, exitCode } from '../log/exit-code.js';
import { createRedact } from '../log/redact.js';
import { boardHost } from './board-host.js';
import type { Person, PersonEvents } from './check/by-hand/session.js';
import { checkConfiguration } from './check/check-configuration.js';
import type { CheckRow } from './check/check-row.js';
import { checkSecretFiles } from './check/check-secret-files.js';
import { runChecks } from './check/run-checks.js';
import type { CommandInput } from './command-table.js';
import { storageFlash, storageMarks } from './storage-flash.js';

/**
 * `tillbox check [--print] [--by-hand | --json]`: tests everything the configuration names; 0 where nothing failed, with or
 * without warnings. It asks questions only with `--by-hand`.
 *
 * @param hostOf the board, or one with simulated devices
 */
export async function check(
  { options }: CommandInput<'check'>,
  self: CommandProcess,
  hostOf: (config: Config) => Host = (config) => boardHost(config),
): Promise<ExitCode> {
  const { json, print } = options;
  const person = options['by-hand'] ? openPerson(self, json) : undefined;
  if (typeof person === 'string') {
    self.errorOut(`tillbox check: ${person}\n`);
    return exitCode.usage;
  }
  const out = person?.say ?? self.out;
  const redact = createRedact();
  const rows: CheckRow[] = [];
  const found = (row: CheckRow): void => {
    rows.push(row);
    if (!json) out(`${redact(textOf(row))}\n`);
  };
  const end = (code: ExitCode): ExitCode => {
    const failed = rows.filter(({ outcome }) => outcome === 'FAIL').length;
    const warned = rows.filter(({ outcome }) => outcome === 'WARN').length;
    person?.close();
    if (json) self.out(`${redact(JSON.stringify({ failed, warned, rows }, undefined, 2))}\n`);
    else self.out(`${summary(failed, warned, rows)}\n`);
    return failed === 0 ? exitCode.done : code;
  };

  const loading = loadConfig(self.env, configFiles.read);
  if ('secrets' in loading) for (const secret of loading.secrets) redact.addSecret(secret);
  checkConfiguration(loading).forEach(found);
  if ('errors' in loading) return end(exitCode.usage);
  found(checkSecretFiles(readSettings(self.env, configFiles.read).list, fileAccess));
  const { config } = loading;
  await runChecks({
    host: { ...hostOf(config), ...present({ updateLock: findUpdateLock(config.updates) }) },
    config,
    cardReader: storageFlash(config.storage, 'readOnly'),
    cardMarks: storageMarks(config.storage),
    holder: () => new Promise((resolve) => dataDirHolder(config.storage.dataDir, resolve)),
    room: () => new Promise((resolve) => roomIn(config.storage.dataDir, resolve)),
    print,
    found,
    ...present({ person: person && { ...person, say: (text: string) => person.say(redact(text)) } }),
  });
  const card = rows.some(
    ({ item, outcome }) => outcome === 'FAIL' && (item === 'journal' || item === 'data directory'),
  );
  return end(card ? exitCode.flash : exitCode.unavailable);
}

interface ConsolePerson extends Person {
  close(): void;
}

/** The person at this terminal, or why there is none. What is typed before the first question is dropped. */
function openPerson(self: CommandProcess, json: boolean): ConsolePerson | string {
  if (json) return '--by-hand asks questions, which --json cannot show: use one of them';
  const terminal = createLineConsole('> ', self.out);
  if (!terminal.isTerminal)
    return '--by-hand needs a person at a terminal (ssh -t; docker exec -it); without it nothing is asked';
  let events: PersonEvents | undefined;
  let left = false;
  const leave = (): void => {
    left = true;
    events?.left();
  };
  self.onStop(leave);
  terminal.open({ line: (text) => events?.typed(text), ended: leave, interrupted: leave, complete: () => [] });
  return {
    say: terminal.print,
    close: terminal.close,
    listen(to) {
      events = to;
      if (left) to.left();
    },
  };
}

function summary(failed: number, warned: number, rows: readonly CheckRow[]): string {
  const failures = failed === 0 ? 'Nothing failed.' : `${failed} failed: ${failedItems(rows)}.`;
  return warned === 0 ? failures : `${failures} ${warned === 1 ? 'One warning' : `${warned} warnings`}.`;
}

const failedItems = (rows: readonly CheckRow[]): string =>
  [...new Set(rows.flatMap(({ item, outcome }) => (outcome === 'FAIL' ? [item] : [])))].join(', ');

function textOf({ item, outcome, found, todo }: CheckRow): string {
  const line = `${outcome}  ${item.padEnd(17)} ${found}`;
  return todo === undefined ? line : `${line}\n${' '.repeat(24)}→ ${todo}`;
}
