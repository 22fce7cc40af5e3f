import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSim } from '../../hw-sim/sim.js';
import { runCommand } from '../firmware/command-run.js';

const CLI = new URL('../../firmware/cli.js', import.meta.url).pathname;
const RESULT_LIMIT_MS = 15_000;

interface Sim {
  readonly child: ChildProcessWithoutNullStreams;
  /** Fulfilled with the match once the output has it. */
  shows(what: RegExp): Promise<RegExpExecArray>;
  readonly exit: Promise<number | NodeJS.Signals | null>;
  errorText(): string;
}

/** The command as a process, with pipes. */
function startSim(args: readonly string[], env: Readonly<Record<string, string>> = {}): Sim {
  const child = spawn(process.execPath, [CLI, 'sim', ...args], { env: { PATH: process.env.PATH, ...env } });
  let text = '';
  let errorText = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    for (const look of [...waiting]) look();
  });
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    errorText += more;
  });
  return {
    child,
    errorText: () => errorText,
    exit: new Promise((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal));
    }),
    shows: (what) =>
      new Promise((resolve, reject) => {
        const tooLong = setTimeout(() => {
          reject(new Error(`${what} was not shown in ${RESULT_LIMIT_MS} ms:\n${text}${errorText}`));
        }, RESULT_LIMIT_MS);
        const look = (): void => {
          const found = what.exec(text);
          if (found === null) return;
          clearTimeout(tooLong);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

describe('tillbox sim', () => {
  const started: Sim[] = [];
  const start = (...args: Parameters<typeof startSim>): Sim => {
    const sim = startSim(...args);
    started.push(sim);
    return sim;
  };
  afterEach(() => {
    for (const { child } of started.splice(0)) child.kill('SIGKILL');
  });

  it('sells from the console, with the request id on the receipt and over its real API', async () => {
    const { child, shows, exit } = start(['--port', '0']);
    const [, url] = await shows(/at (http:\/\/127\.0\.0\.1:\d+) /);
    await shows(/\[READY\]/);
    child.stdin.write('12.50 Cola\n');
    await shows(/Pay CNY 12\.50: show your payment code/);
    child.stdin.write('scan\n');
    await shows(/cuts a receipt/);
    const [, requestId = ''] = await shows(/CODE128 reads .*\n[ │]+(\d{30,64})[ │]+\n[\s\S]*└/);

    const found = await fetch(`${url}/v1/sales?orderId=order-1`);
    const sale: { state: string; attempts: { paymentRequestId: string }[] } = JSON.parse(await found.text());
    assert.equal(sale.state, 'settled');
    assert.equal(sale.attempts[0]?.paymentRequestId, requestId);

    child.stdin.write('quit\n');
    assert.equal(await exit, 0);
  });

  it('keeps running when a piped input ends, until it is told to stop', async () => {
    const { child, shows, exit } = start(['--port', '0']);
    child.stdin.end('3\nscan\nwait\nlamps');
    await shows(/order-1 CNY 3\.00: paid[\s\S]*terminal {2}.*\n[\s\S]*└[\s\S]*terminal/);
    const [, url] = await shows(/at (http:\/\/127\.0\.0\.1:\d+) /);
    assert.equal((await fetch(`${url}/v1/status`)).status, 200);
    child.kill('SIGTERM');
    assert.equal(await exit, 0);
  });

  describe('with its input from', () => {
    let directory = '';
    before(() => {
      directory = mkdtempSync(join(tmpdir(), 'tillbox-sim-'));
    });
    after(() => rmSync(directory, { recursive: true, force: true }));

    /** The command with a file for its input, and what it writes. */
    function startWith(path: string) {
      const input = openSync(path, 'r');
      const child = spawn(process.execPath, [CLI, 'sim', '--port', '0'], {
        env: { PATH: process.env.PATH },
        stdio: [input, 'pipe', 'pipe'],
      });
      closeSync(input);
      const { stdout, stderr } = child;
      assert.ok(stdout !== null && stderr !== null);
      let text = '';
      const errors: string[] = [];
      stderr.setEncoding('utf8').on('data', (more: string) => errors.push(more));
      const address = new Promise<string>((resolve) => {
        stdout.setEncoding('utf8').on('data', (more: string) => {
          text += more;
          const found = /at (http:\/\/127\.0\.0\.1:\d+) [\s\S]*\[READY\]/.exec(text)?.[1];
          if (found !== undefined) resolve(found);
        });
      });
      const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
        child.once('close', (code, signal) => resolve(code ?? signal));
      });
      return { child, address, exit, text: () => text, errors };
    }

    const script = (lines: string): string => {
      const path = join(directory, 'script');
      writeFileSync(path, lines);
      return path;
    };

    it('a script, does its lines in order and ends with 0 when they are done', async () => {
      const { exit, text, errors } = startWith(script('3 Tea\nscan\n4 Tea\nledger'));
      assert.equal(await exit, 0);
      assert.match(text(), /> 3 Tea\n[\s\S]*> scan\n[\s\S]*order-1 CNY 3\.00: paid[\s\S]*cuts a receipt/);
      assert.match(text(), /> quit\n$/);
      assert.deepEqual(errors, []);
    });

    it('a script that quits, ends with 0 there', async () => {
      const { exit, text, errors } = startWith(script('3\nquit\n4\n'));
      assert.equal(await exit, 0);
      assert.doesNotMatch(text(), /> 4/);
      assert.deepEqual(errors, []);
    });

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`/dev/null, runs and ends with 0 after ${signal}`, async () => {
        const { child, address, exit, errors } = startWith('/dev/null');
        assert.equal((await fetch(`${await address}/v1/status`)).status, 200);
        child.kill(signal);
        assert.equal(await exit, 0);
        assert.deepEqual(errors, []);
      });
    }
  });

  it('says what it does before the first slow step', async () => {
    const { shows } = start(['--port', '0']);
    const [text] = await shows(/^.*\n/);
    assert.equal(text, 'Making keys for the terminal and its acquirer…\n');
  });

  it('says when the port is in use and how to choose another', async () => {
    const first = start(['--port', '0']);
    const [, port = ''] = await first.shows(/127\.0\.0\.1:(\d+) /);
    const second = start(['--port', port]);
    assert.equal(await second.exit, 69);
    assert.match(second.errorText(), new RegExp(`127\\.0\\.0\\.1:${port} is in use by another program\\.\n.*--port N`));
  });

  for (const [args, told] of [
    [['--port', '70000'], /--port must be 0 to 65535, not "70000"/],
    [['--seed', 'soon'], /--seed must be a whole number/],
  ] as const) {
    it(`refuses ${args.join(' ')} with 64`, async () => {
      const { exit, errorText } = start(args);
      assert.equal(await exit, 64);
      assert.match(errorText(), told);
    });
  }

  const wrong: readonly (readonly [args: readonly string[], env: Record<string, string>, told: readonly RegExp[]])[] = [
    [['--replay', 'incident-1.json', '--port', '1'], {}, [/--replay .* without --port and --seed/]],
    [[], { SALE_MODE: 'amount', KEYPAD: 'sim' }, [/SALE_MODE is set, and the bench cannot/, /KEYPAD is set/]],
    [[], { API_PORT: '8090' }, [/API_PORT is set; .* --port N/]],
    [[], { API_TOKEN: 'sixteen-letters-x' }, [/API_TOKEN is set(?![\s\S]*sixteen)/]],
    [[], { CONFIG_FILE: '/data/tillbox.env', VEND: 'relay' }, [/CONFIG_FILE is set/, /VEND is set/]],
    [[], { PRINTER_COLUMN: '32' }, [/PRINTER_COLUMN is no variable of Tillbox; did you mean PRINTER_COLUMNS\?/]],
    [[], { LOCALE: 'tlh', CURRENCY: 'XXX' }, [/LOCALE/, /CURRENCY/]],
  ];
  for (const [args, env, told] of wrong) {
    it(`refuses ${[...args, ...Object.keys(env)].join(' ')} with 64`, async () => {
      const { code, errorOut } = await runCommand('sim', runSim, args, env);
      assert.equal(code, 64);
      for (const one of told) assert.match(errorOut, one);
    });
  }
});
