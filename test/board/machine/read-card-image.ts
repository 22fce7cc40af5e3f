import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinuxFlash } from '../../../drivers/linux/flash.js';
import { readBook } from '../../../firmware/journal/read-card.js';
import type { Book } from '../../../flows/book.js';
import { runProgram } from '../parts/run-program.js';
import { checkFileSystem } from './check-file-system.js';

/**
 * The book on a card with an ext4, read on this machine after the file system's own recovery. Rejects where there is none, or
 * trouble.
 */
export async function readCardImage(image: Uint8Array): Promise<Book> {
  const folder = mkdtempSync(join(tmpdir(), 'tillbox-card-'));
  try {
    const path = join(folder, 'image');
    writeFileSync(path, await checkFileSystem(image));
    await runProgram(['debugfs', '-R', `rdump / ${folder}`, path]);
    const { db, troubles } = await readBook(createLinuxFlash({ dataDir: join(folder, 'data'), access: 'readOnly' }));
    if (db === undefined || troubles.length > 0) throw new Error(`the card cannot be read: ${troubles.join('; ')}`);
    return db.data;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
