import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { terminalScreen } from './terminal-screen.js';

/** A process that a person has started at a terminal of their own. */
export interface PtyProcess {
  /** What is on the terminal, from the first line to the last. */
  screen(): string;
  type(text: string): void;
  /** The window is closed, or the connection is lost. */
  hangUp(): void;
  /** Resolves with the exit code as a shell sees it, once the process has ended. */
  ended(): Promise<number>;
  /** Kills whatever is left and removes what it needed. */
  remove(): void;
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs a script with node on a pseudo-terminal. Needs socat (Debian package `socat`). */
export function startOnPty(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): PtyProcess {
  const directory = mkdtempSync(join(tmpdir(), 'tillbox-shell-'));
  const shell = join(directory, 'shell');
  const exit = join(directory, 'exit');
  const command = [process.execPath, '--enable-source-maps', script, ...args].map(quoted).join(' ');
  /* As an interactive shell does, it passes on the loss of its terminal; and it lives to tell how that was taken. */
  const lines = [
    '#!/bin/sh',
    'exec 3<&0',
    `${command} <&3 &`,
    'child=$!',
    "trap 'kill -HUP $child' HUP",
    'wait $child; code=$?',
    'while kill -0 $child 2>/dev/null; do wait $child; code=$?; done',
    `echo $code >${quoted(`${exit}.new`)}`,
    `mv ${quoted(`${exit}.new`)} ${quoted(exit)}`,
  ];
  writeFileSync(shell, `${lines.join('\n')}\n`, { mode: 0o755 });
  const socat = spawn('socat', ['-', `EXEC:${shell},pty,setsid,ctty,stderr`], {
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const kill = (): void => void socat.kill('SIGKILL');
  process.once('exit', kill);
  let missing: Error | undefined;
  socat.once('error', (error) => {
    missing = new Error(`socat is needed for this test: install the Debian package "socat" (${error.message})`);
  });
  socat.stdin.on('error', () => undefined);
  let seen = '';
  socat.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  return {
    screen: () => terminalScreen(seen),
    type: (text) => void socat.stdin.write(text),
    hangUp: kill,
    async ended() {
      await eventually('the process at the terminal ends', () => {
        if (missing !== undefined) throw missing;
        return existsSync(exit);
      });
      return Number(readFileSync(exit, 'utf8'));
    },
    remove() {
      kill();
      process.off('exit', kill);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
