import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import sinon from 'sinon';
import type { HostError } from '../../../drivers/host.js';
import { dataDirHolder } from '../../../drivers/linux/data-dir-holder.js';
import { type DataDirLock, takeDataDir } from '../../../drivers/linux/data-dir-lock.js';

const take = (dataDir: string): Promise<DataDirLock | HostError> =>
  new Promise((resolve, reject) =>
    takeDataDir(dataDir, (error, lock) => {
      const answer = error ?? lock;
      if (answer === undefined) reject(new Error('neither a lock nor an error'));
      else resolve(answer);
    }),
  );

const holder = (dataDir: string): Promise<string | undefined> =>
  new Promise((resolve) => dataDirHolder(dataDir, resolve));

const mustTake = async (dataDir: string): Promise<DataDirLock> => {
  const taken = await take(dataDir);
  if ('release' in taken) return taken;
  throw taken;
};

/** A process that holds a directory until it is killed. */
const holdElsewhere = async (dataDir: string): Promise<{ readonly kill: () => Promise<void> }> => {
  const lockUrl = new URL('../../../drivers/linux/data-dir-lock.js', import.meta.url).href;
  const script = `import { takeDataDir } from ${JSON.stringify(lockUrl)};
    takeDataDir(${JSON.stringify(dataDir)}, (error) => console.log(error === undefined ? 'held' : error.message));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
  assert.equal(said.trim(), 'held');
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
};

describe('takeDataDir', () => {
  let home: string;
  let dataDir: string;

  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-lock-'));
    /* Longer than the path of a socket may be. */
    dataDir = path.join(home, 'd'.repeat(120));
    fs.mkdirSync(dataDir);
  });

  afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

  it('stays taken when somebody who asks cannot be let in for want of file descriptors', async () => {
    const createServer = sinon.spy(net, 'createServer');
    const taken = sinon.spy();
    await new Promise<void>((resolve) => takeDataDir(dataDir, (...answer) => resolve(taken(...answer))));
    createServer.restore();
    const close = sinon.spy(fs, 'closeSync');
    createServer.firstCall.returnValue.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    close.restore();
    sinon.assert.calledOnce(taken);
    sinon.assert.notCalled(close);
    assert.match(String(await holder(dataDir)), new RegExp(`process ${process.pid} `));
    taken.firstCall.args[1].release();
  });

  it('lets one in, names it to the next, and leaves nothing behind', async () => {
    const lock = await mustTake(dataDir);
    const second = await take(dataDir);
    assert.ok('code' in second);
    assert.equal(second.code, 'busy');
    assert.match(second.message, new RegExp(`in use by process ${process.pid} on ${os.hostname()} since 20`));
    lock.release();
    assert.deepEqual(fs.readdirSync(dataDir), []);
    (await mustTake(dataDir)).release();
  });

  it('never lets in two that come together', async () => {
    for (let round = 0; round < 20; round += 1) {
      const taken = await Promise.all(Array.from({ length: 5 }, () => take(dataDir)));
      const locks = taken.filter((each) => 'release' in each);
      assert.ok(locks.length <= 1, `${locks.length} were let in`);
      for (const lock of locks) lock.release();
      assert.deepEqual(fs.readdirSync(dataDir), []);
    }
  });

  it('takes what a killed process held, and sweeps up after it', async () => {
    const other = await holdElsewhere(dataDir);
    const refused = await take(dataDir);
    await other.kill();
    assert.ok('code' in refused && refused.code === 'busy');
    assert.equal(fs.readdirSync(dataDir).length, 1, 'its claim is still there');
    const lock = await mustTake(dataDir);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(fs.readdirSync(dataDir).length, 1, 'only ours is left');
    lock.release();
  });

  it('names the directory where it is mounted read-only', async () => {
    const listen = sinon.stub(net.Server.prototype, 'listen').callsFake(function (this: net.Server) {
      const error = Object.assign(new Error('listen EROFS'), { code: 'EROFS', syscall: 'listen' });
      setImmediate(() => this.emit('error', error));
      return this;
    });
    const refused = await take(dataDir);
    listen.restore();
    assert.ok('code' in refused);
    assert.deepEqual([refused.code, refused.message], ['readOnly', `${dataDir}: mounted read-only (EROFS)`]);
  });

  it('says so where there is no directory', async () => {
    const missing = await take(path.join(home, 'unmounted'));
    assert.ok('code' in missing && missing.code === 'absent');
  });

  it('is seen from outside without a trace', async () => {
    assert.equal(await holder(dataDir), undefined);
    const lock = await mustTake(dataDir);
    const before = fs.readdirSync(dataDir);
    assert.match((await holder(dataDir)) ?? '', new RegExp(`process ${process.pid} `));
    assert.deepEqual(fs.readdirSync(dataDir), before);
    lock.release();
    assert.equal(await holder(dataDir), undefined);
    assert.equal(await holder(path.join(home, 'unmounted')), undefined);
  });
});
