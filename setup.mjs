/**
 * Makes a checkout ready to run with nothing but Node and npm: installs the locked packages and builds, each only when
 * missing or out of date. Install scripts are not run, so nothing is compiled or downloaded beside the packages; a board
 * image, which needs the native GPIO module, installs with them.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NODE_AT_LEAST = [20, 19];
const SOURCES = [
  'firmware',
  'drivers',
  'flows',
  'hw-sim',
  'test',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NODE_AT_LEAST[0] || (major === NODE_AT_LEAST[0] && minor < NODE_AT_LEAST[1])) {
  stop(`Tillbox needs Node ${NODE_AT_LEAST.join('.')} or newer; this is ${process.versions.node}.`);
}

const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
const installedMark = 'node_modules/.tillbox-installed';
if (!existsSync(installedMark) || readFileSync(installedMark, 'utf8') !== lock) {
  console.error('Installing packages: some 75 MB to load, seconds on a fast line and a few minutes on a slow one…');
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(installedMark, lock);
}

const builtMark = 'dist/.built';
if (!existsSync(builtMark) || newest(SOURCES) > statSync(builtMark).mtimeMs) {
  console.error('Building, which takes some seconds…');
  rmSync('dist', { recursive: true, force: true });
  const startedAt = new Date();
  run('node_modules/.bin/tsc', []);
  writeFileSync(builtMark, startedAt.toISOString());
}

/** The latest change of any of these files, or of a file or folder below them. */
function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    const found = statSync(path);
    latest = Math.max(latest, found.mtimeMs);
    if (found.isDirectory()) latest = Math.max(latest, newest(readdirSync(path).map((name) => `${path}/${name}`)));
  }
  return latest;
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (error !== undefined) stop(`${command} could not be started: ${error.message}`);
  if (status !== 0) stop(`${[command, ...args].join(' ')} failed; see its output above.`);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
