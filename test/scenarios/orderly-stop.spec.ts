import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMdbMachineModel } from '../../hw-sim/devices/mdb-machine-model.js';
import { freePort } from '../support/free-port.js';
import { createPtyLine, type PtyLine } from '../support/pty-line.js';
import { createRealWorld } from '../support/real-world.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { MERCHANT, QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';
import { startTillbox } from '../support/tillbox-process.js';
import { until } from '../support/until.js';

/** `tillbox run` and `tillbox check` with a vending machine at the far end of a cable. */
describe('an orderly stop over a real tty', () => {
  let acquirer: RunningAcquirer;
  let line: PtyLine;
  let terminal: TerminalProcess | undefined;
  let world: ReturnType<typeof createRealWorld>;

  before(async () => {
    acquirer = await startAcquirer();
  });
  after(() => acquirer.stop());
  beforeEach(() => {
    line = createPtyLine();
    world = createRealWorld();
    const machine = createMdbMachineModel(world, { send: (bytes) => line.send(bytes) });
    line.onBytes((bytes) => machine.receive(bytes));
  });
  afterEach(async () => {
    await terminal?.stop();
    terminal = undefined;
    world.end();
    line.remove();
  });

  const withMachine = (): Record<string, string> => ({
    SALE_MODE: 'mdb',
    VEND: 'mdb',
    MDB_PORT: line.path,
    SCANNER: 'serial',
    SCANNER_PORT: '/dev/no-scanner-here',
  });
  const lines = (): readonly string[] => line.received().toString('latin1').trimEnd().split('\n');

  async function start(): Promise<TerminalProcess> {
    terminal = await startTerminal(acquirer, { ...QUICK, ...withMachine() });
    await until(() => lines().at(-1) === 'C,1', 10_000);
    return terminal;
  }

  it('switches the adapter of a vending machine off', async () => {
    const { process } = await start();
    assert.equal(await process.end('SIGTERM'), 0, process.errorOut());
    await until(() => lines().at(-1) === 'C,0');
  });

  it('leaves a machine switched off after a check', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tillbox-check-'));
    const env = { ...MERCHANT, ...acquirer.env, ...withMachine(), DATA_DIR: dataDir, API_PORT: `${await freePort()}` };
    const checking = startTillbox(['check'], env);
    await checking.ended;
    rmSync(dataDir, { recursive: true });
    assert.match(checking.out(), /PASS {2}vend/);
    await until(() => lines().at(-1) === 'C,0');
    assert.equal(lines().at(-2), 'C,1');
  });
});

describe('an orderly stop', () => {
  let acquirer: RunningAcquirer;
  let terminal: TerminalProcess;

  before(async () => {
    acquirer = await startAcquirer();
  });
  after(() => acquirer.stop());
  afterEach(() => terminal.stop());

  it('keeps every sale that was answered, also one that waited for the next commit', async () => {
    terminal = await startTerminal(acquirer, {});
    await terminal.ready();
    const first = await terminal.startSale();
    await terminal.api.post(`/v1/sales/${first.saleId}/cancel`, {});
    const second = await terminal.startSale();
    assert.equal(await terminal.process.end('SIGTERM'), 0, terminal.process.errorOut());
    assert.match(terminal.process.out(), /INFO {2}terminal stops reason=SIGTERM/);
    await terminal.restart();
    assert.equal((await terminal.sale(first.saleId)).state, 'cancelled');
    assert.equal((await terminal.reached(second.saleId, 'cancelled')).orderId, second.orderId);
  });
});
