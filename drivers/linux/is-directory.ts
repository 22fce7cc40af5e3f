import fs from 'node:fs';

/** Whether there is a directory of this name. */
export function isDirectory(path: string, told: (there: boolean) => void): void {
  fs.stat(path, (error, found) => told(error === null && found.isDirectory()));
}
