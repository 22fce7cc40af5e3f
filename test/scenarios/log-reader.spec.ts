import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { startTerminal, type TerminalProcess } from '../support/terminal-process.js';

describe('a log whose reader goes away', () => {
  let acquirer: RunningAcquirer;
  let terminal: TerminalProcess;
  let port: number;

  before(async () => {
    acquirer = await startAcquirer();
    port = await freePort();
    terminal = await startTerminal(acquirer, { API_PORT: `${port}` });
  });
  after(async () => {
    await terminal.stop();
    await acquirer.stop();
  });

  it('stops no sale, shows in the status and the metrics, and does not end the process', async () => {
    const { warnings, log } = await terminal.ready();
    assert.deepEqual([warnings.includes('logLost'), log], [false, { lostLines: 0 }]);
    terminal.process.closeOutputs();
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'settled');
    const status = await eventually('the loss is told', async () => {
      const told = await terminal.status();
      return told.warnings.includes('logLost') && told;
    });
    assert.ok(status.ready && status.log.lostLines > 0, JSON.stringify(status));
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`);
    assert.match(await metrics.text(), /^tillbox_log_lines_lost_total [1-9]/m);
    assert.equal(await terminal.process.end('SIGTERM'), 0);
  });
});
