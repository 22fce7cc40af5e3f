/**
 * `npm run device-tree -- --out DIR [--arch arm64|x64] [--node-headers DIR | --without-compiler]`: makes from this checkout the folder that runs on a device,
 * and nothing else. DIR is made, or replaced where it is such a folder already.
 *
 *     bin/tillbox                the command
 *     program/                   the whole program in one file, and what loads it
 *     node_modules/              what cannot be in that file: native modules, and packages that few terminals load
 *     docs/, README.md           what a technician needs without a network
 *     tillbox.service            the unit for systemd
 *     package.json LICENSE THIRD-PARTY-LICENSES.txt sbom.json
 *
 * Another processor than this machine's needs the network: npm installs that processor's packages into a temporary folder. The module
 * `epoll`, which GPIO over sysfs needs, is compiled where there is a compiler for the processor and Node's headers
 * (`--node-headers`, else those of this Node); it fits that major version of Node alone. Else, and with `--without-compiler`, it is left out, and the output says so.
 * Exit codes: 0 done, 1 failed, 64 usage.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { thirdPartyLicenses } from './third-party-licenses.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ARCHES = { arm64: { compiler: 'aarch64-linux-gnu-g++' }, x64: { compiler: 'x86_64-linux-gnu-g++' } };
/**
 * One thread beside the main one compiles and collects: a start takes less, and few boards have cores to spare. New objects get 2 MB
 * before they are collected, not 16 or more: the process stays half as large while it sells, and takes no more time.
 */
const NODE_OPTIONS = ['--v8-pool-size=1', '--max-semi-space-size=2'];
const DOCS = [
  'README.md',
  'docs/operations.md',
  'docs/deploy.md',
  'docs/no-boot.md',
  'docs/wiring.md',
  'docs/catalog.md',
  'docs/result-codes.md',
  'docs/api.md',
];
/** Packages that few terminals need, or none at its start, and what is used of them. */
const LATER = {
  'johnny-five': `exports.Board = require('johnny-five/lib/board');
    exports.Led = require('johnny-five/lib/led');
    exports.Relay = require('johnny-five/lib/relay');`,
  receiptline: "module.exports = require('receiptline');",
};
/** Files of packages that are copied as they are, beside each one's `package.json`. */
const COPIED = {
  onoff: ['onoff.js'],
  'lodash.debounce': ['index.js'],
  epoll: ['epoll.js'],
  bindings: ['bindings.js'],
  'file-uri-to-path': ['index.js'],
  koffi: ['index.cjs', 'src/koffi/index.cjs', 'src/koffi/src/static.cjs'],
};

const { out, arch, headers, compiling } = readArguments();
const work = mkdtempSync(join(tmpdir(), 'tillbox-tree-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
await makeTree();

async function makeTree() {
  if (existsSync(out) && !isReplaceable(out))
    stop(`${out} is there and is no device tree: remove it, or name another folder`);
  const packages = arch === process.arch ? join(ROOT, 'node_modules') : installFor(arch);
  const tree = join(work, 'tree');
  mkdirSync(join(tree, 'bin'), { recursive: true });
  const bundled = await bundleProgram(tree);
  for (const [name, contents] of Object.entries(LATER)) bundled.push(...(await bundleLater(tree, name, contents)));
  copyNativeParts(tree, packages);
  const epoll = compileEpoll(tree);
  const copied = [...Object.keys(COPIED), `@koromix/koffi-linux-${arch}`].filter(
    (name) => epoll.made || !['onoff', 'lodash.debounce', 'epoll', 'bindings', 'file-uri-to-path'].includes(name),
  );

  writeFileSync(join(tree, 'bin/tillbox'), launcher(), { mode: 0o755 });
  for (const path of [...DOCS, 'LICENSE']) copy(join(ROOT, path), join(tree, path));
  copy(join(ROOT, 'deploy/tillbox.service'), join(tree, 'tillbox.service'));
  const { name, version, description, license, engines } = readJson(join(ROOT, 'package.json'));
  writeJson(join(tree, 'package.json'), {
    name,
    version,
    description,
    license,
    private: true,
    engines,
    bin: 'bin/tillbox',
  });
  const shipped = [...new Set(bundled), ...copied.map((one) => `node_modules/${one}`)];
  writeJson(join(tree, 'sbom.json'), billOf(shipped));
  writeFileSync(
    join(tree, 'THIRD-PARTY-LICENSES.txt'),
    thirdPartyLicenses(
      shipped.map((path) => (path.includes('@koromix') ? join(packages, '..', path) : join(ROOT, path))),
    ),
  );

  rmSync(out, { recursive: true, force: true });
  mkdirSync(dirname(out), { recursive: true });
  /* The temporary folder may be on another disk. */
  cpSync(tree, `${out}.new`, { recursive: true });
  renameSync(`${out}.new`, out);
  console.log(`${out}: tillbox ${version} for ${arch}, ${inMegabytes(sizeOf(out))}
  program ${inMegabytes(sizeOf(join(out, 'program')))}, node_modules ${inMegabytes(sizeOf(join(out, 'node_modules')))}
  GPIO over sysfs: ${epoll.says}`);
}

/** The program in one file; returns the folders of the packages in it, from the checkout. */
async function bundleProgram(tree) {
  const atRun = ['koffi', 'onoff', ...Object.keys(LATER)];
  const { metafile, outputFiles } = await build({
    ...bundleOptions(),
    entryPoints: [join(ROOT, 'firmware/device.ts')],
    outfile: join(tree, 'program/tillbox.js'),
    external: atRun,
    write: false,
    define: { 'import.meta.url': 'bundleUrl' },
    /* What `start.cjs` calls. */
    banner: {
      js: `(function (require, module, exports, __filename, __dirname) { 'use strict';
const bundleUrl = require('node:url').pathToFileURL(__filename).href;`,
    },
    footer: { js: '})' },
    plugins: [serialBindings(), requestsOfBytes()],
  });
  const [{ text }] = outputFiles;
  if (/\bimport\s*\(/.test(text)) stop('the bundle still has an import(): it would not run from a compiled script');
  mkdirSync(join(tree, 'program'));
  writeFileSync(join(tree, 'program/tillbox.js'), text);
  copy(join(ROOT, 'deploy/device-start.cjs'), join(tree, 'program/start.cjs'));
  copy(join(ROOT, 'deploy/device-fits.cjs'), join(tree, 'program/fits.cjs'));
  return packagesOf(metafile);
}

/**
 * What the program loads from a package when it first needs it, in one file under the package's name; returns the folders of the
 * packages in it, from the checkout.
 */
async function bundleLater(tree, name, contents) {
  const folder = join(tree, 'node_modules', name);
  const { metafile } = await build({
    ...bundleOptions(),
    stdin: { contents, resolveDir: ROOT },
    outfile: join(folder, 'index.js'),
  });
  const { version, license } = readJson(join(ROOT, 'node_modules', name, 'package.json'));
  writeJson(join(folder, 'package.json'), { name, version, license, main: 'index.js' });
  return packagesOf(metafile);
}

/** Names are kept: they are what a report of a bug shows. */
function bundleOptions() {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
  };
}

/** The serial port's native module is looked for where it is in the tree, not in the package's own folder. */
function serialBindings() {
  return {
    name: 'serial-bindings',
    setup(bundling) {
      bundling.onLoad({ filter: /@serialport\/bindings-cpp\/dist\/serialport-bindings\.js$/ }, ({ path }) => {
        const asked = "__dirname, '../'";
        const text = readFileSync(path, 'utf8');
        if (!text.includes(asked)) stop(`${path} looks for its native module in another way than before`);
        return { contents: text.replace(asked, "__dirname, '../node_modules/@serialport/bindings-cpp'"), loader: 'js' };
      });
    },
  };
}

/**
 * node-fetch without files, forms and web streams, which no request and no answer of a terminal has: loading what they need takes some
 * milliseconds of each start.
 */
function requestsOfBytes() {
  const names = [
    'Blob',
    'File',
    'FormData',
    'blobFrom',
    'blobFromSync',
    'fileFrom',
    'fileFromSync',
    'formDataToBlob',
    'toFormData',
  ];
  const contents = `class Unused { constructor() { throw new Error('files and forms are not part of this program'); } }
    export { Unused as default, ${names.map((name) => `Unused as ${name}`).join(', ')} };`;
  return {
    name: 'requests-of-bytes',
    setup(bundling) {
      const filter = /^(?:fetch-blob(?:\/from\.js)?|formdata-polyfill\/esm\.min\.js|\.\/utils\/multipart-parser\.js)$/;
      bundling.onResolve({ filter }, ({ path, importer }) =>
        /\/node_modules\/node-fetch\//.test(importer) ? { path, namespace: 'unused' } : undefined,
      );
      bundling.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents, loader: 'js' }));
    },
  };
}

function packagesOf({ inputs }) {
  return [
    ...new Set(Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])),
  ];
}

/** The bill of materials of these packages alone, each named by its folder in the checkout. */
function billOf(folders) {
  const bill = JSON.parse(run(process.execPath, [join(ROOT, 'deploy/sbom.mjs')]));
  const refs = new Set(folders.map((folder) => `/${folder}`));
  const product = bill.metadata.component['bom-ref'];
  return {
    ...bill,
    components: bill.components.filter((component) => refs.has(component['bom-ref'])),
    dependencies: bill.dependencies
      .filter(({ ref }) => ref === product || refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((needed) => refs.has(needed)) })),
  };
}

function copyNativeParts(tree, packages) {
  const to = join(tree, 'node_modules');
  for (const [name, files] of Object.entries(COPIED)) {
    for (const file of ['package.json', ...files]) copy(join(packages, name, file), join(to, name, file));
  }
  const koffi = `@koromix/koffi-linux-${arch}`;
  for (const file of ['package.json', 'index.js', `linux_${arch}/koffi.node`]) {
    copy(join(packages, koffi, file), join(to, koffi, file));
  }
  const serial = `@serialport/bindings-cpp`;
  const prebuilds = `prebuilds/linux-${arch}`;
  for (const file of readdirSync(join(packages, serial, prebuilds)).filter((one) => one.endsWith('.glibc.node'))) {
    copy(join(packages, serial, prebuilds, file), join(to, serial, prebuilds, file));
  }
  copy(join(packages, serial, 'package.json'), join(to, serial, 'package.json'));
}

/** Compiles `epoll` into the tree, or takes it and what needs it out of the tree. */
function compileEpoll(tree) {
  const folder = join(tree, 'node_modules/epoll');
  const without = (why) => {
    for (const name of ['onoff', 'lodash.debounce', 'epoll', 'bindings', 'file-uri-to-path']) {
      rmSync(join(tree, 'node_modules', name), { recursive: true });
    }
    return { made: false, says: `left out: ${why}` };
  };
  if (!compiling) return without('nothing is compiled');
  const compilers = arch === process.arch ? [ARCHES[arch].compiler, 'g++'] : [ARCHES[arch].compiler];
  const compiler = compilers.find((one) => spawnSync(one, ['--version']).status === 0);
  if (compiler === undefined) return without(`there is no ${compilers.join(' and no ')}`);
  const include = [headers, join(dirname(process.execPath), '../include/node'), '/usr/include/node'].find(
    (one) => one !== undefined && existsSync(join(one, 'node_version.h')),
  );
  if (include === undefined) return without("Node's headers were not found; see --node-headers");
  const major = /NODE_MAJOR_VERSION (\d+)/.exec(readFileSync(join(include, 'node_version.h'), 'utf8'))?.[1];
  const built = join(folder, 'build/Release/epoll.node');
  mkdirSync(dirname(built), { recursive: true });
  const sources = [
    `-I${include}`,
    `-I${join(ROOT, 'node_modules/nan')}`,
    join(ROOT, 'node_modules/epoll/src/epoll.cc'),
  ];
  const options = [
    '-shared',
    '-fPIC',
    '-O2',
    '-s',
    '-std=c++20',
    '-w',
    '-DNODE_GYP_MODULE_NAME=epoll',
    `-ffile-prefix-map=${ROOT}=`,
  ];
  const { status, stderr } = spawnSync(compiler, [...options, ...sources, '-o', built], { encoding: 'utf8' });
  if (status !== 0)
    return without(`${compiler} failed: ${stderr.split('\n').find((line) => /error/.test(line)) ?? stderr}`);
  return { made: true, says: `for Node ${major} alone, compiled with the headers in ${include}` };
}

/** The packages of a device with another processor, from the lock file. */
function installFor(other) {
  const folder = join(work, 'packages');
  for (const file of ['package.json', 'package-lock.json']) copy(join(ROOT, file), join(folder, file));
  console.log(`Loading the packages of ${other}, some 50 MB…`);
  run('npm', [
    ...['ci', '--omit=dev', `--cpu=${other}`, '--os=linux', '--libc=glibc', '--ignore-scripts'],
    ...['--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder],
  ]);
  return join(folder, 'node_modules');
}

function launcher() {
  return `#!/bin/sh
# The command of Tillbox. It may be called from anywhere and through links.
self=$(readlink -f -- "$0")
exec node ${NODE_OPTIONS.join(' ')} "\${self%/bin/*}/program/start.cjs" "$@"
`;
}

function isReplaceable(folder) {
  if (!statSync(folder).isDirectory()) return false;
  return readdirSync(folder).length === 0 || existsSync(join(folder, 'program/start.cjs'));
}

function readArguments() {
  let values;
  try {
    values = parseArgs({
      options: {
        out: { type: 'string' },
        arch: { type: 'string' },
        'node-headers': { type: 'string' },
        'without-compiler': { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    stop(error.message, 64);
  }
  const wanted = values.arch ?? process.arch;
  if (!values.out) stop('usage: npm run device-tree -- --out DIR [--arch arm64|x64] [--node-headers DIR]', 64);
  if (!(wanted in ARCHES)) stop(`--arch must be ${Object.keys(ARCHES).join(' or ')}, not ${wanted}`, 64);
  const include = values['node-headers'];
  if (include !== undefined && !existsSync(join(include, 'node_version.h'))) {
    stop(`--node-headers: there is no node_version.h in ${include}`, 64);
  }
  return { out: resolve(values.out), arch: wanted, headers: include, compiling: values['without-compiler'] !== true };
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
  chmodSync(to, 0o644);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

function sizeOf(path) {
  const found = statSync(path);
  return found.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : found.size;
}

function inMegabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
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
