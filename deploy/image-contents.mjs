/** What an image may hold, and what it must say, in one place for the build and its tests. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names that have no place below `/opt/tillbox`, with what each would mean. */
const REFUSED_PATHS = [
  [
    /(?:^|\/)(?:typescript|@typescript|mocha|sinon|fast-check|esbuild|@esbuild|@biomejs|zxing-wasm|@types)\//,
    'a development tool',
  ],
  [/\.(?:c|m)?ts$|\.tsbuildinfo$/, 'a source of TypeScript'],
  [/\.spec\.\w+$/, 'a test'],
  [/\.map$/, 'a source map'],
  [/(?:^|\/)(?:hw-sim|gateway|test|acquirer-sim)(?:\/|\.)/, 'a part that is not for devices'],
  [/(?:^|\/)\.git(?:\/|ignore$|$)/, 'a part of git'],
  [/(?:^|\/)(?:\.npmrc|\.env|[\w.-]*\.env|id_rsa|id_ed25519)$/, 'a file that may hold secrets'],
  [/\.(?:pem|key|p12|pfx)$/, 'a key'],
  [/\.(?:c|cc|cpp|h|hpp|gyp|o|a)$/, 'a source or product of a compiler'],
];
/** Places outside of it where a build may have left something of the machine that built. */
const REFUSED_LEFTOVERS = [
  'root/.npmrc',
  'root/.npm',
  '.npm',
  'usr/local/etc/npmrc',
  'root/.cache',
  'src',
  'data/journal-a',
  'etc/npmrc',
  '.git',
];
const KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{64}/;
const NEEDED = [
  'bin/tillbox',
  'bin/health',
  'bin/with-usb',
  'package.json',
  'sbom.json',
  'LICENSE',
  'THIRD-PARTY-LICENSES.txt',
];
/** Bytes 18 and 19 of an ELF file: which processor it is for. */
const MACHINES = { x64: 62, arm64: 183 };
const HIGHEST_TREE_MB = 10;

/** Every file below a folder, links included and not followed: path within it and size. */
export function listFiles(folder, within = '') {
  return readdirSync(join(folder, within), { withFileTypes: true }).flatMap((entry) => {
    const path = within === '' ? entry.name : `${within}/${entry.name}`;
    if (entry.isDirectory()) return listFiles(folder, path);
    const { size, mode } = lstatSync(join(folder, path));
    return [{ path, bytes: size, mode, regular: entry.isFile() }];
  });
}

/**
 * Why an image is refused; empty where it is not. `root` is its file system; `config` its `arch`, `entrypoint`, `command`,
 * `environment` (`NAME=value`) and `healthcheck`.
 */
export function imageFaults(root, config) {
  const tree = join(root, 'opt/tillbox');
  const files = listFiles(tree);
  const paths = new Set(files.map(({ path }) => path));
  return [
    ...NEEDED.filter((path) => !paths.has(path)).map((path) => `/opt/tillbox/${path} is missing`),
    ...files.flatMap(({ path }) =>
      REFUSED_PATHS.filter(([pattern]) => pattern.test(path)).map(([, what]) => `/opt/tillbox/${path} is ${what}`),
    ),
    ...files
      .filter(({ mode, regular }) => regular && (mode & 0o6022) !== 0)
      .map(({ path }) => `/opt/tillbox/${path} may be changed by others than root, or gives privileges`),
    ...files
      .filter(({ path, mode }) => path.startsWith('bin/') && (mode & 0o111) !== 0o111)
      .map(({ path }) => `/opt/tillbox/${path} cannot be run`),
    ...files
      .filter(({ path, regular }) => regular && holdsKey(join(tree, path)))
      .map(({ path }) => `/opt/tillbox/${path} holds a private key`),
    ...files
      .filter(({ path }) => path.endsWith('.node'))
      .filter(({ path }) => machineOf(join(tree, path)) !== MACHINES[config.arch])
      .map(({ path }) => `/opt/tillbox/${path} is for another processor than ${config.arch}`),
    ...REFUSED_LEFTOVERS.filter((path) => isThere(join(root, path))).map(
      (path) => `/${path} is left over from the build`,
    ),
    ...sizeFaults(files),
    ...nodeFaults(root, config.arch),
    ...configFaults(config),
  ];
}

function sizeFaults(files) {
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  return megabytes > HIGHEST_TREE_MB
    ? [`/opt/tillbox has ${megabytes.toFixed(1)} MB, and ${HIGHEST_TREE_MB} are allowed`]
    : [];
}

function nodeFaults(root, arch) {
  const node = join(root, 'usr/local/bin/node');
  if (!isThere(node)) return ['/usr/local/bin/node is missing'];
  return machineOf(node) === MACHINES[arch] ? [] : [`/usr/local/bin/node is for another processor than ${arch}`];
}

function configFaults({ entrypoint, command, environment = [], healthcheck }) {
  const variables = Object.fromEntries(
    environment.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
  );
  const known = [
    'PATH',
    'DATA_DIR',
    'DATA_DIR_MOUNTED',
    'CARD_MARK_FILE',
    'NODE_OPTIONS',
    'NODE_VERSION',
    'YARN_VERSION',
  ];
  return [
    ...(entrypoint?.join(' ') === '/opt/tillbox/bin/tillbox' ? [] : ['its entry point is not the command tillbox']),
    ...(command?.join(' ') === 'run' ? [] : ['its command is not run']),
    ...(healthcheck?.Test?.join(' ') === 'CMD /opt/tillbox/bin/health' ? [] : ['its health check is not bin/health']),
    ...(variables.DATA_DIR_MOUNTED === 'true' ? [] : ['it would sell without a data volume (DATA_DIR_MOUNTED)']),
    ...Object.keys(variables)
      .filter((name) => !known.includes(name))
      .map((name) => `its environment has ${name}`),
  ];
}

function holdsKey(path) {
  return lstatSync(path).size < 2e6 && KEY.test(readFileSync(path, 'latin1'));
}

function machineOf(path) {
  const bytes = readFileSync(path);
  return bytes.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1')) ? bytes.readUInt16LE(18) : undefined;
}

function isThere(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
