import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWith } from '../support/describe-with.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FILES = ['deploy/release.mjs', 'package.json', 'package-lock.json', 'balena.yml'];
/** Nobody's own settings, hooks or signing keys take part. */
const GIT_ENV = {
  ...process.env,
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
};
const CHANGELOG = '# Changelog\n\n## Unreleased\n\n- A new thing.\n\n## 0.0.9 (2026-01-01)\n\n- An old one.\n';

describeWith('git', 'npm run release', () => {
  let folder: string;
  let repository: string;

  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: repository, encoding: 'utf8', env: GIT_ENV }).trim();
  const text = (name: string): string => readFileSync(path.join(repository, name), 'utf8');
  const write = (name: string, content: string): void => writeFileSync(path.join(repository, name), content);
  const release = (...args: string[]) => {
    const script = path.join(repository, 'deploy/release.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      encoding: 'utf8',
      env: GIT_ENV,
    });
    return { status, stdout, stderr };
  };

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tillbox-release-'));
    repository = path.join(folder, 'fresh');
    mkdirSync(path.join(repository, 'deploy'), { recursive: true });
    for (const name of FILES) cpSync(path.join(ROOT, name), path.join(repository, name));
    write('package.json', text('package.json').replace(/"version": "[^"]*"/, '"version": "0.1.9"'));
    write('CHANGELOG.md', CHANGELOG);
    git('init', '--quiet', '--initial-branch', 'main');
    git('add', '.');
    git('commit', '--quiet', '--message', 'All');
  });

  beforeEach(() => {
    repository = mkdtempSync(path.join(folder, 'copy-'));
    cpSync(path.join(folder, 'fresh'), repository, { recursive: true });
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the version its number everywhere, dates the changelog, commits and tags', () => {
    const { status, stdout, stderr } = release('0.2.0');
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /Nothing was pushed[\s\S]*git push origin main v0\.2\.0/);
    const lock = JSON.parse(text('package-lock.json'));
    const others = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
    assert.equal(JSON.parse(text('package.json')).version, '0.2.0');
    assert.deepEqual([lock.version, lock.packages[''].version], ['0.2.0', '0.2.0']);
    assert.deepEqual({ ...lock.packages, '': undefined }, { ...others.packages, '': undefined });
    assert.match(text('balena.yml'), /^version: 0\.2\.0$/m);
    assert.match(
      text('CHANGELOG.md'),
      /^# Changelog\n\n## Unreleased\n\n## 0\.2\.0 \(\d{4}-\d\d-\d\d\)\n\n- A new thing\.\n\n## 0\.0\.9 /,
    );
    assert.equal(git('status', '--porcelain'), '');
    assert.equal(git('log', '-1', '--format=%s'), 'Release 0.2.0');
    assert.equal(git('rev-parse', 'v0.2.0^{commit}'), git('rev-parse', 'HEAD'));
  });

  const REFUSED: Readonly<
    Record<string, readonly [args: string[], status: number, says: RegExp, prepare?: () => void]>
  > = {
    'no version': [[], 64, /usage/],
    'what is no version': [['v0.2'], 64, /usage/],
    'two versions': [['0.2.0', '0.3.0'], 64, /usage/],
    'the present version': [['0.1.9'], 1, /not greater than 0\.1\.9/],
    'another branch': [['0.2.0'], 1, /made on main; this is side/, () => git('checkout', '--quiet', '-b', 'side')],
    'a changed file': [['0.2.0'], 1, /not clean/, () => write('balena.yml', 'version: 7\n')],
    'a file that git does not know': [['0.2.0'], 1, /not clean/, () => write('new.txt', '')],
    'a tag that is there': [['0.2.0'], 1, /v0\.2\.0 is there/, () => git('tag', 'v0.2.0')],
    'a changelog with nothing unreleased': [
      ['0.2.0'],
      1,
      /nothing under/,
      () => {
        write('CHANGELOG.md', CHANGELOG.replace('- A new thing.\n\n', ''));
        git('commit', '--quiet', '--all', '--message', 'Empty');
      },
    ],
  };

  for (const [what, [args, status, says, prepare]] of Object.entries(REFUSED)) {
    it(`refuses ${what}, and changes nothing`, () => {
      prepare?.();
      const before = [git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('tag')];
      const result = release(...args);
      assert.equal(result.status, status, result.stderr);
      assert.match(result.stderr, says);
      assert.deepEqual([git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('tag')], before);
    });
  }

  it('compares the parts of a version as numbers', () => {
    assert.equal(release('0.1.10').status, 0);
    assert.match(release('0.1.9').stderr, /not greater than 0\.1\.10/);
  });
});
