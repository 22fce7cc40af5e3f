import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyDirectory } from '../../../drivers/linux/key-directory.js';
import { config } from '../../../firmware/commands/config.js';
import { keys } from '../../../firmware/commands/keys.js';
import { queue } from '../../../firmware/commands/queue.js';
import { replay } from '../../../firmware/commands/replay.js';
import { type CommandRun, runCommand } from '../../firmware/command-run.js';

describe('paths that cannot be used', () => {
  let directory: string;
  const at = (name: string): string => join(directory, name);

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillbox-paths-'));
    mkdirSync(at('directory'));
    writeFileSync(at('file'), 'x');
    writeFileSync(at('big'), Buffer.alloc(1_048_577));
  });
  after(() => rmSync(directory, { recursive: true }));

  const missing = /no such file or directory \(ENOENT\)/;
  const isDirectory = /this is a directory, not a file \(EISDIR\)/;
  const underFile = /a part of this path is a file, not a directory \(ENOTDIR\)/;
  type Run = (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<CommandRun>;
  const runKeys: Run = (args, env) => runCommand('keys', keys, args, env);
  const runReplay: Run = (args, env) => runCommand('replay', replay, args, env);
  const runQueue: Run = (args, env) => runCommand('queue', queue, args, env);
  const runConfig: Run = (args, env) => runCommand('config', config, args, env);
  const cases: readonly [name: string, run: Run, args: readonly string[], env: object, told: RegExp][] = [
    [
      'keys new, missing',
      runKeys,
      ['new', '--dir', '@missing'],
      {},
      /missing is not there; make it first \(mkdir -p \S+missing\)/,
    ],
    ['keys new, a file', runKeys, ['new', '--dir', '@file'], {}, underFile],
    ['keys new, no place for files', runKeys, ['new', '--dir', '/proc'], {}, missing],
    ['keys show, missing', runKeys, ['show', '--dir', '@missing'], {}, missing],
    ['replay, missing', runReplay, ['@missing'], {}, missing],
    ['replay, a directory', runReplay, ['@directory'], {}, isDirectory],
    ['replay, under a file', runReplay, ['@file/x'], {}, underFile],
    ['replay, too big', runReplay, ['@big'], {}, /is larger than 1 MiB/],
    ['queue, missing', runQueue, ['list', '--data-dir', '@missing'], {}, missing],
    ['queue, a file', runQueue, ['list', '--data-dir', '@file'], {}, underFile],
    ['CONFIG_FILE, a directory', runConfig, [], { CONFIG_FILE: '@directory' }, isDirectory],
    ['CONFIG_FILE, under a file', runConfig, [], { CONFIG_FILE: '@file/x' }, underFile],
    ['a key file, a directory', runConfig, [], { ALIPAY_PRIVATE_KEY_FILE: '@directory' }, isDirectory],
    ['CATALOG_FILE, missing', runConfig, [], { CATALOG_FILE: '@missing', SALE_MODE: 'selection' }, missing],
  ];
  for (const [name, run, args, env, told] of cases) {
    it(`are named, with what is wrong: ${name}`, async () => {
      const real = (text: string): string => text.replace(/^@/, `${directory}/`);
      const variables = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, real(String(value))]));
      const { code, errorOut } = await run(args.map(real), variables);
      assert.ok(code === 64 || code === 69 || code === 74, String(code));
      assert.match(errorOut, told);
      assert.match(errorOut, /\/\S+(?:: | is larger)/, 'the path is named');
      assert.doesNotMatch(errorOut, /E[A-Z]{4,}: |, (?:open|read|stat|mkdir) '/, 'no bare words of the system');
    });
  }

  it('are named by the directory of simulated keys', () => {
    assert.throws(() => createKeyDirectory(at('missing/deep')), /missing is not there; make it first/);
    assert.throws(() => createKeyDirectory(at('file')).read('x'), underFile);
    assert.equal(existsSync(at('missing')), false);
  });
});
