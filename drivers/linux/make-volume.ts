import fs from 'node:fs';
import path from 'node:path';
import type { HostError } from '../host.js';
import { flashError } from './flash-error.js';

const fillBytes = 1024 * 1024;

/**
 * Makes the file of a volume. It gets its name only when all its bytes are written and flushed; then its directory is
 * flushed.
 *
 * Zeros are really written, not only reserved: a first write into a reserved block changes the file's metadata, which
 * costs a second flush and can fail on a full disk.
 */
export function makeVolume(where: string, sizeBytes: number, made: (error?: HostError) => void): void {
  const temporary = `${where}.new`;
  const flags = fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC;
  fs.open(temporary, flags, 0o640, (openError, fd) => {
    if (openError !== null) return made(flashError(openError));
    const zeros = Buffer.alloc(Math.min(fillBytes, sizeBytes));
    const giveUp = (error: NodeJS.ErrnoException): void =>
      fs.close(fd, () => fs.unlink(temporary, () => made(flashError(error))));
    const fill = (at: number): void => {
      if (at < sizeBytes) {
        fs.write(fd, zeros, 0, Math.min(zeros.length, sizeBytes - at), at, (error, written) =>
          error === null ? fill(at + written) : giveUp(error),
        );
        return;
      }
      fs.fsync(fd, (syncError) => {
        if (syncError !== null) return giveUp(syncError);
        fs.close(fd, () =>
          fs.rename(temporary, where, (renameError) => {
            if (renameError !== null) return made(flashError(renameError));
            syncDirectory(path.dirname(where), made);
          }),
        );
      });
    };
    fill(0);
  });
}

function syncDirectory(directory: string, done: (error?: HostError) => void): void {
  fs.open(directory, fs.constants.O_RDONLY, (openError, fd) => {
    if (openError !== null) return done(flashError(openError));
    fs.fsync(fd, (error) => fs.close(fd, () => done(error === null ? undefined : flashError(error))));
  });
}
