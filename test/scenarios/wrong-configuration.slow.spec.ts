import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatusView } from '../../firmware/api/output-schemas.js';
import type { CheckRow } from '../../firmware/commands/check/check-row.js';
import { check } from '../../firmware/commands/check.js';
import { config } from '../../firmware/commands/config.js';
import { run } from '../../firmware/commands/run.js';
import { runCommand } from '../firmware/command-run.js';
import { freePort } from '../support/free-port.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { MERCHANT, QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';
import { startTillbox } from '../support/tillbox-process.js';

describe('a wrong configuration', () => {
  let acquirer: RunningAcquirer;
  let directory: string;
  let terminal: TerminalProcess | undefined;

  before(async () => {
    acquirer = await startAcquirer();
  });

  after(() => acquirer.stop());

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillbox-wrong-'));
  });

  afterEach(async () => {
    await terminal?.stop();
    terminal = undefined;
    rmSync(directory, { recursive: true, force: true });
  });

  /** A right configuration on a free port. */
  async function right(): Promise<Record<string, string>> {
    return { ...MERCHANT, ...acquirer.env, ...QUICK, DATA_DIR: directory, API_PORT: String(await freePort()) };
  }

  /** What the status says of the acquirer, which `check` with the same change has to say in the same words. */
  async function sameAsCheck({ acquirer: { detail = '' }, faults }: StatusView, change: object): Promise<string> {
    const { out } = await runCommand('check', check, ['--json'], { ...(await right()), ...change });
    const { rows } = JSON.parse(out) as { readonly rows: readonly CheckRow[] };
    const row = rows.find(({ item }) => item === 'acquirer');
    assert.equal(detail, row?.found);
    const fault = faults.find(({ code }) => code.startsWith('acquirer'));
    assert.deepEqual([fault?.detail, fault?.operatorAction], [row?.found, row?.todo]);
    return detail;
  }

  it('is refused with every fault named, exit 64, and nothing is started', async () => {
    const env = await right();
    const keys = acquirer.keyDirectory;
    const own = readFileSync(join(keys, 'terminal-private.pem'), 'utf8');
    const child = startTillbox(['run'], {
      ...env,
      MERCHANT_MCC: 'snacks',
      STORE_ID: '',
      ACQUIRER_URL: 'http://pay.example.com',
      ALIPAY_PUBLIC_KEY_FILE: join(keys, 'terminal-public.pem'),
      PAY_REPLY_TIMEOUT_MS: '5s',
      SCANNER: 'serial',
      PRINTER: 'escpos',
      PRINTER_PORT: '/dev/ttyAMA0',
      PRINTER_COLUMNS: '40',
      API_HOST: '0.0.0.0',
    });
    assert.equal(await child.ended, 64);
    assert.equal(child.out(), '');
    const told = child.errorOut();
    const wanted: readonly [variable: string, problem: RegExp][] = [
      ['MERCHANT_MCC', /snacks/],
      ['STORE_ID', /./],
      ['ACQUIRER_URL', /plain http to pay\.example\.com/],
      ['ALIPAY_PUBLIC_KEY_FILE', /our own public key/],
      ['PAY_REPLY_TIMEOUT_MS', /5s/],
      ['SCANNER_PORT', /SCANNER=serial|serial/],
      ['PRINTER_COLUMNS', /40/],
      ['API_TOKEN', /./],
    ];
    for (const [variable, problem] of wanted) {
      const line = told.split('\n').find((one) => one.includes(variable));
      assert.match(line ?? '', problem, `${variable} in\n${told}`);
    }
    assert.ok(!told.includes(own.split('\n')[1] ?? own), 'the private key is not told');
    assert.deepEqual(readdirSync(directory), [], 'no data were made');
  });

  it('that switches the check of certificates off is refused by run and by check', async () => {
    const env = { ...(await right()), NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    for (const { code, out, errorOut } of [
      await runCommand('run', run, [], env),
      await runCommand('check', check, [], env),
    ]) {
      assert.equal(code, 64);
      assert.match(out + errorOut, /NODE_TLS_REJECT_UNAUTHORIZED is 0/);
    }
    assert.deepEqual(readdirSync(directory), [], 'no data were made');
  });

  it('with a typing error in a name is answered with the right name', async () => {
    const env = { ...(await right()), TERMINAL_NUMBR: '7', TERMINAL_NUMBER: '' };
    const { code, errorOut } = await runCommand('run', run, [], env);
    assert.equal(code, 64);
    assert.match(errorOut, /TERMINAL_NUMBR is no variable of Tillbox; did you mean TERMINAL_NUMBER/);
  });

  it('that names simulated devices is refused on a board, by run and by check', async () => {
    const kinds = { SCANNER: 'sim', KEYPAD: 'sim', PRINTER: 'sim', PANEL: 'sim', VEND: 'sim' };
    const env = { ...(await right()), ...kinds };
    const refused = await runCommand('run', run, [], env);
    assert.equal(refused.code, 64);
    const checked = await runCommand('check', check, [], env);
    assert.equal(checked.code, 64);
    for (const variable of Object.keys(kinds)) {
      const line = new RegExp(`${variable} is sim, a device that only the simulator has \\(npm start`);
      assert.match(refused.errorOut, line);
      assert.match(checked.out, line);
    }
    assert.deepEqual(readdirSync(directory), [], 'no data were made');
  });

  it('with a data directory that another process holds ends with 69 and names the holder', async () => {
    terminal = await startTerminal(acquirer);
    await terminal.ready();
    const second = startTillbox(['run'], { ...(await right()), DATA_DIR: terminal.dataDir });
    assert.equal(await second.ended, 69);
    assert.match(second.out(), new RegExp(`in use by process ${terminal.process.pid}\\b`));
    const sale = await terminal.pay();
    await terminal.reached(sale.saleId, 'settled');
  });

  it('with an API port that another program holds ends with 69 and names the port', async () => {
    const env = await right();
    const holder = await listen(Number(env.API_PORT));
    try {
      const child = startTillbox(['run'], env);
      assert.equal(await child.ended, 69);
      assert.match(child.out(), new RegExp(`127\\.0\\.0\\.1:${env.API_PORT} is in use`));
    } finally {
      holder.close();
    }
  });

  it('with a missing data directory: the terminal runs, is not ready, and says why', async () => {
    const gone = join(directory, 'not-mounted');
    terminal = await startTerminal(acquirer, { ...QUICK, DATA_DIR: gone });
    const status = await terminal.status();
    assert.equal(status.ready, false);
    assert.ok(status.reasons.includes('flashAbsent'), String(status.reasons));
    const row = status.faults.find(({ code }) => code === 'flashAbsent');
    assert.match(row?.operatorAction ?? '', /restart/);
    assert.match(terminal.process.out(), /not-mounted/);
    const refused = await terminal.api.post('/v1/sales', { orderId: 'x', amount: { currency: 'CNY', value: '100' } });
    assert.equal(refused.status, 503);
    assert.deepEqual(readdirSync(directory), [], 'the directory of the mount is not made');

    await terminal.kill();
    mkdirSync(gone);
    await terminal.restart();
    await terminal.ready();
  });

  it('with a data directory that should be mounted and is not: nothing is created in it, and the log says why', async () => {
    terminal = await startTerminal(acquirer, { ...QUICK, DATA_DIR: '/', DATA_DIR_MOUNTED: 'true' });
    assert.deepEqual((await terminal.status()).reasons.includes('flashAbsent'), true);
    assert.match(terminal.process.out(), /\/ is on the file system of \/, so what belongs there is not mounted/);
    assert.doesNotMatch(terminal.process.out(), /new journal/);
  });

  it('that is valid but unusual is reported at start, by check and by config', async () => {
    const unusual = { ...QUICK, INQUIRY_LIMIT: '4', NOTIFY_URL: '', TZ: '' };
    terminal = await startTerminal(acquirer, unusual);
    const checked = await runCommand('check', check, [], { ...(await right()), ...unusual });
    const shown = await runCommand('config', config, [], { ...(await right()), ...unusual });
    assert.deepEqual([checked.code, shown.code], [0, 0]);
    for (const told of [terminal.process.out(), checked.out, shown.errorOut]) {
      assert.match(told, /NOTIFY_URL is not set; the best-practice page demands it/);
      assert.match(told, /TZ is not set/);
      assert.match(told, /INQUIRY_LIMIT is 4; the best-practice page says 10 to 20 inquiries, one every 3 s/);
    }
    assert.match(checked.out, /^WARN {2}configuration +NOTIFY_URL .*\n +→ set it/m);
    assert.match(checked.out, /\nNothing failed\. \d+ warnings\.\n$/);
  });

  it('with an empty data directory warns of a new journal, at that start only', async () => {
    terminal = await startTerminal(acquirer, QUICK);
    assert.match(terminal.process.out(), /WARN {2}new journal dataDir=\S+ meaning="right on the first start only/);
    assert.equal((await terminal.ready()).bootCount, 1);
    await terminal.kill();
    await terminal.restart();
    assert.doesNotMatch(terminal.process.out(), /new journal/);
    assert.equal((await terminal.ready()).bootCount, 2);
  });

  it('with keys of another terminal is refused by the acquirer: not ready, with the reason', async () => {
    const other = await startAcquirer('own');
    try {
      terminal = await startTerminal(acquirer, {
        ...QUICK,
        ALIPAY_PRIVATE_KEY_FILE: String(other.env.ALIPAY_PRIVATE_KEY_FILE),
      });
      const status = await terminal.reasonAppears('acquirerMisconfigured');
      assert.equal(status.ready, false);
      assert.match(
        await sameAsCheck(status, { ALIPAY_PRIVATE_KEY_FILE: String(other.env.ALIPAY_PRIVATE_KEY_FILE) }),
        /^INVALID_SIGNATURE/,
      );
    } finally {
      await other.stop();
    }
  });

  it('with a public key that is not the acquirer’s is detected by its signature: not ready, with the reason', async () => {
    const other = await startAcquirer('own');
    try {
      terminal = await startTerminal(acquirer, {
        ...QUICK,
        ALIPAY_PUBLIC_KEY_FILE: String(other.env.ALIPAY_PUBLIC_KEY_FILE),
      });
      const status = await terminal.reasonAppears('acquirerUnverified');
      assert.equal(status.ready, false);
      assert.match(
        await sameAsCheck(status, { ALIPAY_PUBLIC_KEY_FILE: String(other.env.ALIPAY_PUBLIC_KEY_FILE) }),
        /ALIPAY_PUBLIC_KEY/,
      );
    } finally {
      await other.stop();
    }
  });
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
