import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { paperDots } from '../../hw-sim/devices/paper.js';
import { eventually } from '../support/eventually.js';
import { createPtyLine } from '../support/pty-line.js';
import { createPtyPrinter } from '../support/pty-printer.js';
import { readCodes } from '../support/read-codes.js';
import { startAcquirer } from '../support/start-acquirer.js';
import { MERCHANT, newPaymentCode, QUICK, startTerminal } from '../support/terminal-process.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const maker = join(root, 'deploy/make-device-tree.mjs');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const LARGEST_MB = 6;

/** Everything that a tree may hold; `?` is what depends on this machine's compiler. */
const FILES: readonly RegExp[] = [
  /^(?:README\.md|LICENSE|THIRD-PARTY-LICENSES\.txt|package\.json|sbom\.json|tillbox\.service)$/,
  /^docs\/(?:deploy|no-boot|operations|wiring|catalog|result-codes|api)\.md$/,
  /^bin\/tillbox$/,
  /^program\/(?:(?:start|fits)\.cjs|tillbox\.js)$/,
  /^node_modules\/(?:johnny-five|receiptline)\/(?:index\.js|package\.json)$/,
  /^node_modules\/koffi\/(?:package\.json|index\.cjs|src\/koffi\/index\.cjs|src\/koffi\/src\/static\.cjs)$/,
  new RegExp(
    `^node_modules/@koromix/koffi-linux-${process.arch}/(?:package\\.json|index\\.js|linux_${process.arch}/koffi\\.node)$`,
  ),
  /^node_modules\/@serialport\/bindings-cpp\/package\.json$/,
  new RegExp(`^node_modules/@serialport/bindings-cpp/prebuilds/linux-${process.arch}/[@+\\w.-]+\\.glibc\\.node$`),
];
const SYSFS_FILES: readonly RegExp[] = [
  /^node_modules\/(?:onoff\/onoff|bindings\/bindings|(?:lodash\.debounce|file-uri-to-path)\/index)\.js$/,
  /^node_modules\/epoll\/(?:epoll\.js|build\/Release\/epoll\.node)$/,
  /^node_modules\/(?:onoff|bindings|lodash\.debounce|file-uri-to-path|epoll)\/package\.json$/,
];

describe('the tree of a device', function () {
  this.timeout(120_000);
  let home: string;
  let tree: string;
  let says: string;

  const make = (...args: string[]) => spawnSync(process.execPath, [maker, ...args], { encoding: 'utf8' });
  const tillbox = (args: readonly string[], env: Readonly<Record<string, string>> = {}, program = 'bin/tillbox') =>
    spawnSync(join(tree, program), args, { encoding: 'utf8', cwd: '/', env: { PATH: process.env.PATH, ...env } });

  before(() => {
    home = mkdtempSync(join(tmpdir(), 'tillbox device '));
    tree = join(home, 'new/tree');
    const { status, stdout, stderr } = make('--out', tree);
    assert.deepEqual([status, stderr], [0, '']);
    says = stdout;
  });

  after(() => rmSync(home, { recursive: true, force: true }));

  it('holds what runs, and nothing else', () => {
    const files = filesIn(tree);
    const withSysfs = !says.includes('GPIO over sysfs: left out');
    const wanted = withSysfs ? [...FILES, ...SYSFS_FILES] : FILES;
    assert.deepEqual(
      files.filter((file) => !wanted.some((pattern) => pattern.test(file))),
      [],
    );
    for (const pattern of wanted)
      assert.ok(
        files.some((file) => pattern.test(file)),
        `${pattern}`,
      );
    const bytes = files.reduce((sum, file) => sum + statSync(join(tree, file)).size, 0);
    assert.ok(bytes < LARGEST_MB * 1e6, `${bytes} bytes`);
  });

  it('names no folder of the machine that made it', () => {
    for (const file of filesIn(tree)) {
      const bytes = readFileSync(join(tree, file));
      assert.ok(!bytes.includes(root.replace(/\/$/, '')) && !bytes.includes(home), file);
    }
  });

  it('has the text of the licence of every package in it, and a bill of just these', () => {
    const text = readFileSync(join(tree, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    const parts = [...text.matchAll(/^=== (\S+ \S+) \(.*\) ===\n([\s\S]*?)(?=^=== |(?![\s\S]))/gm)];
    for (const [, name, words = ''] of parts) {
      assert.match(words, /Permission is hereby granted|Apache License|Permission to use, copy, modify/, name);
    }
    const { components } = JSON.parse(readFileSync(join(tree, 'sbom.json'), 'utf8'));
    const named = new Set(parts.map(([, name]) => name));
    assert.deepEqual(
      named,
      new Set(components.map(({ name, version }: Record<string, string>) => `${name} ${version}`)),
    );
    for (const name of ['valibot', 'serialport', 'receiptline', 'node-fetch', 'koffi', 'johnny-five']) {
      assert.ok(
        [...named].some((one) => one?.startsWith(`${name} `)),
        name,
      );
    }
    assert.ok(![...named].some((one) => one?.startsWith('nanotimer ')), 'a package without a licence');
  });

  it('runs from any folder and through a link', () => {
    symlinkSync(join(tree, 'bin/tillbox'), join(tree, 'linked'));
    try {
      for (const program of ['bin/tillbox', 'linked']) {
        const { stdout, status, stderr } = tillbox(['--version'], {}, program);
        assert.deepEqual([stdout, status, stderr], [`${manifest.version}\n`, 0, '']);
      }
    } finally {
      rmSync(join(tree, 'linked'));
    }
  });

  for (const name of ['sim', 'acquirer-sim']) {
    it(`says that ${name} is not part of it`, () => {
      const { status, stderr } = tillbox([name]);
      assert.deepEqual([status, stderr], [69, `tillbox: ${name} is not part of this installation\n`]);
    });
  }

  it('has the other commands', () => {
    assert.match(tillbox(['config', '--markdown']).stdout, /\| `TERMINAL_NUMBER` \|/);
    assert.match(tillbox(['config'], MERCHANT).stderr, /ACQUIRER_URL is not set/);
    const keys = join(home, 'keys');
    mkdirSync(keys);
    assert.equal(tillbox(['keys', 'new', '--dir', keys]).status, 0);
    assert.match(tillbox(['keys', 'show', '--dir', keys]).stdout, /fingerprint/);
    assert.match(tillbox(['queue', 'list', '--data-dir', keys]).stderr, /no journal/);
    assert.match(tillbox(['replay', '/nowhere']).stderr, /ENOENT/);
    assert.match(tillbox(['check'], MERCHANT).stderr + tillbox(['check'], MERCHANT).stdout, /ACQUIRER_URL/);
  });

  it('sells: a scan, a payment, a receipt, with a panel that has no lines on this machine', async () => {
    const acquirer = await startAcquirer();
    const scanner = createPtyLine();
    const printer = createPtyPrinter(384);
    const devices = {
      ...{ SCANNER: 'serial', SCANNER_PORT: scanner.path },
      ...{ PRINTER: 'escpos', PRINTER_PORT: printer.path, PRINTER_COLUMNS: '32', PRINTER_BAUD: '115200' },
      ...{ PANEL: 'gpio', PANEL_READY_PIN: '1', PANEL_BUSY_PIN: '2', PANEL_PAID_PIN: '3', PANEL_FAULT_PIN: '4' },
      ...{ PANEL_BUZZER_PIN: '5', PANEL_DOOR_PIN: '6', GPIO_CHIP: 'no-such-chip' },
    };
    const terminal = await startTerminal(acquirer, { ...QUICK, ...devices }, 'real', [join(tree, 'bin/tillbox')]);
    try {
      const { panel } = (await terminal.ready()).devices as Readonly<Record<string, unknown>>;
      assert.match(JSON.stringify(panel), /panelLines/);
      const { saleId } = await terminal.startSale('1250');
      scanner.send(`${newPaymentCode()}\r`);
      const { attempts } = await eventually('the receipt is printed', async () => {
        const now = await terminal.sale(saleId);
        return now.receipt.state === 'printed' && now;
      });
      const [receipt = []] = printer.receipts();
      const text = attempts[0]?.paymentRequestId;
      assert.deepEqual(await readCodes(paperDots(receipt, 384)), [{ format: 'QRCode', text }]);
      assert.equal(await terminal.process.end('SIGTERM'), 0);
      assert.equal(terminal.process.errorOut(), '');
    } finally {
      await terminal.stop();
      scanner.remove();
      printer.remove();
      await acquirer.stop();
    }
  });

  describe('with its compiled code kept', () => {
    const cacheMaker = join(root, 'deploy/make-code-cache.mjs');
    const cacheName = `tillbox-${process.version}-${process.arch}.cache`;
    let reporter: string;
    let cache: string;
    let whole: Buffer;

    /** What becomes of the cache: `false` is that it is used, `true` that Node refuses it, `undefined` that there is none that fits. */
    const refused = (): string => {
      const { stdout, status, stderr } = tillbox(['--version'], { NODE_OPTIONS: `--require "${reporter}"` });
      assert.deepEqual([stdout, status], [`${manifest.version}\n`, 0], stderr);
      return stderr.trim();
    };

    before(() => {
      reporter = join(home, 'reporter.cjs');
      writeFileSync(
        reporter,
        `const vm = require('node:vm');
        vm.Script = class extends vm.Script {
          constructor(...how) { super(...how); console.error(this.cachedDataRejected); }
        };`,
      );
      const { status, stderr, stdout } = spawnSync(process.execPath, [cacheMaker, tree], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /MB of compiled code/);
      cache = join(tree, 'program', cacheName);
      whole = readFileSync(cache);
    });

    beforeEach(() => writeFileSync(cache, whole));

    after(() => rmSync(cache, { force: true }));

    it('starts from it', () => {
      assert.equal(refused(), 'false');
      assert.deepEqual(
        readdirSync(join(tree, 'program')).sort(),
        ['fits.cjs', 'start.cjs', cacheName, 'tillbox.js'].sort(),
      );
    });

    const checksum = (code: Buffer): Buffer => {
      const cached = Buffer.concat([whole.subarray(0, 8), code]);
      cached.writeUInt32LE(crc32(code), 4);
      return cached;
    };
    const DAMAGE: Readonly<Record<string, readonly [wanted: string, change: () => Buffer | undefined]>> = {
      'is missing': ['undefined', () => undefined],
      'is empty': ['undefined', () => Buffer.alloc(0)],
      'is cut off': ['undefined', () => whole.subarray(0, whole.length / 2)],
      'has a wrong bit': ['undefined', () => flipped(whole, whole.length >> 1)],
      'is of another program': ['undefined', () => flipped(whole, 0)],
      'is of another Node': ['true', () => checksum(flipped(whole.subarray(8), 4))],
      'is no code': ['true', () => checksum(Buffer.from('no code'))],
    };
    for (const [what, [wanted, change]] of Object.entries(DAMAGE)) {
      it(`starts without it where it ${what}`, () => {
        const bytes = change();
        if (bytes === undefined) rmSync(cache);
        else writeFileSync(cache, bytes);
        assert.equal(refused(), wanted);
      });
    }

    it('is made of a tree only', () => {
      for (const args of [[], [home], [tree, 'more']]) {
        assert.equal(spawnSync(process.execPath, [cacheMaker, ...args]).status, 64);
      }
    });
  });

  it('is replaced by the next one, and nothing else is', () => {
    writeFileSync(join(tree, 'program/left-over.js'), '');
    assert.equal(make('--out', tree).status, 0);
    assert.equal(existsSync(join(tree, 'program/left-over.js')), false);
    const other = join(home, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'kept'), '');
    const { status, stderr } = make('--out', other);
    assert.equal(status, 1);
    assert.match(stderr, /no device tree/);
    assert.deepEqual(readdirSync(other), ['kept']);
  });

  for (const [what, args] of Object.entries({
    'no folder': [],
    'an unknown processor': ['--out', '/tmp/x', '--arch', 'mips'],
    'an unknown option': ['--out', '/tmp/x', '--fast'],
    'headers that are none': ['--out', '/tmp/x', '--node-headers', dirname(maker)],
  })) {
    it(`refuses ${what} with 64`, () => {
      const { status, stderr } = make(...args);
      assert.equal(status, 64);
      assert.notEqual(stderr, '');
    });
  }
});

/** The bytes with one bit changed. */
function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

/** The files below a folder, from there. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
