/**
 * `npm run tarball [-- --arch arm64|x64] [--out DIR]`: packs the device's folder for a board without balena:
 *
 *     OUT/tillbox-VERSION-linux-ARCH.tar.gz           unpack it in /opt: it holds the folder tillbox
 *     OUT/tillbox-VERSION-linux-ARCH.tar.gz.sha256    for `sha256sum -c`
 *
 * The same commit gives the same bytes from any folder and user, with the same version of Node: names are sorted, times are the commit's, owners are root, and what a compiler of
 * this machine would add (GPIO over sysfs) is left out. Where files differ from the commit it says so. OUT is `tarball` where nothing is said.
 * Exit codes: 0 done, 1 failed, 64 usage.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const ARCHES = ['arm64', 'x64'];

const { arch, out } = readArguments();
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const committedAt = run('git', ['log', '-1', '--format=%ct']).trim();
if (run('git', ['status', '--porcelain', '--untracked-files=no']) !== '') {
  console.error('Files differ from the commit: another checkout of it will give another archive.');
}
const work = mkdtempSync(join(tmpdir(), 'tillbox-tarball-'));
try {
  const tree = join(work, 'tillbox');
  const made = run(process.execPath, [
    'deploy/make-device-tree.mjs',
    '--arch',
    arch,
    '--out',
    tree,
    '--without-compiler',
  ]);
  process.stdout.write(made);
  const tar = join(work, 'tillbox.tar');
  run('tar', [
    ...['--sort=name', `--mtime=@${committedAt}`, '--owner=0', '--group=0', '--numeric-owner'],
    ...['--mode=u=rwX,go=rX', '--format=ustar', '-cf', tar, '-C', work, 'tillbox'],
  ]);
  mkdirSync(out, { recursive: true });
  const file = join(out, `tillbox-${version}-linux-${arch}.tar.gz`);
  const packed = gzipSync(readFileSync(tar), { level: 9 });
  writeFileSync(file, packed);
  const sha256 = createHash('sha256').update(packed).digest('hex');
  writeFileSync(`${file}.sha256`, `${sha256}  ${basename(file)}\n`);
  console.log(`${file}: ${(packed.length / 1e6).toFixed(1)} MB, sha256 ${sha256}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function readArguments() {
  let values;
  try {
    values = parseArgs({ options: { arch: { type: 'string' }, out: { type: 'string' } } }).values;
  } catch (error) {
    stop(error.message, 64);
  }
  const wanted = values.arch ?? process.arch;
  if (!ARCHES.includes(wanted)) stop(`--arch must be ${ARCHES.join(' or ')}, not ${wanted}`, 64);
  return { arch: wanted, out: resolve(values.out ?? fileURLToPath(new URL('../tarball', import.meta.url))) };
}

/** What a command prints; stops where it fails. */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1e8 });
  if (status !== 0) stop(`${basename(command)} ${args.join(' ')} failed: ${(error?.message ?? stderr).trim()}`);
  return stdout;
}

function stop(message, code = 1) {
  console.error(message);
  process.exit(code);
}
