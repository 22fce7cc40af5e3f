import assert from 'node:assert/strict';
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.js';
import { openPty } from '../../support/open-pty.js';

const MODULE = fileURLToPath(new URL('../../../drivers/linux/line-output.js', import.meta.url));

/** Writes lines to its standard output, and tells on the standard error how many were lost. */
const WRITER = `
  import { createLineOutput } from ${JSON.stringify(MODULE)};
  const output = createLineOutput(1);
  const line = (number) => String(number).padStart(6, '0') + ' ' + 'x'.repeat(990);
  for (let number = 0; number < 2_000; number += 1) output.write(line(number));
  console.error('lost ' + output.lost);
  process.stdin.once('data', () => {
    output.write('after');
    output.drained(2_000, () => {
      console.error('at last ' + output.lost);
      process.exit(0);
    });
  });
`;

describe('lines for a reader', () => {
  let home: string;
  const started: ChildProcess[] = [];

  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-lines-'));
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    fs.rmSync(home, { recursive: true, force: true });
  });

  function write(stdout: 'pipe' | number): { readonly child: ChildProcess; lost(word: string): Promise<number> } {
    const stdio: SpawnOptions['stdio'] = ['pipe', stdout, 'pipe'];
    const child = spawn(process.execPath, ['--input-type=module', '--eval', WRITER], { stdio });
    started.push(child);
    let said = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    return {
      child,
      lost: (word) =>
        eventually(`it says ${word}`, () => {
          const found = new RegExp(`${word} (\\d+)`).exec(said)?.[1];
          return found === undefined ? undefined : { count: Number(found) };
        }).then(({ count }) => count),
    };
  }

  it('loses none where they are read', async () => {
    const file = path.join(home, 'out');
    const fd = fs.openSync(file, 'w');
    const writer = write(fd);
    assert.equal(await writer.lost('lost'), 0);
    writer.child.stdin?.write('x');
    assert.equal(await writer.lost('at last'), 0);
    assert.equal(fs.readFileSync(file, 'utf8').trimEnd().split('\n').length, 2_001);
    fs.closeSync(fd);
  });

  it('does not wait for a pipe that nobody reads, and what it then takes is whole lines', async () => {
    const pipe = path.join(home, 'pipe');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    const reader = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const fd = fs.openSync(pipe, fs.constants.O_WRONLY);
    const writer = write(fd);
    fs.closeSync(fd);
    const lost = await writer.lost('lost');
    assert.ok(lost > 1_000 && lost < 2_000, `${lost}`);
    let read = '';
    const drain = (): void => {
      const bytes = Buffer.alloc(65_536);
      try {
        for (let count = 1; count > 0; ) {
          count = fs.readSync(reader, bytes);
          read += bytes.toString('utf8', 0, count);
        }
      } catch {
        /* Nothing more at the moment. */
      }
    };
    await eventually('what waited is read', () => {
      drain();
      return read.split('\n').length > 2_000 - lost;
    });
    writer.child.stdin?.write('x');
    assert.equal(await writer.lost('at last'), lost);
    drain();
    const lines = read.trimEnd().split('\n');
    assert.deepEqual([lines.length, lines.at(-1)], [2_001 - lost, 'after']);
    for (const line of lines.slice(0, -1)) assert.equal(line.length, 997);
    fs.closeSync(reader);
  });

  it('does not wait for a terminal that stands still', async () => {
    const { file, far } = openPty('raw');
    const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_NOCTTY);
    const writer = write(fd);
    assert.ok((await writer.lost('lost')) > 1_000);
    fs.closeSync(fd);
    far.destroy();
  });

  it('counts what finds no room, and goes on', async () => {
    const fd = fs.openSync('/dev/full', 'w');
    const writer = write(fd);
    assert.equal(await writer.lost('lost'), 2_000);
    writer.child.stdin?.write('x');
    assert.equal(await writer.lost('at last'), 2_001);
    fs.closeSync(fd);
  });

  it('counts what nobody will read', async () => {
    const writer = write('pipe');
    writer.child.stdout?.destroy();
    assert.ok((await writer.lost('lost')) > 0);
    writer.child.stdin?.write('x');
    assert.ok((await writer.lost('at last')) > 1);
  });
});
