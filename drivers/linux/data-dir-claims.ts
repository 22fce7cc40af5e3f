import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

/**
 * A claim is a listening socket with this kind of name in the data directory. The kernel knows whether its owner lives:
 * connecting works, or is refused. That holds for all containers that share the directory, and ends with the process,
 * however it ends; only the name stays.
 */
const claimName = /^lock-[0-9a-f]{16}$/;

/** More than the description of any owner. */
const ownerLimitBytes = 256;
/** Only for the description: an owner that is too busy to send it is an owner all the same. */
const ownerTimeoutMs = 300;

export interface Claims {
  /** The description of the first living owner; undefined where none lives. */
  readonly owner: string | undefined;
  /** Names of claims whose owners are gone. */
  readonly dead: readonly string[];
}

/** Checks all claims on a directory except `own`. Changes nothing, and works on a card that is mounted read-only. */
export function findClaims(
  dataDir: string,
  ownName: string | undefined,
  found: (error: NodeJS.ErrnoException | undefined, claims?: Claims) => void,
): void {
  fs.readdir(dataDir, (error, names) => {
    if (error !== null) return found(error);
    const others = names.filter((name) => claimName.test(name) && name !== ownName);
    const dead: string[] = [];
    const next = (index: number): void => {
      const name = others[index];
      if (name === undefined) return found(undefined, { owner: undefined, dead });
      askOwner(dataDir, name, (owner) => {
        if (owner !== undefined) return found(undefined, { owner, dead });
        dead.push(name);
        next(index + 1);
      });
    };
    next(0);
  });
}

/**
 * A short path to a name in a directory, as the path of a socket may have 107 bytes only. `use` has to call `release` when
 * the path is no longer needed.
 */
export function withShortPath(
  dataDir: string,
  name: string,
  use: (error: NodeJS.ErrnoException | undefined, shortPath: string, release: () => void) => void,
): void {
  fs.open(dataDir, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY, (error, fd) => {
    if (error !== null) return use(error, '', () => undefined);
    use(undefined, path.join('/proc/self/fd', String(fd), name), () => fs.closeSync(fd));
  });
}

function askOwner(dataDir: string, name: string, done: (owner: string | undefined) => void): void {
  withShortPath(dataDir, name, (error, shortPath, release) => {
    if (error !== undefined) return done(undefined);
    let said = '';
    let answered = false;
    const answer = (owner: string | undefined): void => {
      if (answered) return;
      answered = true;
      clearTimeout(timer);
      socket.destroy();
      release();
      done(owner);
    };
    const someone = (): void => answer(said.trim() || 'another process');
    const timer = setTimeout(someone, ownerTimeoutMs);
    const socket = net.connect(shortPath);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      said = (said + text).slice(0, ownerLimitBytes);
      if (said.includes('\n')) someone();
    });
    socket.once('end', someone);
    socket.once('error', (connectError: NodeJS.ErrnoException) => {
      /* Only these mean that there is no owner; with any other error there may be one. */
      const gone = connectError.code === 'ECONNREFUSED' || connectError.code === 'ENOENT';
      if (gone && said === '') answer(undefined);
      else someone();
    });
  });
}
