import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FlashHost, FlashOptions, FlashVolume, HostError } from '../../../drivers/host.js';
import { createLinuxFlash } from '../../../drivers/linux/flash.js';

type Opened = { readonly error: HostError } | { readonly volume: FlashVolume };

const open = (flash: FlashHost, options: Partial<FlashOptions> = {}): Promise<Opened> =>
  new Promise((resolve, reject) =>
    flash.open({ name: 'journal.0', sizeBytes: 16_384, create: true, ...options }, (error, volume) => {
      if (error !== undefined) resolve({ error });
      else if (volume !== undefined) resolve({ volume });
      else reject(new Error('neither error nor volume'));
    }),
  );

const mustOpen = async (flash: FlashHost, options: Partial<FlashOptions> = {}): Promise<FlashVolume> => {
  const opened = await open(flash, options);
  if ('error' in opened) throw opened.error;
  return opened.volume;
};

const codeOf = async (flash: FlashHost, options: Partial<FlashOptions> = {}): Promise<string> => {
  const opened = await open(flash, options);
  return 'error' in opened ? opened.error.code : 'opened';
};

const asked = <T>(ask: (done: (error?: HostError, value?: T) => void) => void): Promise<T | undefined> =>
  new Promise((resolve, reject) => ask((error, value) => (error === undefined ? resolve(value) : reject(error))));

const bytesOf = (value: number): Uint8Array => new Uint8Array(4096).fill(value);

const linkOf = (fd: string): string => {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
};

describe('createLinuxFlash', () => {
  let dataDir: string;

  beforeEach(() => {
    /* Not /tmp itself, which may be memory. */
    dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-flash-'));
  });

  afterEach(() => fs.rmSync(dataDir, { recursive: true, force: true }));

  it('makes a volume of zeros and finds in it what was written', async () => {
    const flash = createLinuxFlash({ dataDir });
    const volume = await mustOpen(flash);
    const zeros = await asked<Uint8Array>((done) => volume.read(0, 16_384, done));
    assert.deepEqual(Buffer.from(zeros ?? []), Buffer.alloc(16_384));
    await asked((done) => volume.write(8192, bytesOf(7), done));
    await asked((done) => volume.sync(done));
    volume.close();
    const again = await mustOpen(createLinuxFlash({ dataDir }), { create: false });
    const found = await asked<Uint8Array>((done) => again.read(8192, 4096, done));
    assert.deepEqual(Buffer.from(found ?? []), Buffer.from(bytesOf(7)));
    again.close();
  });

  describe('where the data directory has to be mounted', () => {
    it('makes nothing in a directory on the file system of /', async () => {
      const flash = createLinuxFlash({ dataDir: '/', dataDirMounted: true });
      const opened = await open(flash);
      assert.ok('error' in opened);
      assert.equal(opened.error.code, 'absent');
      assert.match(opened.error.message, /not mounted \(DATA_DIR_MOUNTED=true\)/);
      assert.deepEqual(
        fs.readdirSync('/').filter((name) => name.startsWith('journal') || name === 'lock'),
        [],
      );
      const missing = createLinuxFlash({ dataDir: path.join(dataDir, 'missing'), dataDirMounted: true });
      assert.equal(await codeOf(missing), 'absent');
    });

    it('takes one on another file system', async () => {
      const memory = fs.mkdtempSync('/dev/shm/tillbox-flash-');
      try {
        (await mustOpen(createLinuxFlash({ dataDir: memory, dataDirMounted: true }))).close();
      } finally {
        fs.rmSync(memory, { recursive: true });
      }
    });
  });

  it('makes bytes durable in one step', async () => {
    const volume = await mustOpen(createLinuxFlash({ dataDir }));
    await asked((done) => volume.writeDurably(4096, bytesOf(3), done));
    const found = await asked<Uint8Array>((done) => volume.read(4096, 4096, done));
    assert.deepEqual(Buffer.from(found ?? []), Buffer.from(bytesOf(3)));
    await assert.rejects(
      asked((done) => volume.writeDurably(16_384, bytesOf(3), done)),
      { code: 'io' },
    );
    volume.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(fs.readdirSync('/proc/self/fd').every((fd) => !linkOf(fd).startsWith(dataDir)));
  });

  it('never makes what may not be made', async () => {
    const flash = createLinuxFlash({ dataDir });
    assert.equal(await codeOf(flash, { create: false }), 'absent');
    assert.equal(await codeOf(flash, { name: path.join(dataDir, 'partition') }), 'absent');
    assert.equal(await codeOf(createLinuxFlash({ dataDir: path.join(dataDir, 'unmounted') })), 'absent');
  });

  it('never makes a file in the place of a partition that is missing', async () => {
    const partitions = { 'journal.0': path.join(dataDir, 'partition') };
    assert.equal(await codeOf(createLinuxFlash({ dataDir, partitions })), 'absent');
    assert.deepEqual(fs.readdirSync(dataDir), []);
    fs.writeFileSync(partitions['journal.0'], Buffer.alloc(16_384));
    (await mustOpen(createLinuxFlash({ dataDir, partitions }))).close();
    assert.deepEqual(fs.readdirSync(dataDir), ['partition']);
  });

  for (const name of ['../journal', 'a/b', '', 'lock', 'lock-0123456789abcdef', '.hidden']) {
    it(`refuses the name ${JSON.stringify(name)}`, async () => {
      assert.equal(await codeOf(createLinuxFlash({ dataDir }), { name }), 'denied');
    });
  }

  it('refuses a volume that was cut', async () => {
    (await mustOpen(createLinuxFlash({ dataDir }))).close();
    fs.truncateSync(path.join(dataDir, 'journal.0'), 5_000);
    assert.equal(await codeOf(createLinuxFlash({ dataDir })), 'io');
  });

  it('makes a volume again whose making was interrupted', async () => {
    fs.writeFileSync(path.join(dataDir, 'journal.0.new'), 'half');
    assert.equal(await codeOf(createLinuxFlash({ dataDir }), { create: false }), 'absent');
    (await mustOpen(createLinuxFlash({ dataDir }))).close();
    assert.deepEqual(fs.readdirSync(dataDir).sort(), ['journal.0']);
  });

  it('tells a second opener who holds the directory, and lets it in after', async () => {
    const first = await mustOpen(createLinuxFlash({ dataDir }));
    const second = await open(createLinuxFlash({ dataDir }));
    assert.ok('error' in second);
    assert.equal(second.error.code, 'busy');
    assert.match(second.error.message, new RegExp(`process ${process.pid} on ${os.hostname()}`));
    await asked((done) => first.sync(done));
    first.close();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    let third = await open(createLinuxFlash({ dataDir }));
    for (let tries = 0; 'error' in third && tries < 100; tries += 1) third = await open(createLinuxFlash({ dataDir }));
    assert.ok('volume' in third);
    third.volume.close();
  });

  it('is free again as soon as its holder was killed', async () => {
    const script = `import { createLinuxFlash } from ${JSON.stringify(
      new URL('../../../drivers/linux/flash.js', import.meta.url).href,
    )};
      createLinuxFlash({ dataDir: ${JSON.stringify(dataDir)} }).open(
        { name: 'journal.0', sizeBytes: 16384, create: true },
        (error) => console.log(error === undefined ? 'held' : error.message));
      setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise<string>((resolve) => holder.stdout.once('data', (data) => resolve(String(data))));
    assert.equal(said.trim(), 'held');
    assert.equal(await codeOf(createLinuxFlash({ dataDir })), 'busy');
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await ended;
    (await mustOpen(createLinuxFlash({ dataDir }))).close();
  });

  it('reads a volume of any length, and only reads, where it is told to', async () => {
    fs.writeFileSync(path.join(dataDir, 'journal.0'), 'cut short');
    const volume = await mustOpen(createLinuxFlash({ dataDir, access: 'readOnly' }));
    assert.equal(volume.sizeBytes, 9);
    const found = await asked<Uint8Array>((done) => volume.read(0, 9, done));
    assert.equal(Buffer.from(found ?? []).toString(), 'cut short');
    await assert.rejects(
      asked((done) => volume.write(0, bytesOf(1), done)),
      { code: 'readOnly' },
    );
    await assert.rejects(
      asked((done) => volume.sync(done)),
      { code: 'readOnly' },
    );
    volume.close();
    assert.deepEqual(fs.readdirSync(dataDir), ['journal.0']);
  });

  it('refuses what lies outside the volume', async () => {
    const volume = await mustOpen(createLinuxFlash({ dataDir }));
    for (const offset of [-4096, 16_384, 12_289]) {
      await assert.rejects(
        asked((done) => volume.read(offset, 4096, done)),
        { code: 'io' },
      );
      await assert.rejects(
        asked((done) => volume.write(offset, bytesOf(1), done)),
        { code: 'io' },
      );
    }
    volume.close();
  });

  it('reads back from the medium, or says that it cannot', async () => {
    const volume = await mustOpen(createLinuxFlash({ dataDir }));
    await asked((done) => volume.write(4096, bytesOf(9), done));
    await asked((done) => volume.sync(done));
    const answer = await new Promise<Uint8Array | string | undefined>((resolve) =>
      volume.readBack(0, 16_384, (error, bytes) => resolve(error?.code ?? bytes)),
    );
    if (answer !== 'unsupported') {
      assert.ok(answer instanceof Uint8Array);
      assert.deepEqual(Buffer.from(answer.subarray(4096, 8192)), Buffer.from(bytesOf(9)));
    }
    volume.close();
  });

  it('reads back several places at once, each as it is', async () => {
    const volume = await mustOpen(createLinuxFlash({ dataDir }));
    const slots = [0, 1, 2, 3, 0, 1, 2, 3];
    for (const slot of [0, 1, 2, 3]) await asked((done) => volume.write(slot * 4096, bytesOf(slot + 1), done));
    await asked((done) => volume.sync(done));
    const answers = slots.map(
      (slot) =>
        new Promise<number | string | undefined>((resolve) =>
          volume.readBack(slot * 4096, 4096, (error, bytes) => resolve(error?.code ?? bytes?.[4095])),
        ),
    );
    const found = await Promise.all(answers);
    if (found[0] !== 'unsupported') {
      assert.deepEqual(
        found,
        slots.map((slot) => slot + 1),
      );
    }
    volume.close();
  });

  describe('a volume in use', () => {
    const inDir = (name: string): string => path.join(dataDir, name);
    const lockIn = (directory: string): string =>
      path.join(
        directory,
        fs.readdirSync(directory).find((name) => name.startsWith('lock-')) ?? assert.fail('no lock'),
      );
    const replaceByCopy = (): void => {
      fs.copyFileSync(inDir('journal.0'), inDir('copy'));
      fs.renameSync(inDir('copy'), inDir('journal.0'));
    };
    const replaceDirectory = (): void => {
      fs.renameSync(dataDir, `${dataDir}.old`);
      fs.cpSync(`${dataDir}.old`, dataDir, { recursive: true, filter: (from) => !from.includes('lock-') });
      fs.rmSync(`${dataDir}.old`, { recursive: true });
    };
    const changes: readonly (readonly [string, () => void, string])[] = [
      ['nothing', () => undefined, 'in place'],
      ['a write of its own', () => fs.utimesSync(inDir('journal.0'), 1, 1), 'in place'],
      ['a second name', () => fs.linkSync(inDir('journal.0'), inDir('second')), 'in place'],
      ['the mode of the file', () => fs.chmodSync(inDir('journal.0'), 0o600), 'in place'],
      ['the file removed', () => fs.rmSync(inDir('journal.0')), 'disconnected'],
      ['the file moved', () => fs.renameSync(inDir('journal.0'), inDir('away')), 'disconnected'],
      ['the file replaced by its copy', replaceByCopy, 'disconnected'],
      ['the file cut', () => fs.truncateSync(inDir('journal.0'), 8192), 'disconnected'],
      ['the file grown', () => fs.appendFileSync(inDir('journal.0'), 'x'), 'disconnected'],
      ['the directory moved', () => fs.renameSync(dataDir, `${dataDir}.old`), 'disconnected'],
      ['the directory replaced by its copy', replaceDirectory, 'disconnected'],
      ['the lock removed', () => fs.rmSync(lockIn(dataDir)), 'busy'],
      ['the lock replaced by a file', () => replaceLock(lockIn(dataDir)), 'busy'],
    ];
    const replaceLock = (lock: string): void => {
      fs.rmSync(lock);
      fs.writeFileSync(lock, '');
    };
    afterEach(() => fs.rmSync(`${dataDir}.old`, { recursive: true, force: true }));

    for (const [what, change, expected] of changes) {
      it(`tells whether it is in place after a change: ${what}`, async () => {
        const volume = await mustOpen(createLinuxFlash({ dataDir }));
        await asked((done) => volume.writeDurably(0, bytesOf(3), done));
        change();
        const code = await new Promise((resolve) => volume.checkInPlace((error) => resolve(error?.code ?? 'in place')));
        assert.equal(code, expected);
        volume.close();
      });
    }
  });
});
