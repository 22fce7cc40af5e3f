import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CANARIES } from './canaries.js';
import type { Canary } from './canary.js';

/*
 * Shows that the oracle works: runs builds of the firmware that break one money rule each, until the fuzzer finds a violation.
 * A canary that survives means that the fuzz does not prove that rule. CI runs it after the fuzz.
 *
 *   node dist/test/faults/run-canaries.js [NAME…]      without a name: all of them, for half an hour or longer
 */

const SALES_LIMIT = '15000';
const root = fileURLToPath(new URL('../../..', import.meta.url));

function tryCanary({ name, only, file, find, put }: Canary): boolean {
  const home = `${root}/dist/canary`;
  rmSync(home, { recursive: true, force: true });
  for (const folder of ['flows', 'firmware', 'drivers', 'hw-sim']) {
    cpSync(`${root}/dist/${folder}`, `${home}/${folder}`, { recursive: true });
  }
  const path = `${home}/${file}`;
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) throw new Error(`canary '${name}': its place is ${parts.length - 1} times in ${file}`);
  writeFileSync(path, parts.join(put));
  const started = process.hrtime.bigint();
  const run = spawnSync(
    process.execPath,
    [
      `${home}/hw-sim/fuzz.js`,
      ...['--sales', SALES_LIMIT, '--seed', '1', '--first'],
      ...(only === undefined ? [] : ['--only', only]),
    ],
    {
      encoding: 'utf8',
    },
  );
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const sales = /^(\d+) sales/m.exec(run.stdout)?.[1] ?? '?';
  const rule =
    /^ {2}(rule \d[^:]*|not ready[^:]*|flash forgot|an acknowledged agent token[^:]*|setup codes[^:]*|an update came[^:]*|a sale began while an update[^:]*|the update lock[^:]*|the process crashed)/m.exec(
      run.stdout,
    )?.[1];
  const caught = run.status === 1 && rule !== undefined;
  console.log(
    `${caught ? 'caught  ' : 'SURVIVED'} ${name}: ${sales} sales, ${seconds.toFixed(0)} s; ${rule ?? run.stderr.slice(0, 400)}`,
  );
  rmSync(home, { recursive: true, force: true });
  return caught;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !CANARIES.some((canary) => canary.name === name));
if (unknown.length > 0) {
  console.error(`no such canary: ${unknown.join(', ')}. The names:`);
  for (const { name } of CANARIES) console.error(`  ${name}`);
  process.exit(64);
}
const tried = wanted.length === 0 ? CANARIES : CANARIES.filter(({ name }) => wanted.includes(name));
console.log(`canaries to try: ${tried.length}`);
const caught = tried.filter(tryCanary).length;
console.log(`canaries: ${caught} passed, ${tried.length - caught} failed`);
process.exit(caught === tried.length ? 0 : 1);
