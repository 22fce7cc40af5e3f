import { configFiles } from '../../drivers/linux/config-files.js';
import { dataDirHolder } from '../../drivers/linux/data-dir-holder.js';
import { createLinuxFlash } from '../../drivers/linux/flash.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { checkConfiguration } from '../check/check-configuration.js';
import type { CheckRow } from '../check/check-row.js';
import { runChecks } from '../check/run-checks.js';
import { loadConfig } from '../config/load-config.js';
import { type ExitCode, exitCode } from '../exit-code.js';
import { createRedact } from '../log/redact.js';
import { journalPartitions } from '../open-book.js';
import { boardHost } from './board-host.js';

/** `tillbox check [--print] [--json]`: tests everything the configuration names; 0 where nothing failed. */
export async function check(args: readonly string[], self: CommandProcess): Promise<ExitCode> {
  const json = args.includes('--json');
  const redact = createRedact();
  const rows: CheckRow[] = [];
  const found = (row: CheckRow): void => {
    rows.push(row);
    if (!json) self.out(`${redact(textOf(row))}\n`);
  };
  const end = (code: ExitCode): ExitCode => {
    const failed = rows.filter(({ outcome }) => outcome === 'FAIL').length;
    if (json) self.out(`${redact(JSON.stringify({ failed, rows }, undefined, 2))}\n`);
    else self.out(failed === 0 ? 'Nothing failed.\n' : `${failed} failed.\n`);
    return failed === 0 ? exitCode.done : code;
  };

  const loading = loadConfig(self.env, configFiles.read);
  if ('secrets' in loading) for (const secret of loading.secrets) redact.addSecret(secret);
  checkConfiguration(loading).forEach(found);
  if ('errors' in loading) return end(exitCode.usage);
  const { config } = loading;
  const { dataDir } = config.storage;
  await runChecks({
    host: boardHost(config),
    config,
    cardReader: createLinuxFlash({
      dataDir,
      partitions: journalPartitions(config.storage.journalPartitions),
      access: 'readOnly',
    }),
    holder: () => new Promise((resolve) => dataDirHolder(dataDir, resolve)),
    print: args.includes('--print'),
    found,
  });
  const card = rows.some(
    ({ item, outcome }) => outcome === 'FAIL' && (item === 'journal' || item === 'data directory'),
  );
  return end(card ? exitCode.flash : exitCode.unavailable);
}

function textOf({ item, outcome, found, todo }: CheckRow): string {
  const line = `${outcome}  ${item.padEnd(17)} ${found}`;
  return todo === undefined ? line : `${line}\n${' '.repeat(24)}→ ${todo}`;
}
