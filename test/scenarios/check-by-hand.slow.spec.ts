import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { type PtyProcess, startOnPty } from '../support/pty-process.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { MERCHANT, QUICK, startTerminal } from '../support/terminal-process.js';
import { startTillbox } from '../support/tillbox-process.js';

const SIMULATED_CHECK = fileURLToPath(new URL('../support/simulated-check.js', import.meta.url));
const DEVICES = { SCANNER: 'sim', KEYPAD: 'sim', PANEL: 'sim', VEND: 'sim', PRINTER: 'sim', PRINTER_COLUMNS: '48' };
/** Somebody looks for a moment. */
const LOOK_MS = 300;

describe('tillbox check --by-hand at a terminal', () => {
  let acquirer: RunningAcquirer;
  let dataDir = '';
  let env: Record<string, string> = {};
  let shell: PtyProcess | undefined;

  before(async () => {
    acquirer = await startAcquirer();
  });
  after(() => acquirer.stop());
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tillbox-hands-'));
    env = { ...MERCHANT, ...acquirer.env, ...DEVICES, DATA_DIR: dataDir, API_PORT: String(await freePort()) };
  });
  afterEach(() => {
    shell?.remove();
    shell = undefined;
    rmSync(dataDir, { recursive: true, force: true });
  });

  function start(extra: Readonly<Record<string, string>> = {}): PtyProcess {
    shell = startOnPty(SIMULATED_CHECK, ['--by-hand'], { ...env, ...extra });
    return shell;
  }

  /** Waits for a question, looks, and answers; a question that comes more than once is answered once each time. */
  async function answer(at: PtyProcess, question: string, text: string): Promise<void> {
    await eventually(`it asks: ${question}`, () => at.screen().includes(question));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    at.type(text);
  }

  it('asks its questions to the end, and finds what is broken by the answers', async () => {
    const at = start({ DEAD_KEYS: '8' });
    await answer(at, 'Lamp "ready" blinks', '\r');
    await answer(at, 'Lamp "busy" blinks', 'n\r');
    await answer(at, 'Lamp "paid" blinks', '\r');
    await answer(at, 'Lamp "fault" blinks', '\r');
    await answer(at, 'Did you hear it?', '\r');
    await answer(at, 'Press 8 ', '\r');
    await answer(at, 'Goods: type a channel', '2\r');
    await answer(at, 'PASS  vend channel 2', '\r');
    assert.equal(await at.ended, 69, at.screen());
    const rows = [...at.screen().matchAll(/^(PASS|FAIL|SKIP) {2}(.{17}) /gm)].map(
      ([, outcome, item = '']) => `${outcome} ${item.trim()}`,
    );
    assert.deepEqual(rows.slice(rows.indexOf('PASS vend') + 1), [
      'PASS lamp ready',
      'FAIL lamp busy',
      'PASS lamp paid',
      'PASS lamp fault',
      'PASS buzzer',
      'PASS door switch',
      'FAIL keys',
      'PASS barcode',
      'PASS vend channel 2',
    ]);
    assert.match(at.screen(), /nothing comes of 8 \(row 3, column 2\)\n +→ clean or change the key/);
    assert.match(at.screen(), /\n2 failed: lamp busy, keys\. One warning\.\n/);
  });

  it('ends by itself and releases everything when the connection is lost', async () => {
    const at = start();
    await answer(at, 'Lamp "ready" blinks', '');
    at.hangUp();
    assert.equal(await at.ended, 0, 'it was killed');
  });

  it('ignores what was typed before a question, and ends with Ctrl-C', async () => {
    const at = start();
    at.type('\r\r\r\r\r\r\r\r');
    await answer(at, 'Lamp "ready" blinks', '');
    assert.doesNotMatch(at.screen(), /lamp ready/);
    at.type('\u0003');
    assert.equal(await at.ended, 0, at.screen());
    assert.match(at.screen(), /SKIP {2}lamp ready +given up/);
    assert.match(at.screen(), /SKIP {2}keys +given up\n/);
    assert.match(at.screen(), /\nNothing failed\. One warning\.\n/);
  });

  it('leaves the devices to a terminal that runs', async () => {
    const { API_PORT = '' } = env;
    const terminal = await startTerminal(acquirer, { ...QUICK, API_PORT });
    const at = start({ DATA_DIR: terminal.dataDir });
    const code = await at.ended;
    await terminal.stop();
    assert.equal(code, 69);
    assert.match(at.screen(), /FAIL {2}by hand +not tested: the terminal that runs here has the devices\n +→ stop it/);
  });

  it('asks nothing without a terminal, or where the result is for a program', async () => {
    const piped = startTillbox(['check', '--by-hand'], env);
    assert.equal(await piped.ended, 64);
    assert.equal(piped.out(), '');
    assert.match(piped.errorOut(), /^tillbox check: --by-hand needs a person at a terminal \(ssh -t/);

    const both = startTillbox(['check', '--by-hand', '--json'], env);
    assert.equal(await both.ended, 64);
    assert.match(both.errorOut(), /^tillbox check: --by-hand asks questions, which --json cannot show/);
  });
});
