import fs from 'node:fs';
import path from 'node:path';
import { type FlashHost, HostError } from '../host.js';
import { type DataDirLock, takeDataDir } from './data-dir-lock.js';
import { flashError } from './flash-error.js';
import { openVolume } from './flash-volume.js';
import { makeVolume } from './make-volume.js';

export interface LinuxFlashOptions {
  /** Must exist: it is never made, because an unmounted card must not look like an empty one. */
  readonly dataDir: string;
  /** The directory has to be on another file system than `/`: otherwise its file system is not mounted. */
  readonly dataDirMounted?: boolean;
  /** Raw block devices that stand in for volumes of these names. */
  readonly partitions?: Readonly<Record<string, string>>;
  /** `readOnly` takes no lock, writes nothing and takes volumes at the size they have. Default `readWrite`. */
  readonly access?: 'readWrite' | 'readOnly';
}

/**
 * Volumes as preallocated files in the data directory, or raw partitions where the name is an absolute path.
 *
 * Invariants
 * - The directory is held from the first open volume to the last (`takeDataDir`), which `checkInPlace` of each volume looks
 *   at, too; a partition also by O_EXCL, which the kernel refuses while it is mounted or held by any process in any container.
 */
export function createLinuxFlash(options: LinuxFlashOptions): FlashHost {
  const { dataDir } = options;
  const readOnly = options.access === 'readOnly';
  const openNames = new Set<string>();
  let lock: DataDirLock | undefined;
  /* Calls that came while the lock was being taken. */
  let waiting: ((error?: HostError) => void)[] | undefined;

  const hold = (held: (error?: HostError) => void): void => {
    if (options.dataDirMounted !== true) return lockFirst(held);
    notMounted(dataDir, (error) => (error === undefined ? lockFirst(held) : held(error)));
  };

  const lockFirst = (held: (error?: HostError) => void): void => {
    if (readOnly || lock !== undefined) {
      held();
      return;
    }
    if (waiting !== undefined) {
      waiting.push(held);
      return;
    }
    waiting = [held];
    takeDataDir(dataDir, (error, taken) => {
      lock = taken;
      const all = waiting ?? [];
      waiting = undefined;
      for (const each of all) each(error);
    });
  };

  const released = (name: string): void => {
    openNames.delete(name);
    if (openNames.size > 0) return;
    lock?.release();
    lock = undefined;
  };

  return {
    open(request, opened) {
      const { name } = request;
      const asked = options.partitions?.[name] ?? name;
      const where = volumePath(dataDir, asked);
      if (where instanceof HostError) return void setImmediate(() => opened(where));
      if (openNames.has(name)) {
        return void setImmediate(() => opened(new HostError('busy', `${where} is open already in this process`)));
      }
      openNames.add(name);
      const fail = (error: HostError): void => {
        released(name);
        opened(error);
      };
      hold((holdError) => {
        if (holdError !== undefined) return fail(holdError);
        const checkHeld = (done: (error?: HostError) => void): void => (lock === undefined ? done() : lock.check(done));
        const place = { path: where, readOnly, released: () => released(name), checkHeld };
        const openNow = (): void =>
          openVolume(place, request.sizeBytes, (error, volume) =>
            error === undefined ? opened(undefined, volume) : fail(error),
          );
        /* A partition is never made: a file in its place would be in memory, and look like an empty queue. */
        if (!request.create || readOnly || path.isAbsolute(asked)) return openNow();
        fs.access(where, (absent) => {
          if (absent === null) return openNow();
          makeVolume(where, request.sizeBytes, (error) => (error === undefined ? openNow() : fail(error)));
        });
      });
    },
  };
}

/** The directory under a missing mount differs only by the file system that it is on. */
function notMounted(dataDir: string, done: (error?: HostError) => void): void {
  fs.stat(dataDir, (error, found) => {
    if (error !== null) return done(flashError(error));
    fs.stat('/', (rootError, root) => {
      if (rootError !== null) return done(flashError(rootError));
      if (found.dev !== root.dev) return done();
      const why = `${dataDir} is on the file system of /, so what belongs there is not mounted`;
      done(new HostError('absent', `${why} (DATA_DIR_MOUNTED=true)`));
    });
  });
}

function volumePath(dataDir: string, name: string): string | HostError {
  if (path.isAbsolute(name)) return name;
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) && !name.startsWith('lock')) return path.join(dataDir, name);
  return new HostError('denied', `${JSON.stringify(name)} is not a volume's name`);
}
