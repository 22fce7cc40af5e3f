import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianParts } from './debian-parts.js';
import { initramfs } from './initramfs.js';
import { type RootImage, rootImage } from './root-image.js';

/** Files that the emulator starts a board from. */
export interface BoardParts extends RootImage {
  readonly kernel: string;
  readonly initramfs: string;
}

/** What was loaded from Debian; what is made of this checkout is never kept. */
const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/tillbox-board/', import.meta.url));

/** Loads and makes what a board is made of. `folder` is for what belongs to this run. */
export async function boardParts(folder: string): Promise<BoardParts> {
  mkdirSync(CACHE, { recursive: true });
  const debian = await debianParts(join(CACHE, 'debian'));
  const first = join(folder, 'initramfs.gz');
  writeFileSync(first, initramfs(debian));
  return { kernel: debian.kernel, initramfs: first, ...(await rootImage(folder)) };
}
