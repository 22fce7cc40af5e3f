import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { HostError } from '../host.js';
import { findClaims, withShortPath } from './data-dir-claims.js';
import { fileTrouble } from './file-trouble.js';
import { flashError } from './flash-error.js';

export interface DataDirLock {
  /** Checks that the claim is still there: `busy` where it was removed, as another process may hold the directory then. */
  check(done: (error?: HostError) => void): void;
  release(): void;
}

/**
 * Takes a data directory for this process, or fails with its holder (`busy`). The kernel releases it when the process ends,
 * however it ends.
 *
 * Node has no flock(2), and running flock(1) takes longer than everything else at a cold start. Instead a process first
 * claims the directory (see `findClaims`) and only then checks for other claims: of two that start together at least one
 * sees the other, so never do both continue. Perhaps neither does; then both are started again, not together.
 */
export function takeDataDir(dataDir: string, taken: (error: HostError | undefined, lock?: DataDirLock) => void): void {
  const name = `lock-${randomBytes(8).toString('hex')}`;
  const claim = path.join(dataDir, name);
  const owner = `process ${process.pid} on ${os.hostname()} since ${new Date().toISOString()}\n`;
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(owner);
  });
  server.unref();
  const release = (): void => {
    fs.rmSync(claim, { force: true });
    server.close();
  };

  const check = (done: (error?: HostError) => void): void => {
    fs.stat(claim, (error, stats) => {
      if (error === null && stats.isSocket()) return done();
      const why = error === null ? 'another file is there' : fileTrouble(error, claim);
      done(new HostError('busy', `this process lost its lock (${why}): another one may have taken ${dataDir}`));
    });
  };

  /* Named only once it listens: a claim without an answer counts as one whose owner has died. */
  withShortPath(dataDir, `${name}.new`, (openError, shortPath, closePath) => {
    if (openError !== undefined) return taken(flashError(openError));
    server.once('error', (error: NodeJS.ErrnoException) => {
      closePath();
      taken(socketError(dataDir, error));
    });
    server.listen({ path: shortPath, readableAll: true, writableAll: true }, () => {
      server.removeAllListeners('error');
      /* From now on only a failed accept gets here (no file descriptors left). It passes, the claim stays. */
      server.on('error', () => undefined);
      fs.rename(`${claim}.new`, claim, (renameError) => {
        closePath();
        if (renameError !== null) {
          server.close();
          return taken(flashError(renameError));
        }
        findClaims(dataDir, name, (findError, claims) => {
          if (claims === undefined || claims.owner !== undefined) {
            release();
            if (claims === undefined) return taken(findError && flashError(findError));
            return taken(new HostError('busy', `${dataDir} is in use by ${claims.owner}`));
          }
          for (const dead of claims.dead) fs.rm(path.join(dataDir, dead), { force: true }, () => undefined);
          taken(undefined, { check, release });
        });
      });
    });
  });
}

function socketError(dataDir: string, error: NodeJS.ErrnoException): HostError {
  const cannot = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'EINVAL'].includes(error.code ?? '');
  if (!cannot) return flashError(error, dataDir);
  return new HostError('unsupported', `${dataDir} cannot be locked: its file system has no sockets (${error.code})`);
}
