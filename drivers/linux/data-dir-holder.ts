import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Room for the holder's name. Overwritten in place, so that a full disk does not matter. */
export const holderBytes = 256;

/**
 * Tells who holds a data directory (see `takeDataDir`), without writing anything: it works on a card that is mounted
 * read-only, too. Undefined where nobody does, or where it cannot be found out. A free lock is tried on for a moment, in
 * which a terminal that is just starting would find it taken and leave it to its supervisor to start it again.
 */
export function dataDirHolder(dataDir: string, told: (holder: string | undefined) => void): void {
  fs.open(path.join(dataDir, 'lock'), fs.constants.O_RDONLY, (openError, fd) => {
    if (openError !== null) return told(undefined);
    let answered = false;
    const answer = (held: boolean): void => {
      if (answered) return;
      answered = true;
      const holder = held ? readHolder(fd) : undefined;
      fs.closeSync(fd);
      told(holder);
    };
    const flock = spawn('flock', ['-n', '-s', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    flock.once('error', () => answer(socketIsThere(fd)));
    flock.once('exit', (code) => answer(code === 1));
  });
}

/** Who took the lock whose file this is, as it wrote itself down. */
export function readHolder(fd: number): string {
  try {
    const bytes = Buffer.alloc(holderBytes);
    const length = fs.readSync(fd, bytes, 0, holderBytes, 0);
    return bytes.toString('utf8', 0, length).trim() || 'another process';
  } catch {
    return 'another process';
  }
}

/** The stand-in for a lock where flock(1) is missing: an abstract socket, here without the leading zero byte. */
export function lockSocketName(fd: number): string {
  const { dev, ino } = fs.fstatSync(fd);
  return `tillbox/${dev}/${ino}`;
}

function socketIsThere(fd: number): boolean {
  try {
    return fs.readFileSync('/proc/net/unix', 'utf8').includes(`@${lockSocketName(fd)}\n`);
  } catch {
    return false;
  }
}
