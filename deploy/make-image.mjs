/**
 * `npm run image [-- --arch arm64|x64] [--out DIR] [--rootfs DIR] [--base real|stand-in]`: builds the Dockerfile as an image for a device,
 * from the files that git tracks, and refuses one that holds what does not belong on a device.
 *
 *     OUT/tillbox-VERSION-linux-ARCH.tar     the image, for `docker load`
 *     OUT/image.json                         its entry point, command, environment and health check
 *     OUT/contents.txt                       size of each part, and every file of the program
 *     OUT/sbom.json, THIRD-PARTY-LICENSES.txt
 *     --rootfs DIR                           instead of the .tar: its file system as a folder, to start on an emulated board
 *
 * It needs Linux, root, buildah and, where the base image cannot be loaded, mmdebstrap. Then it builds on a stand-in base: Debian packages
 * of the same release that are unpacked and not set up, and Node of the same version from npm. An image for another processor than this
 * machine's gets its program from `deploy/make-device-tree.mjs --arch`, because its first stage cannot run here; the second stage is the
 * Dockerfile's. Certificates and proxies of this machine are passed to the build, and are not in the image.
 * Exit codes: 0 done, 1 failed or refused, 64 usage.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { imageFaults, listFiles } from './image-contents.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ARCHES = { arm64: 'arm64', x64: 'amd64' };
const BUILDERS_NPM = '11.6.2';
/** What Debian's slim image has that the program, its commands and a technician use; their dependencies come along. */
const STAND_IN_PACKAGES = [
  ...[
    'base-files',
    'base-passwd',
    'bash',
    'coreutils',
    'dash',
    'findutils',
    'grep',
    'libc6',
    'libgcc-s1',
    'libstdc++6',
  ],
  ...['mount', 'procps', 'sed', 'util-linux', 'tzdata'],
];

const startedAt = Date.now();
const times = [];
const { arch, out, rootfs, base } = readArguments();
if (process.getuid() !== 0) stop('run it as root: it makes the files of an image, which belong to root');
if (spawnSync('buildah', ['--version']).status !== 0) stop('buildah is missing: apt-get install buildah mmdebstrap');

process.chdir(ROOT);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const baseName = baseOfDockerfile();
const nodeVersion = /^node:(\d+\.\d+\.\d+)-bookworm-slim$/.exec(baseName)?.[1];
if (nodeVersion === undefined) stop(`the Dockerfile is not based on node:VERSION-bookworm-slim, but on ${baseName}`);
const work = mkdtempSync(join(tmpdir(), 'tillbox-image-'));
const buildahEnv = { ...process.env, CONTAINERS_STORAGE_CONF: join(work, 'storage.conf'), BUILDAH_ISOLATION: 'chroot' };
try {
  prepareStorage();
  const context = copyTracked();
  const usedBase = timed('base', prepareBase);
  timed('build', () => buildImage(context));
  const container = buildah('from', '--pull-never', 'tillbox').trim();
  const mounted = buildah('mount', container).trim();
  writeContents(mounted, usedBase);
  timed('output', () => (rootfs === undefined ? writeArchive() : copyFileSystem(mounted)));
  console.log(`It took ${secondsSince(startedAt)}: ${times.join(', ')}.`);
} finally {
  spawnSync('buildah', ['umount', '--all'], { env: buildahEnv });
  rmSync(work, { recursive: true, force: true });
}

function timed(what, work) {
  const since = Date.now();
  const result = work();
  times.push(`${what} ${secondsSince(since)}`);
  return result;
}

function secondsSince(ms) {
  return `${Math.round((Date.now() - ms) / 1000)} s`;
}

/** Storage of its own, so that nothing of this machine gets into the image or is changed. Overlays copy less, where they can be mounted. */
function prepareStorage() {
  const [graph, state] = [join(work, 'graph'), join(work, 'run')];
  const probe = ['upper', 'lower', 'inner', 'top'].map((name) => join(work, 'probe', name));
  for (const folder of probe) mkdirSync(folder, { recursive: true });
  const [upper, lower, inner, top] = probe;
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${inner}`;
  const mounts = spawnSync('unshare', ['-m', 'mount', '-t', 'overlay', '-o', options, 'none', top]).status === 0;
  writeFileSync(
    buildahEnv.CONTAINERS_STORAGE_CONF,
    `[storage]\ndriver = "${mounts ? 'overlay' : 'vfs'}"\ngraphroot = "${graph}"\nrunroot = "${state}"\n`,
  );
  writeFileSync(join(work, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
}

/** The base image of both stages, without its registry. */
function baseOfDockerfile() {
  const names = [...readFileSync('Dockerfile', 'utf8').matchAll(/^FROM (\S+)/gm)].map(([, name]) => name);
  if (new Set(names).size !== 1) stop(`the stages of the Dockerfile have different bases: ${names.join(', ')}`);
  return names[0];
}

/** What a builder would get from a fresh clone: the files that git tracks, as they are here. */
function copyTracked() {
  const folder = join(work, 'context');
  for (const path of run('git', ['ls-files', '-z']).split('\0')) {
    if (path === '' || !existsSync(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(path, join(folder, path));
  }
  return folder;
}

/** Loads the base image, or makes the stand-in; returns which. */
function prepareBase() {
  const name = `docker.io/library/${baseName}`;
  if (base !== 'stand-in') {
    const policy = ['--signature-policy', join(work, 'policy.json')];
    const pulled = spawnSync('timeout', ['120', 'buildah', 'pull', '-q', ...policy, '--arch', ARCHES[arch], name], {
      env: buildahEnv,
      encoding: 'utf8',
    });
    if (pulled.status === 0) return 'real';
    if (base === 'real') stop(`${name} cannot be loaded: ${pulled.stderr.trim()}`);
    console.log(`${name} cannot be loaded: a stand-in takes its place.`);
  }
  if (spawnSync('mmdebstrap', ['--version']).status !== 0) stop('mmdebstrap is missing: apt-get install mmdebstrap');
  const container = buildah('from', 'scratch').trim();
  const folder = buildah('mount', container).trim();
  run('mmdebstrap', [
    ...['--variant=extract', `--architectures=${ARCHES[arch]}`, '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr'],
    ...[`--include=${STAND_IN_PACKAGES.join(',')}`, 'bookworm', folder],
  ]);
  unpackFromNpm(`node-linux-${arch}@${nodeVersion}`, join(folder, 'usr/local'), ['bin/node']);
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  if (arch === process.arch) {
    unpackFromNpm(`npm@${BUILDERS_NPM}`, join(folder, 'usr/local/lib/node_modules/npm'), ['.']);
    run('ln', ['-s', '../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm')]);
    run('chmod', ['+x', join(folder, 'usr/local/lib/node_modules/npm/bin/npm-cli.js')]);
  }
  buildah('config', '--arch', ARCHES[arch], '--env', `PATH=${path}`, '--env', `NODE_VERSION=${nodeVersion}`, container);
  buildah('commit', '-q', '--format', 'docker', '--rm', container, name);
  return 'stand-in';
}

function unpackFromNpm(what, folder, files) {
  const packed = join(work, 'packed');
  mkdirSync(packed, { recursive: true });
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', packed, what]),
  );
  mkdirSync(folder, { recursive: true });
  const inside = files.map((file) => (file === '.' ? 'package' : `package/${file}`));
  run('tar', ['-xzf', join(packed, filename), '-C', folder, '--strip-components=1', '--no-same-owner', ...inside]);
}

function buildImage(context) {
  const common = ['--pull-never', '--format', 'docker', '--layers=false', '--arch', ARCHES[arch], '-t', 'tillbox'];
  const policy = ['--signature-policy', join(work, 'policy.json')];
  const stage = arch === process.arch ? passedIn() : ['--build-context', `build=${crossStage()}`];
  const args = ['bud', '--isolation', 'chroot', '--network', 'host', ...policy, ...common, ...stage, context];
  const { status, stdout, stderr } = spawnSync('buildah', args, { env: buildahEnv, encoding: 'utf8', maxBuffer: 1e8 });
  if (status !== 0) stop(`the build failed:\n${stdout}${stderr}`);
}

/** How this machine reaches its registry, for the time of the build alone. */
function passedIn() {
  const settings = JSON.parse(run('npm', ['config', 'list', '--json']));
  const lines = ['registry', 'proxy', 'https-proxy', 'noproxy', 'cafile']
    .filter((key) => typeof settings[key] === 'string' && settings[key] !== '')
    .map((key) => `${key}=${settings[key]}`);
  const npmrc = join(work, 'npmrc');
  writeFileSync(npmrc, `${lines.join('\n')}\n`);
  const certificates = typeof settings.cafile === 'string' && existsSync(settings.cafile) ? [settings.cafile] : [];
  return [`${npmrc}:/usr/local/etc/npmrc:ro`, ...certificates.map((file) => `${file}:${file}:ro`)].flatMap((one) => [
    '-v',
    one,
  ]);
}

/** What the first stage would have made, on this machine; its path is as in that stage. */
function crossStage() {
  const stage = join(work, 'stage');
  run(process.execPath, [
    'deploy/make-device-tree.mjs',
    '--arch',
    arch,
    '--out',
    join(stage, 'opt/tillbox'),
    '--without-compiler',
  ]);
  return stage;
}

function writeContents(mounted, usedBase) {
  const tree = join(mounted, 'opt/tillbox');
  const { OCIv1, Docker } = JSON.parse(buildah('inspect', '--type', 'image', 'tillbox'));
  const { Entrypoint, Cmd, Env, Volumes } = OCIv1.config;
  const config = { arch, entrypoint: Entrypoint, command: Cmd, environment: Env, volumes: Object.keys(Volumes ?? {}) };
  const healthcheck = Docker.config.Healthcheck;
  const faults = imageFaults(mounted, { ...config, healthcheck });
  if (faults.length > 0) stop(`the image is refused:\n  ${faults.join('\n  ')}`);
  mkdirSync(out, { recursive: true });
  for (const file of ['sbom.json', 'THIRD-PARTY-LICENSES.txt']) cpSync(join(tree, file), join(out, file));
  writeFileSync(
    join(out, 'image.json'),
    `${JSON.stringify({ version, base: usedBase, ...config, healthcheck }, undefined, 2)}\n`,
  );
  const files = listFiles(tree);
  const size = (some) => some.reduce((sum, file) => sum + file.bytes, 0);
  const parts = ['program', 'node_modules', 'docs', 'bin'].map((part) => {
    const some = files.filter(({ path }) => path.startsWith(`${part}/`));
    return `${inMegabytes(size(some))}  ${some.length} files  ${part}`;
  });
  const summary = [
    `tillbox ${version} for linux ${arch}, base ${baseName} (${usedBase})`,
    `${inMegabytes(size(listFiles(mounted)))}  everything`,
    `${inMegabytes(size(files))}  ${files.length} files  /opt/tillbox`,
    ...parts.map((part) => `  ${part}`),
  ];
  const lines = files.map(({ path, bytes }) => `${String(bytes).padStart(10)} ${path}`);
  writeFileSync(join(out, 'contents.txt'), `${[...summary, '', ...lines].join('\n')}\n`);
  console.log(summary.join('\n'));
}

function copyFileSystem(mounted) {
  rmSync(rootfs, { recursive: true, force: true });
  mkdirSync(rootfs, { recursive: true });
  run('cp', ['-a', `${mounted}/.`, rootfs]);
  /* An engine makes them for its mounts. */
  for (const folder of ['data', 'var/lib/tillbox']) mkdirSync(join(rootfs, folder), { recursive: true });
  console.log(`The file system is in ${rootfs}, its settings are in ${join(out, 'image.json')}.`);
}

function writeArchive() {
  const file = join(out, `tillbox-${version}-linux-${arch}.tar`);
  rmSync(file, { force: true });
  const policy = ['--signature-policy', join(work, 'policy.json')];
  buildah('push', '-q', ...policy, 'tillbox', `docker-archive:${file}:tillbox:${version}`);
  console.log(`The image is ${file}: docker load -i ${file}`);
}

function readArguments() {
  let values;
  try {
    const text = { type: 'string' };
    values = parseArgs({ options: { arch: text, out: text, rootfs: text, base: text } }).values;
  } catch (error) {
    stop(error.message, 64);
  }
  const wanted = values.arch ?? process.arch;
  if (!(wanted in ARCHES)) stop(`--arch must be ${Object.keys(ARCHES).join(' or ')}, not ${wanted}`, 64);
  if (![undefined, 'real', 'stand-in'].includes(values.base)) stop('--base must be real or stand-in', 64);
  const folder = values.rootfs === undefined ? undefined : resolve(values.rootfs);
  if (folder !== undefined && existsSync(folder) && !existsSync(join(folder, 'opt/tillbox'))) {
    stop(`--rootfs: ${folder} is there and holds no image: remove it, or name another folder`, 64);
  }
  return { arch: wanted, out: resolve(values.out ?? join(ROOT, 'image', wanted)), rootfs: folder, base: values.base };
}

function inMegabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function buildah(...args) {
  return run('buildah', args, buildahEnv);
}

/** What a command prints; stops where it fails. */
function run(command, args, env = process.env) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1e8, env });
  if (status !== 0) stop(`${command} ${args.join(' ')} failed: ${(error?.message ?? stderr).trim()}`);
  return stdout;
}

function stop(message, code = 1) {
  console.error(message);
  if (typeof work === 'string') {
    spawnSync('buildah', ['umount', '--all'], { env: buildahEnv });
    rmSync(work, { recursive: true, force: true });
  }
  process.exit(code);
}
