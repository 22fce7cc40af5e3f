import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** A real `tillbox` process. */
export interface TillboxProcess {
  readonly pid: number;
  /** What it has written so far. */
  out(): string;
  errorOut(): string;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly running: boolean;
  /** From now on nobody reads what it writes: the pipes are broken. */
  closeOutputs(): void;
  /** Sends a signal without waiting. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

const cli = fileURLToPath(new URL('../../firmware/cli.js', import.meta.url));
const alive = new Set<ChildProcess>();

/* A test that fails, or a runner that is stopped, leaves no process behind, and none keeps the runner from its end. */
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** A program and its first arguments: this checkout's `tillbox`. */
const CHECKOUT = [process.execPath, '--enable-source-maps', cli] as const;

/** Starts `tillbox` with these arguments and nothing in its environment but `env` and the search path. */
export function startTillbox(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  [program, ...first]: readonly [string, ...string[]] = CHECKOUT,
): TillboxProcess {
  const child = spawn(program, [...first, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  alive.add(child);
  child.unref();
  for (const pipe of [child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref();
  let out = '';
  let errorOut = '';
  let running = true;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errorOut += text;
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      running = false;
      alive.delete(child);
    });
    /* After both pipes are read to their end. */
    child.once('close', (code, signal) => resolve(code ?? signal ?? 0));
  });
  return {
    pid: child.pid ?? 0,
    out: () => out,
    errorOut: () => errorOut,
    ended,
    get running() {
      return running;
    },
    closeOutputs() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    signal: (signal) => void child.kill(signal),
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
