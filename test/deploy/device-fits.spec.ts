import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCode } from '../../firmware/log/exit-code.js';
import { ROOT } from '../docs/docs-files.js';

describe('the program of a device, on a machine that cannot run it', () => {
  let tree: string;

  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'tillbox-fits-'));
    mkdirSync(join(tree, 'program'));
    cpSync(join(ROOT, 'deploy/device-fits.cjs'), join(tree, 'program/fits.cjs'));
  });

  afterEach(() => rmSync(tree, { recursive: true }));

  /** Starts it, made for `arch`, on this machine, on which Node says that it is `version`. */
  function start(arch: string | undefined, version: string = process.versions.node) {
    if (arch !== undefined) mkdirSync(join(tree, `node_modules/@koromix/koffi-linux-${arch}`), { recursive: true });
    const preload = join(tree, 'version.cjs');
    const changed = `{ ...process.versions, node: ${JSON.stringify(version)} }`;
    writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: ${changed} });`);
    const args = ['--require', preload, join(tree, 'program/fits.cjs')];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return { status, says: stderr };
  }

  it('starts where everything fits', () => {
    for (const version of [process.versions.node, '20.19.0', '22.1.0', '24.0.0']) {
      assert.deepEqual(start(process.arch, version), { status: 0, says: '' });
    }
  });

  for (const version of ['18.20.8', '20.18.3']) {
    it(`refuses Node ${version}`, () => {
      const { status, says } = start(process.arch, version);
      assert.equal(status, exitCode.usage);
      assert.equal(says, `Tillbox needs Node 20.19 or newer; this is ${version} (${process.execPath}).\n`);
    });
  }

  it('refuses another processor', () => {
    const other = process.arch === 'arm64' ? 'x64' : 'arm64';
    const { status, says } = start(other);
    assert.equal(status, exitCode.usage);
    assert.equal(
      says,
      `This Tillbox is for ${other}, and this machine is ${process.arch}: take the one for ${process.arch}.\n`,
    );
  });

  it('refuses a folder that is not whole', () => {
    const { status, says } = start(undefined);
    assert.equal(status, exitCode.usage);
    assert.match(says, /^This Tillbox is not whole: .*@koromix is missing\. Unpack it again\.\n$/);
  });
});
