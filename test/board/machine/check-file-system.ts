import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../parts/run-program.js';

/** The card after the check that systems make of their file systems at each start. Rejects where that cannot repair it. */
export async function checkFileSystem(image: Uint8Array): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'tillbox-check-'));
  try {
    const path = join(folder, 'image');
    writeFileSync(path, image);
    /* From 4 on its exit code says that errors are left. */
    await runProgram(['sh', '-c', 'e2fsck -fy "$1" || [ $? -lt 4 ]', 'e2fsck', path]);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
