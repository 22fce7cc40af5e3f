import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openPty } from './open-pty.js';
import { terminalScreen } from './terminal-screen.js';

/** A process that was started from a shell on a pseudo-terminal. */
export interface PtyProcess {
  /** All text on the terminal, from the first line to the last. */
  screen(): string;
  type(text: string): void;
  /** Closes the terminal, as a lost SSH connection does. */
  hangUp(): void;
  /** Resolves with the exit code that the shell sees, after all output has been read. */
  readonly ended: Promise<number>;
  /** Kills whatever is left. */
  remove(): void;
}

/*
 * The shell leads a new session, so the tty that it opens becomes its controlling terminal. It passes SIGHUP on, as an
 * interactive shell does, and then still reports the exit code. `&` would connect the input to /dev/null: hence descriptor 3.
 */
const SHELL = `
  exec <>"$0" >&0 2>&0 3<&0
  "$@" <&3 &
  child=$!
  trap 'kill -HUP $child' HUP
  wait $child; code=$?
  while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
  exit $code
`;

/** Runs a script with node on a pseudo-terminal of its own. */
export function startOnPty(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): PtyProcess {
  const { file, far } = openPty('cooked');
  const command = [process.execPath, '--enable-source-maps', script, ...args];
  const shell = spawn('/bin/sh', ['-c', SHELL, file, ...command], {
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
    stdio: 'ignore',
    detached: true,
  });
  const read = new Promise<void>((resolve) => far.once('close', resolve));
  const ended = once(shell, 'exit').then(async ([code]) => {
    await read;
    return Number(code);
  });
  let seen = '';
  far.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  return {
    screen: () => terminalScreen(seen),
    type: (text) => void far.write(text),
    hangUp: () => void far.destroy(),
    ended,
    remove() {
      far.destroy();
      const runs = shell.exitCode === null && shell.signalCode === null;
      if (runs && shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
    },
  };
}
