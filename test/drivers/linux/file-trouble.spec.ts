import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeyDirectory } from '../../../drivers/linux/key-directory.js';
import type { CommandProcess } from '../../../drivers/linux/process.js';
import { config } from '../../../firmware/commands/config.js';
import { keys } from '../../../firmware/commands/keys.js';
import { queue } from '../../../firmware/commands/queue.js';
import { replay } from '../../../firmware/commands/replay.js';
import { runCommand } from '../../firmware/command-run.js';

type Command = (args: readonly string[], self: CommandProcess) => number | Promise<number>;

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
  const cases: readonly [name: string, command: Command, args: readonly string[], env: object, told: RegExp][] = [
    [
      'keys new, missing',
      keys,
      ['new', '--dir', '@missing'],
      {},
      /missing is not there; make it first \(mkdir -p \S+missing\)/,
    ],
    ['keys new, a file', keys, ['new', '--dir', '@file'], {}, underFile],
    ['keys new, no place for files', keys, ['new', '--dir', '/proc'], {}, missing],
    ['keys show, missing', keys, ['show', '--dir', '@missing'], {}, missing],
    ['replay, missing', replay, ['@missing'], {}, missing],
    ['replay, a directory', replay, ['@directory'], {}, isDirectory],
    ['replay, under a file', replay, ['@file/x'], {}, underFile],
    ['replay, too big', replay, ['@big'], {}, /is larger than 1 MiB/],
    ['queue, missing', queue, ['list', '--data-dir', '@missing'], {}, missing],
    ['queue, a file', queue, ['list', '--data-dir', '@file'], {}, underFile],
    ['CONFIG_FILE, a directory', config, [], { CONFIG_FILE: '@directory' }, isDirectory],
    ['CONFIG_FILE, under a file', config, [], { CONFIG_FILE: '@file/x' }, underFile],
    ['a key file, a directory', config, [], { ALIPAY_PRIVATE_KEY_FILE: '@directory' }, isDirectory],
    ['CATALOG_FILE, missing', config, [], { CATALOG_FILE: '@missing', SALE_MODE: 'selection' }, missing],
  ];
  for (const [name, command, args, env, told] of cases) {
    it(`are named, with what is wrong: ${name}`, async () => {
      const real = (text: string): string => text.replace(/^@/, `${directory}/`);
      const variables = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, real(String(value))]));
      const { code, errorOut } = await runCommand(command, args.map(real), variables);
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
