import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageVersion } from '../../drivers/linux/package-version.js';
import { ROOT } from '../docs/docs-files.js';
import { describeWith } from '../support/describe-with.js';

const NAME = `tillbox-${packageVersion()}-linux-${process.arch}.tar.gz`;
/** Nobody's own settings of git take part, and every commit is of the same moment. */
const GIT_ENV = {
  ...process.env,
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b' },
  ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b', GIT_COMMITTER_DATE: '1750000000 +0000' },
};

describeWith('git', 'npm run tarball', () => {
  let home: string;

  before(() => {
    home = mkdtempSync(join(tmpdir(), 'tillbox-tarball-spec-'));
  });

  after(() => rmSync(home, { recursive: true, force: true }));

  /** A repository of its own with the files of this checkout. */
  function checkout(name: string): string {
    const folder = join(home, name);
    const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
    for (const path of tracked) {
      if (path === '' || !existsSync(join(ROOT, path))) continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(ROOT, path), join(folder, path));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, '.gitignore'), 'node_modules\n');
    for (const args of [
      ['init', '--quiet'],
      ['add', '.'],
      ['commit', '--quiet', '--message', 'All'],
    ]) {
      execFileSync('git', args, { cwd: folder, env: GIT_ENV });
    }
    return folder;
  }

  /** Makes the archive there, for a user who keeps files to himself or not; returns its bytes. */
  function pack(folder: string, umask: string, out: string): Buffer {
    const command = `umask ${umask} && exec "$0" deploy/make-tarball.mjs --out "$1"`;
    const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, out], {
      cwd: folder,
      encoding: 'utf8',
      env: GIT_ENV,
    });
    assert.deepEqual([status, stderr], [0, '']);
    return readFileSync(join(out, NAME));
  }

  it('gives the same bytes from any folder and user, and what runs where it is unpacked', () => {
    const out = join(home, 'out');
    const first = pack(checkout('a'), '022', out);
    const second = pack(checkout('another folder'), '077', join(home, 'other'));
    assert.ok(first.equals(second), 'both archives are the same');
    execFileSync('sha256sum', ['-c', `${NAME}.sha256`], { cwd: out, stdio: 'pipe' });

    const listed = execFileSync('tar', ['-tvzf', join(out, NAME), '--numeric-owner'], { encoding: 'utf8' });
    for (const line of listed.trimEnd().split('\n')) {
      assert.match(line, /^(?:drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) 0\/0 .* 2025-06-15 .* tillbox\/\S*$/);
    }
    execFileSync('tar', ['-xzf', join(out, NAME), '-C', home]);
    const { status, stdout } = spawnSync(join(home, 'tillbox/bin/tillbox'), ['--version'], { encoding: 'utf8' });
    assert.deepEqual([status, stdout.trim()], [0, packageVersion()]);
    assert.match(
      readFileSync(join(home, 'tillbox/tillbox.service'), 'utf8'),
      /^ExecStart=\/opt\/tillbox\/bin\/tillbox run$/m,
    );
  });

  it('says where files differ from the commit', () => {
    const folder = checkout('changed');
    writeFileSync(join(folder, 'README.md'), 'Changed\n');
    const { stderr } = spawnSync(process.execPath, ['deploy/make-tarball.mjs', '--out', join(home, 'changed-out')], {
      cwd: folder,
      encoding: 'utf8',
      env: GIT_ENV,
    });
    assert.match(stderr, /^Files differ from the commit/);
  });

  it('refuses a processor that no device has, with 64', () => {
    const args = [join(ROOT, 'deploy/make-tarball.mjs'), '--arch', 'arm'];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [64, '--arch must be arm64 or x64, not arm\n']);
  });
});
