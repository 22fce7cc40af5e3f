/**
 * `npm run release -- VERSION`: gives the next version its number everywhere, turns the changelog's "Unreleased" into it, commits and
 * tags. It pushes nothing. Refuses, and changes nothing, where the version is not a greater one, the branch is not `main`, the tree is
 * not clean or nothing is unreleased. Exit codes: 0 done, 1 refused or git failed, 64 usage.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const [version = '', ...more] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version) || more.length > 0) stop('usage: npm run release -- VERSION, such as 1.2.0', 64);

const { version: before } = JSON.parse(read('package.json'));
const UNRELEASED = /^## Unreleased\n+([\s\S]*?)(?=^## |(?![\s\S]))/m;

const branch = git('rev-parse', '--abbrev-ref', 'HEAD');
if (branch !== 'main') stop(`a release is made on main; this is ${branch}`);
if (git('status', '--porcelain') !== '') stop('the working tree is not clean: commit or remove what git status shows');
if (!isGreater(version, before)) stop(`${version} is not greater than ${before}, which is the present version`);
if (git('tag', '--list', `v${version}`) !== '') stop(`the tag v${version} is there already`);
if ((UNRELEASED.exec(read('CHANGELOG.md'))?.[1] ?? '').trim() === '')
  stop('CHANGELOG.md has nothing under "## Unreleased"');

const today = new Date().toISOString().slice(0, 10);
const changes = {
  'package.json': (text) => text.replace(/^( {2}"version": )"[^"]*"/m, `$1"${version}"`),
  'package-lock.json': (text) => {
    const lock = JSON.parse(text);
    lock.version = version;
    lock.packages[''].version = version;
    return `${JSON.stringify(lock, undefined, 2)}\n`;
  },
  'balena.yml': (text) => text.replace(/^version: .*$/m, `version: ${version}`),
  'CHANGELOG.md': (text) => text.replace(/^## Unreleased$/m, `## Unreleased\n\n## ${version} (${today})`),
};
for (const [path, change] of Object.entries(changes)) writeFileSync(path, change(read(path)));
git('commit', '--quiet', '--message', `Release ${version}`, '--', ...Object.keys(changes));
git('tag', '--annotate', '--message', `Tillbox ${version}`, `v${version}`);

console.log(`Version ${version} is committed and tagged as v${version}. Nothing was pushed.
Next: look at it with "git show", wait for .ci/run to pass on this commit, then
  git push origin main v${version}
To take it back before that: git tag -d v${version} && git reset --hard HEAD~1`);

function isGreater(next, present) {
  const [a, b] = [next, present].map((text) => text.split('.').map(Number));
  const different = a.findIndex((part, index) => part !== b[index]);
  return different >= 0 && a[different] > b[different];
}

function read(path) {
  return readFileSync(path, 'utf8');
}

/** What git prints; stops where it fails. */
function git(...args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { encoding: 'utf8' });
  if (status !== 0) stop(`git ${args[0]} failed: ${(error?.message ?? stderr).trim()}`);
  return stdout.trim();
}

function stop(message, code = 1) {
  console.error(message);
  process.exit(code);
}
