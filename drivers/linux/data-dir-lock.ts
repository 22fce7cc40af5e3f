import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { HostError } from '../host.js';
import { holderBytes, lockSocketName, readHolder } from './data-dir-holder.js';
import { flashError } from './flash-error.js';

export interface DataDirLock {
  release(): void;
}

/**
 * Takes a data directory for this process. The kernel lets go of it when the process ends, however it ends.
 *
 * The lock is flock(2) on the file `lock`, which holds between containers that share the directory; Node cannot call
 * it, so flock(1) is run once on an inherited descriptor: the lock belongs to the open file, which stays ours. Where
 * that program is missing, an abstract socket named after the directory does, which only holds within one network
 * namespace. `busy` names the holder.
 */
export function takeDataDir(dataDir: string, taken: (error: HostError | undefined, lock?: DataDirLock) => void): void {
  fs.open(path.join(dataDir, 'lock'), fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644, (openError, fd) => {
    if (openError !== null) return taken(flashError(openError));
    const busy = (): void => {
      const holder = readHolder(fd);
      fs.closeSync(fd);
      taken(new HostError('busy', `${dataDir} is in use by ${holder}`));
    };
    const ours = (release: () => void): void => {
      writeHolder(fd);
      taken(undefined, { release });
    };
    let answered = false;
    const once = (answer: () => void): void => {
      if (answered) return;
      answered = true;
      answer();
    };
    const flock = spawn('flock', ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    flock.once('error', () =>
      once(() =>
        takeSocket(fd, (error, server) => {
          if (server !== undefined) {
            return ours(() => {
              server.close();
              fs.closeSync(fd);
            });
          }
          if (error?.code === 'EADDRINUSE') return busy();
          fs.closeSync(fd);
          taken(new HostError('unsupported', `${dataDir} cannot be locked: install flock (util-linux)`));
        }),
      ),
    );
    flock.once('exit', (code) =>
      once(() => {
        if (code === 0) return ours(() => fs.closeSync(fd));
        if (code === 1) return busy();
        fs.closeSync(fd);
        taken(new HostError('unsupported', `${dataDir} cannot be locked: flock ended with ${code}`));
      }),
    );
  });
}

function takeSocket(fd: number, taken: (error: NodeJS.ErrnoException | undefined, server?: net.Server) => void): void {
  const server = net.createServer((socket) => socket.destroy());
  server.unref();
  server.once('error', (error) => taken(error));
  server.listen(`\0${lockSocketName(fd)}`, () => taken(undefined, server));
}

function writeHolder(fd: number): void {
  const line = `process ${process.pid} on ${os.hostname()} since ${new Date().toISOString()}`;
  try {
    fs.writeSync(fd, `${line.slice(0, holderBytes - 1).padEnd(holderBytes - 1)}\n`, 0);
  } catch {
    /* The name is a courtesy; the lock holds without it. */
  }
}
