import assert from 'node:assert/strict';
import { describeWith } from '../support/describe-with.js';
import { freePort } from '../support/free-port.js';
import { startAcquirer } from '../support/start-acquirer.js';
import { QUICK, startTerminal } from '../support/terminal-process.js';
import { askHealth } from './ask-health.js';

describeWith('bash', 'the health check of the image, asking a real terminal', () => {
  it('finds it well, also where it wants a token, until its event loop stands still', async () => {
    const acquirer = await startAcquirer();
    const port = String(await freePort());
    const env = { ...QUICK, API_HOST: '0.0.0.0', API_PORT: port, API_TOKEN: 'a-token-of-many-characters' };
    const terminal = await startTerminal(acquirer, env);
    try {
      const well = { status: 0, says: `answers on 127.0.0.1 port ${port}\n` };
      assert.deepEqual(await askHealth({ API_PORT: port }), well);
      terminal.process.signal('SIGSTOP');
      const { status, says } = await askHealth({ API_PORT: port });
      assert.deepEqual([status, says], [1, `no answer on 127.0.0.1 port ${port} within 5 s: the program hangs\n`]);
      terminal.process.signal('SIGCONT');
      assert.deepEqual(await askHealth({ API_PORT: port }), well);
    } finally {
      await terminal.stop();
      await acquirer.stop();
    }
  });
});
