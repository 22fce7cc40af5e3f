import fs from 'node:fs';

/** Whether there is a directory of this name. */
export function isDirectory(path: string, done: (there: boolean) => void): void {
  fs.stat(path, (error, found) => done(error === null && found.isDirectory()));
}
