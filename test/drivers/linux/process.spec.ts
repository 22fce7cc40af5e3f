import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MODULE = fileURLToPath(new URL('../../../drivers/linux/process.js', import.meta.url));

/** Asked to stop it says so, and stays. */
const STUBBORN = `
  import { createProcess } from ${JSON.stringify(MODULE)};
  const self = createProcess();
  self.onStop(() => self.out('asked;'));
  setInterval(() => undefined, 1_000);
  self.out('ready;');
`;

describe('this process', () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  for (const [first, second] of [
    ['SIGTERM', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
  ] as const) {
    it(`is asked to stop by ${first}, and ends at once with ${second} after it`, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', STUBBORN], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      started.push(child);
      let said = '';
      const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_code, by) => resolve(by)));
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString();
        if (said === 'ready;') child.kill(first);
        if (said === 'ready;asked;') child.kill(second);
      });
      assert.equal(await ended, second);
      assert.equal(said, 'ready;asked;');
    });
  }
});
