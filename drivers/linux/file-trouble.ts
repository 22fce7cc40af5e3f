import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of this path is a file, not a directory',
  EISDIR: 'this is a directory, not a file',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'mounted read-only',
  ENOSPC: 'no space left',
  EDQUOT: 'no space left for this user',
  EBUSY: 'in use by another program',
  EEXIST: 'exists already',
  EIO: 'the card or disk reports an error',
  ENXIO: 'no such device',
  ENODEV: 'no such device',
  ELOOP: 'links that lead in a circle',
  ENAMETOOLONG: 'a name too long',
  EMFILE: 'too many files are open',
};

/** Describes an error with a file for people: where, what, and the system's code. */
export function fileTrouble(error: unknown, path?: string): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path: itsPath, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.message;
  const where = path ?? itsPath ?? syscall;
  const what = `${words[code] ?? 'a system error'} (${code})`;
  return where === undefined ? what : `${where}: ${what}`;
}

/** The same for a file that could not be made; where its directory is missing, says how to make that. */
export function makingTrouble(error: unknown, path: string): string {
  const directory = dirname(path);
  if (existsSync(directory)) return fileTrouble(error, path);
  return `${path}: ${directory} is not there; make it first (mkdir -p ${directory}), or name another directory`;
}
