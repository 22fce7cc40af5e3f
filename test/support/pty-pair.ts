import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two pseudo-terminals that are one cable, made by socat. */
export interface PtyPair {
  readonly terminalEnd: string;
  readonly deviceEnd: string;
  /** Kills the cable: both ends vanish as an unplugged adapter does. */
  unplug(): Promise<void>;
  /** Makes it anew at the same paths. */
  plug(): Promise<void>;
  remove(): Promise<void>;
}

/** Needs socat (Debian package `socat`); fails with that sentence where it is missing. */
export async function createPtyPair(): Promise<PtyPair> {
  const directory = mkdtempSync(join(tmpdir(), 'tillbox-pty-'));
  const terminalEnd = join(directory, 'terminal');
  const deviceEnd = join(directory, 'device');
  let socat: ChildProcess | undefined;

  async function plug(): Promise<void> {
    const child = spawn('socat', [`pty,raw,echo=0,link=${terminalEnd}`, `pty,raw,echo=0,link=${deviceEnd}`], {
      stdio: 'ignore',
    });
    socat = child;
    const failed = new Promise<never>((_resolve, reject) => {
      child.once('error', (error) =>
        reject(new Error(`socat is needed for this test: install the Debian package "socat" (${error.message})`)),
      );
    });
    await Promise.race([failed, until(() => existsSync(terminalEnd) && existsSync(deviceEnd))]);
  }

  async function unplug(): Promise<void> {
    const child = socat;
    socat = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    await gone;
  }

  await plug();
  return {
    terminalEnd,
    deviceEnd,
    plug,
    unplug,
    async remove() {
      await unplug();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits for something that happens outside this process; fails after `limitMs`. */
export async function until(condition: () => boolean, limitMs = 5_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`did not happen within ${limitMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
