import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { IGNORED_SIGNALS } from '../../../drivers/linux/ignored-signals.js';
import { STOP_SIGNALS } from '../../../drivers/linux/process.js';
import { eventually } from '../../support/eventually.js';

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

  /** Says which signals reached it, and how. */
  const TELLING = `
    import { createProcess } from ${JSON.stringify(MODULE)};
    import inspector from 'node:inspector';
    const self = createProcess();
    self.onStop((signal) => self.out('stop ' + signal + ' inspector ' + inspector.url() + ';'));
    self.onIgnored((signal) => self.out('ignored ' + signal + ';'), ['SIGTSTP']);
    setInterval(() => undefined, 1_000);
    self.out('ready;');
  `;

  function tell(script: string): { readonly child: ChildProcess; says(text: string): Promise<string> } {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        said += bytes.toString();
      });
    }
    return { child, says: (text) => eventually(`it says ${text}`, () => said.includes(text) && said) };
  }

  for (const signal of STOP_SIGNALS) {
    it(`is asked to stop by ${signal}, once, with its name`, async () => {
      const { child, says } = tell(TELLING);
      await says('ready;');
      child.kill(signal);
      const said = await says(`stop ${signal}`);
      assert.equal(said, `ready;stop ${signal} inspector undefined;`);
      child.kill('SIGHUP');
      child.kill('SIGUSR2');
      await says('ignored SIGUSR2');
      assert.equal(child.exitCode ?? child.signalCode, null, 'what comes besides does not hurry it');
    });
  }

  it('ignores what would end it on the spot, or open the inspector, and tells of each', async () => {
    const { child, says } = tell(TELLING);
    await says('ready;');
    for (const signal of [...IGNORED_SIGNALS, 'SIGTSTP'] as const) {
      child.kill(signal);
      const name = signal === 'SIGIO' ? 'SIG(?:IO|POLL)' : signal;
      assert.match(await says('ignored'), /ready/);
      await eventually(signal, async () => new RegExp(`ignored ${name};`).test(await says('ignored')));
    }
    child.kill('SIGTERM');
    const said = await says('stop SIGTERM');
    assert.match(said, /inspector undefined/);
    assert.doesNotMatch(said, /Debugger/);
  });

  it('closes the inspector that a signal opened before anything could be done about it', async () => {
    const late = `const endMs = performance.now() + 400; while (performance.now() < endMs);
      console.error('busy;'); const laterMs = performance.now() + 400; while (performance.now() < laterMs);`;
    const script = `${late}; const { createProcess } = await import(${JSON.stringify(MODULE)});
      const inspector = await import('node:inspector');
      console.error('opened ' + (inspector.url() !== undefined) + ';');
      createProcess();
      setTimeout(() => console.error('then ' + inspector.url() + ';'), 300);`;
    const { child, says } = tell(script);
    await says('busy;');
    child.kill('SIGUSR1');
    const said = await says('then ');
    assert.match(said, /opened true;/, 'the case is met');
    assert.match(said, /then undefined;/);
  });

  for (const [what, stdout, code, errorOut] of [
    ['finds no room', '/dev/full', 74, /the output is not whole: standard output: no space left \(ENOSPC\)/],
    ['is written', '/dev/null', 0, /^$/],
  ] as const) {
    it(`ends with ${code} where what it writes ${what}`, async () => {
      const script = `import { createProcess } from ${JSON.stringify(MODULE)};
        const self = createProcess(); self.out('text'); self.exit(0);`;
      const fd = openSync(stdout, 'w');
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
        stdio: ['ignore', fd, 'pipe'],
        encoding: 'utf8',
      });
      closeSync(fd);
      assert.equal(status, code);
      assert.match(stderr, errorOut);
    });
  }

  it('ends as usual where its reader has seen enough, and does not wait for one of its errors', async () => {
    const script = `import { createProcess } from ${JSON.stringify(MODULE)};
      const self = createProcess();
      setTimeout(() => { for (let n = 0; n < 200; n += 1) self.out('x'.repeat(1000)); self.exit(0); }, 300);`;
    const { child } = tell(script);
    child.stdout?.destroy();
    assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0);
  });

  it('keeps its memory out of core dumps and reports, whatever it was started with', () => {
    const script = `import { createProcess } from ${JSON.stringify(MODULE)};
      import { readFileSync } from 'node:fs';
      const self = createProcess();
      self.out(readFileSync('/proc/self/coredump_filter', 'utf8').trim() + ' ' + process.report.reportOnSignal +
        ' ' + process.report.reportOnUncaughtException);
      self.exit(0);`;
    const { stdout } = spawnSync(
      process.execPath,
      ['--report-on-signal', '--report-uncaught-exception', '--input-type=module', '--eval', script],
      { encoding: 'utf8' },
    );
    assert.equal(stdout, '00000000 false false');
  });
});
