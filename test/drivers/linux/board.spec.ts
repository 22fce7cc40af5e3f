import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.js';

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

  function leaveWhileOpening(path: string, env = {}): Promise<readonly unknown[]> {
    const leaving = spawn(process.execPath, ['--input-type=module', '--eval', LEAVING], {
      env: { OPENED: path, ...env },
    });
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

  it('leaves with the exit code also where there is no sleep command', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const left = leaveWhileOpening(pipe, { PATH: directory });
    const pid = child?.pid ?? assert.fail('not started');
    await eventually(
      'the watchdog has ended, or has killed',
      () => !existsSync(`/proc/${pid}`) || watchdogHasEnded(pid),
    );
    const answered = await open(pipe, 'r+');
    assert.deepEqual(await left, [74, 'last words\nat rest\n']);
    await answered.close();
  });
});

/** Its only child is a zombie: at its exit a process no longer looks after its children. */
function watchdogHasEnded(pid: number): boolean {
  const [watchdog] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return watchdog !== undefined && watchdog !== '' && / Z /.test(readFileSync(`/proc/${watchdog}/stat`, 'utf8'));
}
