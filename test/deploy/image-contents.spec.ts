import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { testKeyPairs } from '../support/test-key-pairs.js';

interface ImageConfig {
  readonly arch: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly string[];
  readonly healthcheck?: { readonly Test: readonly string[] };
}

const { imageFaults } = (await import(new URL('../../../deploy/image-contents.mjs', import.meta.url).href)) as {
  readonly imageFaults: (root: string, config: ImageConfig) => string[];
};

const CONFIG: ImageConfig = {
  arch: 'arm64',
  entrypoint: ['/opt/tillbox/bin/tillbox'],
  command: ['run'],
  environment: ['PATH=/usr/bin', 'NODE_VERSION=24.1.2', 'DATA_DIR=/data', 'DATA_DIR_MOUNTED=true'],
  healthcheck: { Test: ['CMD', '/opt/tillbox/bin/health'] },
};

/** The head of a program for a processor: 183 is ARM with 64 bits, 62 a PC. */
function elf(machine: number): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write('\x7fELF', 'latin1');
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

describe('what an image holds', () => {
  let root: string;

  function write(path: string, content: string | Buffer = 'x', mode = 0o644): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), mode);
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tillbox-contents-'));
    for (const name of ['tillbox', 'health', 'with-usb']) write(`opt/tillbox/bin/${name}`, '#!/bin/sh\n', 0o755);
    for (const name of ['package.json', 'sbom.json', 'LICENSE', 'THIRD-PARTY-LICENSES.txt', 'program/tillbox.js']) {
      write(`opt/tillbox/${name}`);
    }
    write('opt/tillbox/node_modules/koffi/koffi.node', elf(183));
    write('usr/local/bin/node', elf(183), 0o755);
    write('etc/ssl/certs/some.pem', 'a certificate of the system');
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('is accepted where it is what runs and nothing else', () => {
    assert.deepEqual(imageFaults(root, CONFIG), []);
  });

  const REFUSED: Readonly<Record<string, RegExp>> = {
    'node_modules/typescript/lib/tsc.js': /a development tool/,
    'node_modules/@typescript/native/a.js': /a development tool/,
    'node_modules/mocha/index.js': /a development tool/,
    'node_modules/esbuild/bin/esbuild': /a development tool/,
    'program/sale.ts': /a source of TypeScript/,
    'program/types.d.ts': /a source of TypeScript/,
    'program/sale.spec.js': /a test/,
    'program/tillbox.js.map': /a source map/,
    'program/hw-sim/sim.js': /not for devices/,
    'gateway/index.js': /not for devices/,
    'test/x.js': /not for devices/,
    '.git/HEAD': /a part of git/,
    '.npmrc': /may hold secrets/,
    'tillbox.env': /may hold secrets/,
    'keys/tillbox.pem': /a key/,
    'client.key': /a key/,
    'node_modules/epoll/src/epoll.cc': /a compiler/,
  };
  for (const [path, fault] of Object.entries(REFUSED)) {
    it(`is refused with ${path}`, () => {
      write(`opt/tillbox/${path}`);
      const found = imageFaults(root, CONFIG);
      assert.equal(found.length, 1, found.join());
      assert.match(found.join(), fault);
      assert.ok(found.join().includes(`/opt/tillbox/${path} `));
    });
  }

  const CHANGES: Readonly<Record<string, readonly [change: () => void, fault: RegExp]>> = {
    'a private key under any name': [
      () => write('opt/tillbox/docs/example.txt', testKeyPairs.terminalPrivate),
      /docs\/example\.txt holds a private key/,
    ],
    'no bill of materials': [() => rmSync(join(root, 'opt/tillbox/sbom.json')), /sbom\.json is missing/],
    'no command': [() => rmSync(join(root, 'opt/tillbox/bin/tillbox')), /bin\/tillbox is missing/],
    'a command that cannot be run': [() => chmodSync(join(root, 'opt/tillbox/bin/health'), 0o644), /cannot be run/],
    'a file that everybody may change': [
      () => chmodSync(join(root, 'opt/tillbox/package.json'), 0o666),
      /may be changed by others/,
    ],
    'a file that gives privileges': [
      () => chmodSync(join(root, 'opt/tillbox/bin/tillbox'), 0o4755),
      /gives privileges/,
    ],
    'a native module for another processor': [
      () => write('opt/tillbox/node_modules/koffi/koffi.node', elf(62)),
      /koffi\.node is for another processor than arm64/,
    ],
    'Node for another processor': [
      () => write('usr/local/bin/node', elf(62), 0o755),
      /bin\/node is for another processor/,
    ],
    'no Node': [() => rmSync(join(root, 'usr/local/bin/node')), /bin\/node is missing/],
    'settings of npm from the build': [() => write('root/.npmrc'), /\/root\/\.npmrc is left over/],
    'a link left over from the build': [() => symlinkSync('/nowhere', join(root, 'src')), /\/src is left over/],
    'far too much': [
      () => write('opt/tillbox/program/more.js', Buffer.alloc(11_000_000)),
      /has 11\.0 MB, and 10 are allowed/,
    ],
  };
  for (const [what, [change, fault]] of Object.entries(CHANGES)) {
    it(`is refused with ${what}`, () => {
      change();
      const found = imageFaults(root, CONFIG);
      assert.equal(found.length, 1, found.join());
      assert.match(found.join(), fault);
    });
  }

  const CONFIGS: Readonly<Record<string, readonly [change: Partial<ImageConfig>, fault: string]>> = {
    'another entry point': [{ entrypoint: ['/bin/sh'] }, 'its entry point is not the command tillbox'],
    'another command': [{ command: ['sim'] }, 'its command is not run'],
    'another health check': [{ healthcheck: { Test: ['NONE'] } }, 'its health check is not bin/health'],
    'no word on the data volume': [
      { environment: ['DATA_DIR=/data'] },
      'it would sell without a data volume (DATA_DIR_MOUNTED)',
    ],
    'a variable of the machine that built': [
      { environment: ['DATA_DIR_MOUNTED=true', 'HTTPS_PROXY=http://a'] },
      'its environment has HTTPS_PROXY',
    ],
  };
  for (const [what, [change, fault]] of Object.entries(CONFIGS)) {
    it(`is refused with ${what}`, () => {
      assert.deepEqual(imageFaults(root, { ...CONFIG, ...change }), [fault]);
    });
  }
});
