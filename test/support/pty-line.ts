import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';

/** A serial port for the terminal, a pseudo-terminal of the kernel, whose far end is in this process. */
export interface PtyLine {
  /** What the terminal opens. */
  readonly path: string;
  send(bytes: Uint8Array | string): void;
  onBytes(take: (bytes: Uint8Array) => void): void;
  remove(): Promise<void>;
}

/** Needs socat (Debian package `socat`); fails with that sentence where it is missing. */
export async function createPtyLine(): Promise<PtyLine> {
  const directory = mkdtempSync(join(tmpdir(), 'tillbox-line-'));
  const path = join(directory, 'tty');
  const socat = spawn('socat', ['-', `pty,raw,echo=0,link=${path}`], { stdio: ['pipe', 'pipe', 'ignore'] });
  const gone = new Promise<void>((resolve) => socat.once('close', () => resolve()));
  const failed = new Promise<never>((_resolve, reject) => {
    socat.once('error', (error) =>
      reject(new Error(`socat is needed for this test: install the Debian package "socat" (${error.message})`)),
    );
  });
  process.once('exit', () => socat.kill('SIGKILL'));
  socat.stdin.on('error', () => undefined);
  await Promise.race([failed, eventually('socat makes a pseudo-terminal', () => existsSync(path))]);
  return {
    path,
    send(bytes) {
      socat.stdin.write(bytes);
    },
    onBytes(take) {
      socat.stdout.on('data', (bytes: Buffer) => take(bytes));
    },
    async remove() {
      socat.kill('SIGTERM');
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
