import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { HostError } from '../host.js';
import { fileTrouble, makingTrouble } from './file-trouble.js';

/** A directory of small text files that hold keys. */
export interface KeyDirectory {
  /** The absolute path of a file in it. */
  pathOf(name: string): string;
  /** The text of a file, or undefined where there is none. Throws `HostError` where it cannot be read. */
  read(name: string): string | undefined;
  /** Makes a file; `secret` ones can be read by their owner only. An existing file is an error, never overwritten. */
  writeNew(name: string, text: string, access: 'secret' | 'public'): void;
}

/** Opens the directory, and makes it where it is missing; its parent must exist. Throws `HostError`. */
export function createKeyDirectory(directory: string): KeyDirectory {
  const pathOf = (name: string) => resolve(directory, name);
  attempt(
    'cannot make the directory',
    (error) => makingTrouble(error, directory),
    () => makeDirectory(directory),
  );
  return {
    pathOf,
    read: (name) =>
      attempt(
        'cannot read',
        (error) => fileTrouble(error, pathOf(name)),
        () => readIfThere(pathOf(name)),
      ),
    writeNew(name, text, access) {
      const mode = access === 'secret' ? 0o600 : 0o644;
      attempt(
        'cannot write',
        (error) => fileTrouble(error, pathOf(name)),
        () => writeFileSync(pathOf(name), text, { flag: 'wx', mode }),
      );
    },
  };
}

/** Not `recursive`: on a file system that makes no directories (/proc) Node would try for ever. */
function makeDirectory(directory: string): void {
  if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function attempt<T>(what: string, trouble: (error: unknown) => string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new HostError('io', `${what} ${trouble(error)}`);
  }
}
