import fs from 'node:fs';

/**
 * How many bytes this user may still write to the file system of a directory. Undefined where it cannot be found out, or where
 * the file system does not count them.
 */
export function roomIn(directory: string, done: (roomBytes: number | undefined) => void): void {
  fs.statfs(directory, (error, found) => {
    done(error !== null || found.blocks === 0 ? undefined : found.bavail * found.bsize);
  });
}
