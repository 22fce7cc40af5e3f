import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../../firmware/commands/check.js';
import { type CommandRun, runCommand } from '../firmware/command-run.js';
import { freePort } from '../support/free-port.js';
import { createPtyPrinter } from '../support/pty-printer.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { startSupervisor } from '../support/supervisor-stand-in.js';
import { MERCHANT, startTerminal } from '../support/terminal-process.js';

/** The lines of a run by item: outcome and words. */
const rowsOf = ({ out }: CommandRun): Record<string, string> =>
  Object.fromEntries(
    [...out.matchAll(/^(PASS|FAIL|SKIP) {2}(.{17}) (.*)$/gm)].map(([, outcome, item, found]) => [
      item?.trim() ?? '',
      `${outcome} ${found}`,
    ]),
  );

describe('tillbox check', () => {
  let acquirer: RunningAcquirer;
  let dataDir = '';
  let env: Record<string, string> = {};

  before(async () => {
    acquirer = await startAcquirer();
  });
  after(() => acquirer.stop());
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tillbox-check-'));
    env = { ...MERCHANT, ...acquirer.env, DATA_DIR: dataDir, API_PORT: String(await freePort()) };
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('takes the update lock for a moment and asks the supervisor, where something updates the box', async () => {
    const supervisor = await startSupervisor();
    const balena = { ...env, ...supervisor.env };
    const asked = rowsOf(await runCommand('check', check, [], balena));
    assert.equal(asked['update lock'], `PASS ${supervisor.lockPath} can be taken`);
    assert.equal(asked.supervisor, 'PASS answers; no new version waits');
    assert.deepEqual(supervisor.calls, ['GET /v1/device']);
    assert.equal(existsSync(supervisor.lockPath), false);
    const { BALENA_SUPERVISOR_ADDRESS: _, ...unlabelled } = balena;
    const broken = await runCommand('check', check, [], { ...unlabelled, BALENA_APP_LOCK_PATH: '/sys/updates.lock' });
    assert.equal(broken.code, 0, 'sales go on');
    assert.match(broken.out, /^WARN {2}update lock {7}\/sys\/updates\.lock: /m);
    assert.match(broken.out, /^WARN {2}supervisor {8}not told where it is/m);
    const refused = await runCommand('check', check, [], { ...balena, BALENA_SUPERVISOR_API_KEY: 'another-key' });
    assert.match(refused.out, /^WARN {2}supervisor {8}HTTP 401/m);
    assert.ok(!refused.out.includes('another-key'));
    supervisor.stop();
  });

  it('passes on a box without faults, line for line', async () => {
    const run = await runCommand('check', check, [], env);
    assert.equal(run.code, 0, run.out);
    const rows = rowsOf(run);
    assert.deepEqual(
      Object.entries(rows).map(([item, found]) => `${found.slice(0, 4)} ${item}`),
      [
        'PASS configuration',
        'PASS keys',
        'PASS secret files',
        'PASS data directory',
        'PASS journal',
        'PASS API port',
        'SKIP notification port',
        'PASS acquirer',
        'PASS clock',
        'SKIP GPIO',
        'SKIP scanner',
        'SKIP keypad',
        'SKIP printer',
        'SKIP panel',
        'SKIP vend',
      ],
    );
    assert.match(run.out, /\nNothing failed\. One warning\.\n$/);
    assert.ok(!run.out.includes('PRIVATE KEY'));
  });

  it('says the same as JSON', async () => {
    const run = await runCommand('check', check, ['--json'], env);
    assert.equal(run.code, 0);
    const { failed, warned, rows } = JSON.parse(run.out);
    assert.deepEqual([failed, warned], [0, 1]);
    assert.deepEqual(rows[0], {
      item: 'configuration',
      outcome: 'PASS',
      found: `terminal 1001, client SIM_CLIENT, ${acquirer.url}/ams/api`,
    });
  });

  it('names everything that is wrong with a configuration, and ends with 64', async () => {
    const wrong = {
      ...env,
      ALIPAY_PUBLIC_KEY_FILE: '',
      ALIPAY_PUBLIC_KEY: 'nonsense!',
      PRINTER: 'paper',
      STORE_ID: '',
    };
    const run = await runCommand('check', check, [], wrong);
    assert.equal(run.code, 64);
    assert.match(run.out, /FAIL {2}keys +ALIPAY_PUBLIC_KEY is neither PEM nor base64/);
    assert.match(run.out, /FAIL {2}configuration +STORE_ID is not set\n +→ correct STORE_ID; example: S0001\n/);
    assert.match(run.out, /FAIL {2}configuration +PRINTER /);
    assert.match(run.out, /\n3 failed: configuration, keys\.\n$/);
  });

  it('finds our own public key configured as Alipay’s', async () => {
    const ours = `${acquirer.keyDirectory}/terminal-public.pem`;
    const run = await runCommand('check', check, [], { ...env, ALIPAY_PUBLIC_KEY_FILE: ours });
    assert.equal(run.code, 64, run.out);
    assert.match(run.out, /FAIL {2}keys +ALIPAY_PUBLIC_KEY_FILE is our own public key/);
  });

  it('finds a private key that nobody uploaded, by asking the acquirer', async () => {
    const other = await startAcquirer('own');
    const key = { ALIPAY_PRIVATE_KEY_FILE: other.env.ALIPAY_PRIVATE_KEY_FILE ?? '' };
    const run = await runCommand('check', check, [], { ...env, ...key });
    await other.stop();
    assert.equal(run.code, 69);
    assert.match(rowsOf(run).acquirer ?? '', /^FAIL INVALID_SIGNATURE: our private key does not belong/);
  });

  it('finds a wrong public key of Alipay', async () => {
    const other = await startAcquirer('own');
    const key = { ALIPAY_PUBLIC_KEY_FILE: other.env.ALIPAY_PUBLIC_KEY_FILE ?? '' };
    const run = await runCommand('check', check, [], { ...env, ...key });
    await other.stop();
    assert.equal(run.code, 69);
    assert.match(rowsOf(run).acquirer ?? '', /^FAIL .*does not fit ALIPAY_PUBLIC_KEY/);
  });

  it('finds a missing acquirer, a missing card and a port in use', async () => {
    const taken = createServer((socket) => socket.destroy()).listen(Number(env.API_PORT), '127.0.0.1');
    const wrong = {
      ...env,
      ACQUIRER_URL: `http://127.0.0.1:${await freePort()}`,
      DATA_DIR: join(dataDir, 'card'),
      NOTIFY_URL: 'https://pay.example.com/notify',
      NOTIFY_PORT: String(await freePort()),
    };
    const run = await runCommand('check', check, [], wrong);
    taken.close();
    assert.equal(run.code, 74);
    const rows = rowsOf(run);
    assert.match(rows.acquirer ?? '', /^FAIL .*refuses the connection: nothing listens there/);
    assert.match(rows['data directory'] ?? '', /^FAIL .*is not there/);
    assert.match(rows['API port'] ?? '', /^FAIL .*in use by another program/);
    assert.match(rows['notification port'] ?? '', /^PASS/);
  });

  it('leaves the devices to a terminal that runs, and asks it', async () => {
    const { API_PORT = '' } = env;
    const device = { PRINTER: 'escpos', PRINTER_PORT: join(dataDir, 'no-printer') };
    const terminal = await startTerminal(acquirer, { API_PORT, ...device });
    const run = await runCommand('check', check, [], { ...env, ...device, DATA_DIR: terminal.dataDir });
    await terminal.stop();
    assert.equal(run.code, 69);
    const rows = rowsOf(run);
    assert.match(rows.terminal ?? '', /^FAIL runs and is not ready: /);
    assert.match(rows.printer ?? '', /^SKIP in use by the terminal, which says: absent/);
    assert.equal(rows.GPIO, 'SKIP in use by the terminal, which says: none: no line is configured');
    assert.match(terminal.process.out(), / INFO +gpio backend="none: no line is configured"/);
    assert.equal(rows['data directory'], undefined);
    assert.match(rows.acquirer ?? '', /^PASS/);
  });

  it('names API_TOKEN where the terminal that runs does not know it', async () => {
    const { API_PORT = '' } = env;
    const terminal = await startTerminal(acquirer, { API_PORT, API_TOKEN: 'the-token-of-this-box' });
    const wrong = { ...env, API_TOKEN: 'the-token-of-another-box', DATA_DIR: terminal.dataDir };
    const run = await runCommand('check', check, [], wrong);
    await terminal.stop();
    assert.equal(run.code, 69);
    assert.match(
      rowsOf(run).terminal ?? '',
      /^FAIL runs \(.*\), but its API at \S+ refuses .*Bearer and the token of API_TOKEN$/,
    );
    assert.match(run.out, /→ set API_TOKEN to what it was started with\n/);
  });

  describe('with a printer on a real tty', () => {
    it('prints a test receipt only when asked', async () => {
      const printer = createPtyPrinter(384);
      const line = { PRINTER: 'escpos', PRINTER_PORT: printer.path, PRINTER_COLUMNS: '32', PRINTER_BAUD: '115200' };
      const quiet = await runCommand('check', check, [], { ...env, ...line });
      const before = printer.receipts().length;
      const run = await runCommand('check', check, ['--print'], { ...env, ...line });
      const tape = printer.tape().join('\n');
      printer.remove();
      assert.deepEqual([quiet.code, run.code], [0, 0], quiet.out + run.out);
      assert.equal(before, 0);
      assert.match(rowsOf(run)['test receipt'] ?? '', /^PASS printed/);
      assert.match(tape, /TEST - NOT A RECEIPT/);
    });

    it('says that there is no paper, and that nothing was printed', async () => {
      const printer = createPtyPrinter(384);
      printer.loadPaper(0);
      const line = { PRINTER: 'escpos', PRINTER_PORT: printer.path, PRINTER_COLUMNS: '32', PRINTER_BAUD: '115200' };
      const run = await runCommand('check', check, ['--print'], { ...env, ...line });
      printer.remove();
      assert.equal(run.code, 69);
      assert.match(rowsOf(run).printer ?? '', /^FAIL .*paper/);
      assert.match(rowsOf(run)['test receipt'] ?? '', /^FAIL failed: nothing was printed/);
    });

    it('says that a scanner is missing', async () => {
      const run = await runCommand('check', check, [], {
        ...env,
        SCANNER: 'gm65',
        SCANNER_PORT: join(dataDir, 'no-scanner'),
      });
      assert.equal(run.code, 69);
      assert.match(rowsOf(run).scanner ?? '', /^FAIL .*no-scanner/);
    });
  });
});
