import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { pollDescriptor } from '../../../../drivers/linux/gpio/descriptor-poll.js';
import { eventually } from '../../../support/eventually.js';
import { openPty } from '../../../support/open-pty.js';

const libc = koffi.load(null);
const pipe2 = libc.func('int pipe2(void *ends, int flags)');

/** Both ends of a pipe whose reading never waits. */
function openPipe(): { readonly readEnd: number; readonly writeEnd: number } {
  const ends = new Int32Array(2);
  assert.equal(pipe2(Buffer.from(ends.buffer), constants.O_NONBLOCK), 0);
  const [readEnd = -1, writeEnd = -1] = ends;
  return { readEnd, writeEnd };
}

const ONE = Buffer.alloc(1);
const nothing = (): void => undefined;

/** Runs a module of a few lines in a process of its own. */
function run(...lines: readonly string[]) {
  const poll = fileURLToPath(new URL('../../../../drivers/linux/gpio/descriptor-poll.js', import.meta.url));
  const script = [
    `import { pollDescriptor } from ${JSON.stringify(poll)};`,
    `import koffi from ${JSON.stringify(import.meta.resolve('koffi'))};`,
    `import fs from 'node:fs';`,
    'const ends = new Int32Array(2);',
    `koffi.load(null).func('int pipe2(void *ends, int flags)')(Buffer.from(ends.buffer), ${constants.O_NONBLOCK});`,
    ...lines,
  ].join('\n');
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--input-type=module', '-e', script],
    { encoding: 'utf8', timeout: 20_000 },
  );
  return { status, signal, out: stdout, err: stderr };
}

describe('the poll of a descriptor', () => {
  it('tells that there is something to read until it is read, and not after it was closed', async () => {
    const { readEnd, writeEnd } = openPipe();
    let calls = 0;
    const poll = pollDescriptor(readEnd, {
      readable() {
        calls += 1;
        if (calls === 3) readSync(readEnd, ONE);
      },
      lost: () => assert.fail('lost'),
    });
    writeSync(writeEnd, 'x');
    assert.equal(calls, 0, 'never within a call');
    await eventually('three calls', () => calls === 3);
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    assert.equal(calls, 3);
    writeSync(writeEnd, 'y');
    await eventually('another call', () => calls > 3);
    poll.close();
    const before = calls;
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    assert.equal(calls, before);
    closeSync(readEnd);
    closeSync(writeEnd);
  });

  it('watches a tty, and tells that it hung up', async () => {
    const pty = openPty('raw');
    const tty = openSync(pty.file, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    const read: string[] = [];
    let ended = false;
    const poll = pollDescriptor(tty, {
      readable() {
        const bytes = Buffer.alloc(8);
        const count = readSync(tty, bytes);
        ended = count === 0;
        if (ended) poll.close();
        else read.push(bytes.toString('latin1', 0, count));
      },
      lost() {
        ended = true;
      },
    });
    pty.far.write('ab');
    await eventually('the bytes', () => read.join('') === 'ab');
    pty.far.destroy();
    await eventually('the end', () => ended);
    poll.close();
    closeSync(tty);
  });

  describe('meets the traps of koffi:', () => {
    it('a descriptor that is not open is refused', () => {
      const { readEnd, writeEnd } = openPipe();
      closeSync(readEnd);
      assert.throws(() => pollDescriptor(readEnd, { readable: nothing, lost: nothing }), /EBADF/);
      closeSync(writeEnd);
    });

    it('a file and a directory are refused', () => {
      const dir = mkdtempSync(join(tmpdir(), 'tillbox-poll-'));
      const file = openSync(join(dir, 'file'), 'w+');
      const directory = openSync(dir, 'r');
      for (const fd of [file, directory]) {
        assert.throws(() => pollDescriptor(fd, { readable: nothing, lost: nothing }), /is of a file/);
        closeSync(fd);
      }
      rmSync(dir, { recursive: true });
    });

    it('a second watch is refused, until the first one is closed', () => {
      const { readEnd, writeEnd } = openPipe();
      const first = pollDescriptor(readEnd, { readable: nothing, lost: nothing });
      assert.throws(() => pollDescriptor(readEnd, { readable: nothing, lost: nothing }), /watched already/);
      first.close();
      pollDescriptor(readEnd, { readable: nothing, lost: nothing }).close();
      closeSync(readEnd);
      closeSync(writeEnd);
    });

    it('a watch that nobody holds stays', () => {
      const { out, status } = run(
        "pollDescriptor(ends[0], { readable() { fs.readSync(ends[0], Buffer.alloc(1)); console.log('told'); process.exit(); }, lost() {} });",
        'for (let at = 0; at < 20; at += 1) { gc(); await new Promise(setImmediate); }',
        "fs.writeSync(ends[1], 'x');",
        "setTimeout(() => console.log('never'), 5000);",
      );
      assert.deepEqual([out, status], ['told\n', 0]);
    });

    it('what a callback throws ends the process like any other bug, and what it puts off comes at once', () => {
      const { out, err, status } = run(
        "process.on('uncaughtException', (error) => { console.log('caught', error.message); process.exit(70); });",
        'pollDescriptor(ends[0], {',
        '  readable() {',
        "    process.nextTick(() => console.log('soon'));",
        "    process.nextTick(() => { throw new Error('a bug'); });",
        '  }, lost() {} });',
        "fs.writeSync(ends[1], 'x');",
        "setTimeout(() => console.log('never'), 5000);",
      );
      assert.deepEqual([out, status, err], ['soon\ncaught a bug\n', 70, '']);
    });

    it('a callback may close the watch and the descriptor, which may be used for another at once', async () => {
      const told: string[] = [];
      const first = openPipe();
      const poll = pollDescriptor(first.readEnd, {
        readable() {
          told.push('first');
          poll.close();
          closeSync(first.readEnd);
          closeSync(first.writeEnd);
        },
        lost: nothing,
      });
      writeSync(first.writeEnd, 'x');
      await eventually('a call', () => told.length === 1);
      const second = openPipe();
      assert.equal(second.readEnd, first.readEnd, 'the number is used again');
      const other = pollDescriptor(second.readEnd, { readable: () => told.push('second'), lost: nothing });
      writeSync(second.writeEnd, 'x');
      await eventually('a call of the second', () => told.length > 1);
      other.close();
      assert.deepEqual(told.slice(0, 2), ['first', 'second']);
      closeSync(second.readEnd);
      closeSync(second.writeEnd);
    });

    it('a descriptor that fails is lost once, and watched no more', async () => {
      const { readEnd, writeEnd } = openPipe();
      let lost = 0;
      /* The system reports an error on the writing end of a pipe whose reader is gone. */
      const poll = pollDescriptor(writeEnd, { readable: nothing, lost: () => (lost += 1) });
      closeSync(readEnd);
      await eventually('the loss', () => lost === 1);
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      assert.equal(lost, 1);
      poll.close();
      pollDescriptor(openPipeEnd(), { readable: nothing, lost: nothing }).close();
      closeSync(writeEnd);
    });
  });

  it('keeps neither the loop nor the end of the process waiting', () => {
    const { status, signal, out } = run(
      'pollDescriptor(ends[0], { readable() {}, lost() {} });',
      "process.on('exit', () => console.log('ends'));",
    );
    assert.deepEqual([status, signal, out], [0, null, 'ends\n']);
  });
});

function openPipeEnd(): number {
  const { readEnd, writeEnd } = openPipe();
  closeSync(writeEnd);
  return readEnd;
}
