import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageVersion } from '../../drivers/linux/package-version.js';
import { exitCode } from '../../firmware/log/exit-code.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { createPtyLine } from '../support/pty-line.js';
import { startAcquirer } from '../support/start-acquirer.js';
import { newPaymentCode, QUICK, startTerminal } from '../support/terminal-process.js';
import { type ContainerMounts, contained } from './contained.js';

/*
 * Entry point: `node dist/test/deploy/run-image.js ROOTFS IMAGE_JSON`, as root, with what `npm run image -- --rootfs ROOTFS` made for this
 * machine's processor. Runs the image as docker-compose.yml has it run, but for the engine, and judges what it does. Ends with 1 at the
 * first thing that is wrong.
 */
interface Image {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: readonly string[];
  readonly healthcheck: { readonly Test: readonly string[] };
}

const [rootfs = '', description = ''] = process.argv.slice(2).map((path) => resolve(path));
const image = JSON.parse(readFileSync(description, 'utf8')) as Image;
const own = Object.fromEntries(image.environment.map((line) => line.split(/=(.*)/s).slice(0, 2)));
const home = mkdtempSync(join(tmpdir(), 'tillbox-run-image-'));
const folder = (name: string): string => {
  const path = join(home, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const acquirer = await startAcquirer();
const mounts = (name: string): ContainerMounts => ({
  rootfs,
  scratch: folder(`${name}/scratch`),
  data: folder(`${name}/data`),
  mark: folder(`${name}/mark`),
  keys: acquirer.keyDirectory,
});

/** Runs a command in the image to its end. */
function command(where: ContainerMounts, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [program, ...args] = contained(where);
  const options = { env: { ...own, ...env }, encoding: 'utf8', timeout: 60_000 } as const;
  const { status, stdout, stderr } = spawnSync(program, [...args, ...words], options);
  return { status, text: `${stdout}${stderr}` };
}

/** The real terminal in the image, its configuration the image's, with what a fleet would set. */
async function terminal(where: ContainerMounts, env: Readonly<Record<string, string>> = {}, entry = image.entrypoint) {
  const [program, ...args] = contained(where);
  const port = String(await freePort());
  const running = await startTerminal(acquirer, { ...QUICK, ...own, API_PORT: port, ...env }, 'memory', [
    program,
    ...args,
    ...entry,
  ]);
  const health = () => command(where, image.healthcheck.Test.slice(1), { API_PORT: port });
  return { ...running, process: running.process, health, port };
}

const statusOf = (pid: number): string => readFileSync(`/proc/${pid}/status`, 'utf8');

const STORIES: Readonly<Record<string, () => void | Promise<void>>> = {
  'it is this version': () => {
    const { status, text } = command(mounts('version'), [...image.entrypoint, '--version']);
    assert.deepEqual([status, text.trim()], [0, packageVersion()]);
  },

  'without a configuration it says what is missing, and ends with 64': () => {
    const { status, text } = command(mounts('bare'), [...image.entrypoint, ...image.command]);
    assert.equal(status, exitCode.usage, text);
    assert.match(text, /ALIPAY_CLIENT_ID/);
  },

  'it sells, as the only process and with no capability': async () => {
    const where = mounts('sale');
    const box = await terminal(where);
    try {
      await box.ready();
      const { saleId } = await box.pay();
      assert.equal((await box.reached(saleId, 'settled')).outcome, 'paid');
      const { pid } = box.process;
      assert.match(readlinkSync(`/proc/${pid}/exe`), /\/usr\/local\/bin\/node$/, 'the engine speaks to Node itself');
      assert.match(statusOf(pid), /^CapBnd:\t0+$/m);
      assert.match(statusOf(pid), /^CapEff:\t0+$/m);
      assert.match(statusOf(pid), /^NoNewPrivs:\t1$/m);
      assert.deepEqual(box.health(), { status: 0, text: `answers on 127.0.0.1 port ${box.port}\n` });
      assert.ok(existsSync(join(where.data ?? '', 'journal-a')));
      assert.ok(existsSync(join(where.mark ?? '', 'card-mark')), readdirSync(where.mark ?? '').join());
      assert.doesNotMatch(box.process.out(), /cannot be marked|EROFS|EACCES/);
      assert.equal(await box.process.end('SIGTERM'), exitCode.done, box.process.errorOut());
      assert.equal(box.health().status, 1);
    } finally {
      await box.stop();
    }
  },

  'it reads a payment code from the serial port that it was given': async () => {
    const scanner = createPtyLine();
    const where = { ...mounts('scan'), serial: realpathSync(scanner.path) };
    const box = await terminal(where, { SCANNER: 'serial', SCANNER_PORT: '/dev/ttyAMA0' });
    try {
      await box.ready();
      const { saleId } = await box.startSale();
      scanner.send(`${newPaymentCode()}\r`);
      assert.equal((await box.reached(saleId, 'settled')).outcome, 'paid');
    } finally {
      await box.stop();
      scanner.remove();
    }
  },

  'the volume keeps a payment that the power cut, and the next start reverses it': async () => {
    const where = mounts('cut');
    const first = await terminal(where);
    let saleId: string;
    try {
      await first.ready();
      await acquirer.plan({ answer: 'PAYMENT_IN_PROCESS', fate: { kind: 'succeeds', afterMs: 600_000 } });
      saleId = (await first.pay()).saleId;
      await first.requestId(saleId);
      await first.kill();
    } finally {
      await first.stop();
    }
    const second = await terminal(where);
    try {
      await second.reached(saleId, 'reversed');
      assert.equal(await second.process.end('SIGTERM'), exitCode.done);
    } finally {
      await second.stop();
    }
  },

  "it holds balena's update lock while a customer is served, and gives it back": async () => {
    const lock = folder('lock/balena');
    const file = join(lock, 'updates.lock');
    const box = await terminal({ ...mounts('lock'), lock }, { BALENA_APP_LOCK_PATH: '/tmp/balena/updates.lock' });
    try {
      await box.ready();
      assert.equal(existsSync(file), false);
      const { saleId } = await box.startSale();
      await eventually('the lock is there', async () => existsSync(file));
      assert.notEqual(spawnSync('flock', ['-n', '-x', file, 'true']).status, 0, 'it is held, not only there');
      await box.api.post(`/v1/sales/${saleId}/cancel`, {});
      await eventually('the lock is given back', async () => !existsSync(file));
      assert.equal((await box.status()).warnings.includes('updateLockBroken'), false);
    } finally {
      await box.stop();
    }
  },

  'without a data volume it sells nothing, and says so': async () => {
    const { data: _, ...where } = mounts('unmounted');
    const box = await terminal(where);
    try {
      const { faults } = await box.reasonAppears('flashAbsent');
      assert.ok(faults.some(({ code }) => code === 'flashAbsent'));
      assert.equal(box.health().status, 0, 'starting it anew would not help');
    } finally {
      await box.stop();
    }
  },

  'without GPIO it runs, and says what is missing': async () => {
    const box = await terminal(mounts('gpio'), { PANEL: 'gpio', PANEL_READY_PIN: '22' });
    try {
      const { faults } = await eventually('the panel is missing', async () => {
        const status = await box.status();
        return status.warnings.includes('panelLines') && status;
      });
      assert.ok(faults.some(({ code }) => code === 'panelLines'));
    } finally {
      await box.stop();
    }
  },

  'with the entry point for USB the real /dev is there, and no privilege is left': async () => {
    const where = { ...mounts('usb'), privileged: true };
    const entry = ['/opt/tillbox/bin/with-usb'];
    const refused = command({ ...where, privileged: false }, [...entry, '--version']);
    assert.equal(refused.status, exitCode.unavailable, refused.text);
    assert.match(refused.text, /not privileged/);
    const box = await terminal(where, {}, entry);
    try {
      await box.ready();
      const { pid } = box.process;
      assert.ok(existsSync(`/proc/${pid}/root/dev/kmsg`), 'the devices of this machine');
      assert.match(statusOf(pid), /^CapBnd:\t0+$/m);
      assert.match(statusOf(pid), /^NoNewPrivs:\t1$/m);
      assert.equal(await box.process.end('SIGTERM'), exitCode.done);
    } finally {
      await box.stop();
    }
  },
};

const LIMIT_MS = 240_000;
setTimeout(() => {
  process.stdout.write(`FAIL  it is not done after ${LIMIT_MS / 1000} s\n`);
  process.exit(1);
}, LIMIT_MS).unref();

try {
  for (const [story, judge] of Object.entries(STORIES)) {
    const startedMs = performance.now();
    try {
      await judge();
    } catch (error) {
      process.stdout.write(`FAIL  ${story}\n`);
      throw error;
    }
    process.stdout.write(`PASS  ${story} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)\n`);
  }
} finally {
  await acquirer.stop();
  rmSync(home, { recursive: true, force: true });
}
process.stdout.write(`${Object.keys(STORIES).length} stories of the image passed\n`);
process.exit(0);
