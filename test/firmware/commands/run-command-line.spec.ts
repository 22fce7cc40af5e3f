import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, commandTable } from '../../../firmware/commands/command-table.js';
import { runCommandLine } from '../../../firmware/commands/run-command-line.js';
import { createRedact } from '../../../firmware/log/redact.js';

async function run(args: readonly string[], command: Command | 'absent' = () => 0) {
  let out = '';
  let errorOut = '';
  const loaded: string[] = [];
  const code = await runCommandLine({
    self: {
      args,
      env: {},
      out: (text) => {
        out += text;
      },
      errorOut: (text) => {
        errorOut += text;
      },
      exit: () => assert.fail('the caller exits'),
      onStop: () => undefined,
      onIgnored: () => undefined,
      onCrash: () => undefined,
    },
    table: commandTable,
    version: '1.2.3',
    redact: createRedact(),
    load: (row) => {
      loaded.push(row.name);
      return Promise.resolve(command);
    },
  });
  return { code, out, errorOut, loaded };
}

describe('runCommandLine', () => {
  for (const { name, usage, options } of commandTable) {
    it(`explains ${name} with each option and tells the version without loading it`, async () => {
      const help = await run([name, '--help']);
      assert.deepEqual([help.code, help.loaded, help.errorOut], [0, [], '']);
      assert.match(help.out, new RegExp(`^tillbox ${name}[ \\n]`));
      for (const option of Object.keys(options)) assert.match(help.out, new RegExp(`^  --${option}[ \\w]*  \\S`, 'm'));
      const version = await run([name, '--version']);
      assert.deepEqual([version.code, version.out, version.loaded], [0, '1.2.3\n', []]);
    });

    it(`takes the options that the usage of ${name} names, and no others`, () => {
      /* One that two words of a command take is named twice. */
      const named = [
        ...new Map(
          [...usage.matchAll(/--([a-z-]+)( [A-Za-z]+)?/g)].map(([, option, value]) => [option, value?.trim()]),
        ),
      ];
      const taken = Object.entries(options).map(([option, { value }]) => [option, value]);
      assert.deepEqual(named.sort(), taken.sort());
    });

    it(`refuses an unknown option of ${name}`, async () => {
      const { code, errorOut, loaded } = await run([name, '--nonsense']);
      assert.deepEqual([code, loaded], [64, []]);
      assert.match(errorOut, /^tillbox: .*--nonsense/);
    });
  }

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /tillbox COMMAND/],
    [['fly'], /unknown command "fly"/],
    [['--fly'], /unknown option "--fly"/],
    [['run', 'fast'], /run: too many words/],
    [['keys'], /keys: something is missing; usage: tillbox keys new\|show/],
    [['sim', '--port'], /sim: .*--port/],
  ];
  for (const [args, expected] of wrong) {
    it(`answers 64 and a clear line to ${JSON.stringify(args)}`, async () => {
      const { code, errorOut, loaded } = await run(args);
      assert.deepEqual([code, loaded], [64, []]);
      assert.match(errorOut, expected);
    });
  }

  it('passes on what follows the name, parsed, and the exit code', async () => {
    const given: unknown[] = [];
    const command: Command = (input) => {
      given.push(input);
      return Promise.resolve(69);
    };
    assert.equal((await run(['sim', '--port', '3000'], command)).code, 69);
    assert.equal((await run(['queue', 'list', '--all', '--data-dir=/mnt/card'], command)).code, 69);
    assert.deepEqual(given, [
      { options: { port: 3000 }, positionals: [] },
      { options: { all: true, json: false, 'data-dir': '/mnt/card' }, positionals: ['list'] },
    ]);
  });

  const wrongValues: readonly (readonly [args: readonly string[], line: string])[] = [
    [['sim', '--port', '70000'], 'tillbox sim: --port must be 0 to 65535, not "70000"\n'],
    [['sim', '--port='], 'tillbox sim: --port must be 0 to 65535, not ""\n'],
    [['sim', '--seed', '1.5'], 'tillbox sim: --seed must be a whole number, not "1.5"\n'],
    [['acquirer-sim', '--port', 'x'], 'tillbox acquirer-sim: --port must be 0 to 65535, not "x"\n'],
    [['acquirer-sim', '--keys', ''], 'tillbox acquirer-sim: --keys needs a directory\n'],
    [['queue', 'list', '--data-dir', ''], 'tillbox queue: --data-dir needs a directory\n'],
  ];
  for (const [args, line] of wrongValues) {
    it(`answers 64 to ${JSON.stringify(args)} and says what the value has to be`, async () => {
      const { code, errorOut } = await run(args, () => assert.fail('the command was run'));
      assert.deepEqual([code, errorOut], [64, line]);
    });
  }

  it('says what an installation does not have', async () => {
    const { code, errorOut } = await run(['sim'], 'absent');
    assert.equal(code, 69);
    assert.match(errorOut, /sim is not part of this installation/);
  });

  it('reports a bug with 70 and without secrets', async () => {
    const { code, errorOut } = await run(['run'], () => {
      throw new Error('code 288888888888888888');
    });
    assert.equal(code, 70);
    assert.match(errorOut, /code 28…8888/);
  });
});

describe('tillbox', () => {
  const cli = new URL('../../../firmware/cli.js', import.meta.url).pathname;
  const tillbox = (args: readonly string[], env: Record<string, string> = {}, cwd?: string) =>
    spawnSync(process.execPath, [cli, ...args], { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8', cwd });

  it('runs as a program', () => {
    assert.deepEqual([tillbox(['--help']).status, tillbox(['--nonsense']).status], [0, 64]);
    assert.match(tillbox(['--version']).stdout, /^\d+\.\d+\.\d+\n$/);
    assert.match(tillbox(['config', '--markdown']).stdout, /\| `TERMINAL_NUMBER` \|/);
  });

  it('refuses a wrong configuration with every fault named', () => {
    const { status, stderr } = tillbox(['config'], { ACQUIRER_URL: 'http://a.example', API_HOST: '0.0.0.0' });
    assert.equal(status, 64);
    for (const name of ['TERMINAL_NUMBER', 'ACQUIRER_URL is plain http', 'API_TOKEN']) assert.ok(stderr.includes(name));
  });

  it('makes keys and shows them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tillbox-cli-'));
    try {
      const made = tillbox(['keys', 'new'], {}, directory);
      assert.equal(made.status, 0, made.stderr);
      assert.ok(made.stdout.includes(`Private key: ${join(realpathSync(directory), 'tillbox-private-key.pem')} `));
      const print = /fingerprint: (\S+)/.exec(made.stdout)?.[1] ?? assert.fail();
      const shown = tillbox(['keys', 'show', '--dir', directory]);
      assert.match(shown.stdout, new RegExp(`Its fingerprint: ${print}`));
      assert.equal(tillbox(['keys', 'new', '--dir', directory]).status, 69);
      assert.equal(tillbox(['keys', 'lose']).status, 64);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
