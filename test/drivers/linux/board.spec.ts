import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULE = fileURLToPath(new URL('../../../drivers/linux/board.js', import.meta.url));

/** Opens a file, which nobody may ever answer, and ends while it waits for it. */
const LEAVING = `
  import { open } from 'node:fs';
  import { createLinuxBoard } from ${JSON.stringify(MODULE)};
  const board = createLinuxBoard();
  process.once('exit', () => console.error('at rest'));
  open(process.env.OPENED, 'r', () => undefined);
  board.log('last words');
  board.exit(74);
`;

describe('board on Linux', () => {
  let directory = '';
  let child: ChildProcess | undefined;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillbox-board-'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  function leaveWhileOpening(path: string): Promise<readonly unknown[]> {
    const leaving = spawn(process.execPath, ['--input-type=module', '--eval', LEAVING], { env: { OPENED: path } });
    child = leaving;
    let said = '';
    for (const pipe of [leaving.stdout, leaving.stderr]) {
      pipe.on('data', (bytes: Buffer) => {
        said += bytes.toString();
      });
    }
    return new Promise((resolve) => leaving.once('close', (code, signal) => resolve([code ?? signal, said])));
  }

  it('leaves with the exit code after the log is out', async () => {
    assert.deepEqual(await leaveWhileOpening('/dev/null'), [74, 'last words\nat rest\n']);
  });

  it('leaves also while a file never answers, killed after its lines are at rest', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    assert.deepEqual(await leaveWhileOpening(pipe), ['SIGKILL', 'last words\nat rest\n']);
  });
});
