import assert from 'node:assert/strict';
import { IGNORED_SIGNALS } from '../../drivers/linux/ignored-signals.js';
import { eventually } from '../support/eventually.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { startTerminal } from '../support/terminal-process.js';

describe('signals to `tillbox run`', () => {
  let acquirer: RunningAcquirer;

  before(async () => {
    acquirer = await startAcquirer();
  });
  after(() => acquirer.stop());

  it('that it does not use are ignored and logged', async () => {
    const terminal = await startTerminal(acquirer, {});
    await terminal.ready();
    for (const signal of [...IGNORED_SIGNALS, 'SIGTSTP'] as const) {
      terminal.process.signal(signal);
      const name = signal === 'SIGIO' ? 'SIG(IO|POLL)' : signal;
      const line = new RegExp(`WARN {2}signal ignored signal=${name}\\n`);
      await eventually(signal, () => line.test(terminal.process.out()));
    }
    assert.doesNotMatch(terminal.process.errorOut(), /Debugger/);
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'settled');
    await terminal.stop();
  });

  /* Each of the others goes the same way: test/drivers/linux/process.spec.ts. */
  for (const signal of ['SIGHUP', 'SIGQUIT'] as const) {
    it(`${signal} stops it in order`, async () => {
      const terminal = await startTerminal(acquirer, {});
      assert.equal(await terminal.process.end(signal), 0);
      assert.match(terminal.process.out(), new RegExp(`INFO {2}terminal stops reason=${signal}\\n`));
      await terminal.stop();
    });
  }
});
