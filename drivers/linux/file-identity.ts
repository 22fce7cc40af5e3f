import fs from 'node:fs';
import { HostError } from '../host.js';
import { flashError } from './flash-error.js';

/** Which file or partition an open descriptor belongs to. */
export type FileIdentity =
  | { readonly kind: 'file'; readonly dev: bigint; readonly ino: bigint }
  | { readonly kind: 'device'; readonly rdev: bigint };

/** Throws the system's error for an unknown descriptor. */
export function identityOf(fd: number): FileIdentity {
  return read(fs.fstatSync(fd, { bigint: true }));
}

/**
 * Checks that a path still leads to the file that was opened, by its inode number: an open file keeps its number, so the
 * file with that number under the path is the same one.
 * @param sizeBytes the least size of the file
 */
export function checkIdentity(
  path: string,
  identity: FileIdentity,
  sizeBytes: number,
  done: (error?: HostError) => void,
): void {
  fs.stat(path, { bigint: true }, (error, stats) => {
    if (error !== null) {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') return done(flashError(error, path));
      return done(gone(`${path} is no longer there: it was removed or moved, or its volume was unmounted`));
    }
    if (!isSame(identity, read(stats))) {
      return done(
        gone(`${path} is another file than the one in use: it was replaced, or something was mounted over it`),
      );
    }
    if (identity.kind === 'file' && Number(stats.size) !== sizeBytes) {
      return done(
        gone(`${path} holds ${stats.size} bytes instead of ${sizeBytes}: it was cut, or written to by another`),
      );
    }
    done();
  });
}

export function isSame(one: FileIdentity, other: FileIdentity): boolean {
  if (one.kind === 'device') return other.kind === 'device' && one.rdev === other.rdev;
  return other.kind === 'file' && one.dev === other.dev && one.ino === other.ino;
}

function read(stats: fs.BigIntStats): FileIdentity {
  if (stats.isBlockDevice()) return { kind: 'device', rdev: stats.rdev };
  return { kind: 'file', dev: stats.dev, ino: stats.ino };
}

function gone(why: string): HostError {
  return new HostError('disconnected', why);
}
