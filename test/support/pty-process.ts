import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openPty } from './open-pty.js';
import { terminalScreen } from './terminal-screen.js';

/** A process that a person has started at a terminal of their own. */
export interface PtyProcess {
  /** What is on the terminal, from the first line to the last. */
  screen(): string;
  type(text: string): void;
  /** The window is closed, or the connection is lost. */
  hangUp(): void;
  /** Resolves with the exit code as a shell sees it, once the process has ended. */
  readonly ended: Promise<number>;
  /** Kills whatever is left. */
  remove(): void;
}

/*
 * The leader of a session that has no terminal gets the first one it opens. As an interactive shell does, it passes on
 * the loss of its terminal; and it lives to tell how that was taken. The shell gives what it starts with `&` no input
 * but a descriptor's that was copied before.
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

/** Runs a script with node on a pseudo-terminal. */
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
  /* With the last of the tty's users everything that they wrote has been read. */
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
      /* The process group of a shell that lives. */
      if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid, 'SIGKILL');
    },
  };
}
