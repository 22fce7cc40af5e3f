import fs from 'node:fs';
import path from 'node:path';
import { type FlashHost, type FlashOptions, type FlashVolume, HostError } from '../host.js';
import { type DataDirLock, takeDataDir } from './data-dir-lock.js';
import { createDirectReader } from './direct-reader.js';
import { flashError } from './flash-error.js';

export interface LinuxFlashOptions {
  /** Must exist: it is never made, because an unmounted card must not look like an empty one. */
  readonly dataDir: string;
  /** The directory has to be on another file system than `/`: otherwise what belongs there is not mounted. */
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
 * - A file gets its name only when all its bytes are written and flushed, and its directory is flushed after.
 * - The directory is held from the first open volume to the last (`takeDataDir`); a partition also by O_EXCL, which the
 *   kernel refuses while it is mounted or held by any process in any container.
 * - `writeDurably` is one write on a descriptor of its own with O_DSYNC, which costs the device what a write and an
 *   fdatasync cost, and one turn of the thread pool instead of two.
 * - A descriptor is closed only when nothing uses it, so that its number is never reused under a running write.
 */
export function createLinuxFlash(options: LinuxFlashOptions): FlashHost {
  const { dataDir } = options;
  const readOnly = options.access === 'readOnly';
  const openNames = new Set<string>();
  let lock: DataDirLock | undefined;
  /* Those that asked while the lock was being taken. */
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
      const where = volumePath(dataDir, options.partitions?.[name] ?? name);
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
        const openNow = (): void =>
          openExisting(request, where, readOnly, (error, file) => {
            if (error !== undefined || file === undefined) return fail(error ?? new HostError('io', 'no descriptor'));
            opened(
              undefined,
              createVolume(file, where, readOnly, () => released(name)),
            );
          });
        if (!request.create || readOnly || path.isAbsolute(name)) return openNow();
        fs.access(where, (absent) => {
          if (absent === null) return openNow();
          makeVolume(where, request.sizeBytes, (error) => (error === undefined ? openNow() : fail(error)));
        });
      });
    },
  };
}

/** An empty directory under a missing mount is like any other, but for the file system that it is on. */
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

interface OpenFile {
  readonly fd: number;
  /** With O_DSYNC; the same as `fd` where nothing may be written. */
  readonly durableFd: number;
  readonly sizeBytes: number;
}

function openExisting(
  request: FlashOptions,
  where: string,
  readOnly: boolean,
  opened: (error: HostError | undefined, file?: OpenFile) => void,
): void {
  fs.stat(where, (statError, stats) => {
    if (statError !== null) return opened(flashError(statError));
    const isDevice = stats.isBlockDevice();
    if (!isDevice && !stats.isFile()) return opened(new HostError('io', `${where} is neither a file nor a partition`));
    const access = readOnly ? fs.constants.O_RDONLY : fs.constants.O_RDWR;
    fs.open(where, isDevice && !readOnly ? access | fs.constants.O_EXCL : access, (error, fd) => {
      if (error !== null) return opened(flashError(error));
      const sizeBytes = isDevice ? deviceSizeBytes(stats.rdev) : stats.size;
      const fits = isDevice
        ? sizeBytes === undefined || sizeBytes >= request.sizeBytes
        : sizeBytes === request.sizeBytes;
      if (readOnly) {
        return opened(undefined, { fd, durableFd: fd, sizeBytes: isDevice ? request.sizeBytes : stats.size });
      }
      if (fits) {
        return fs.open(where, fs.constants.O_WRONLY | fs.constants.O_DSYNC, (durableError, durableFd) => {
          if (durableError === null) return opened(undefined, { fd, durableFd, sizeBytes: request.sizeBytes });
          fs.closeSync(fd);
          opened(flashError(durableError));
        });
      }
      fs.closeSync(fd);
      const sizes = `${sizeBytes} bytes instead of ${request.sizeBytes}`;
      opened(new HostError('io', `${where} holds ${sizes}: was it cut, or configured anew?`));
    });
  });
}

/** From the kernel's table; undefined where it is not mounted. */
function deviceSizeBytes(rdev: number): number | undefined {
  const major = (rdev >> 8) & 0xfff;
  const minor = (rdev & 0xff) | ((rdev >> 12) & 0xfff00);
  try {
    return Number(fs.readFileSync(`/sys/dev/block/${major}:${minor}/size`, 'utf8')) * 512;
  } catch {
    return undefined;
  }
}

const fillBytes = 1024 * 1024;

/**
 * Zeros are really written, not only reserved: a first write into a reserved block changes the file's metadata, which
 * costs a second flush and can fail on a full disk.
 */
function makeVolume(where: string, sizeBytes: number, made: (error?: HostError) => void): void {
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

function createVolume(
  { fd, durableFd, sizeBytes }: OpenFile,
  where: string,
  readOnly: boolean,
  released: () => void,
): FlashVolume {
  const direct = createDirectReader(where);
  let underWay = 0;
  let closed = false;

  /** Counts a call in, and gives its answer unless the volume was closed meanwhile. */
  const track = <T extends unknown[]>(done: (...answer: T) => void): ((...answer: T) => void) => {
    underWay += 1;
    return (...answer) => {
      underWay -= 1;
      if (!closed) return done(...answer);
      if (underWay === 0) closeNow();
    };
  };
  const closeNow = (): void => {
    direct.close();
    if (durableFd !== fd) fs.closeSync(durableFd);
    fs.closeSync(fd);
    released();
  };
  const outOfBounds = (offset: number, lengthBytes: number): boolean =>
    closed || offset < 0 || lengthBytes < 0 || offset + lengthBytes > sizeBytes;
  const refusal = (offset: number, lengthBytes: number): HostError =>
    new HostError('io', `${where}: ${lengthBytes} bytes at ${offset} are not in ${closed ? 'a closed' : 'the'} volume`);

  const writeTo = (to: number, offset: number, bytes: Uint8Array, done: (error?: HostError) => void): void => {
    if (readOnly) return void setImmediate(() => done(new HostError('readOnly', `${where} was opened read-only`)));
    if (outOfBounds(offset, bytes.length)) return void setImmediate(() => done(refusal(offset, bytes.length)));
    const answer = track(done);
    const next = (at: number): void =>
      fs.write(to, bytes, at, bytes.length - at, offset + at, (error, count) => {
        if (error !== null) return answer(flashError(error));
        if (at + count === bytes.length) return answer();
        next(at + count);
      });
    next(0);
  };

  return {
    sizeBytes,
    read(offset, lengthBytes, done) {
      if (outOfBounds(offset, lengthBytes)) return void setImmediate(() => done(refusal(offset, lengthBytes)));
      const answer = track(done);
      const bytes = Buffer.allocUnsafe(lengthBytes);
      const next = (at: number): void =>
        fs.read(fd, bytes, at, lengthBytes - at, offset + at, (error, count) => {
          if (error !== null) return answer(flashError(error));
          if (at + count === lengthBytes) return answer(undefined, bytes);
          if (count === 0) return answer(new HostError('io', `${where}: ends at ${offset + at}`));
          next(at + count);
        });
      next(0);
    },
    write: (offset, bytes, done) => writeTo(fd, offset, bytes, done),
    writeDurably: (offset, bytes, done) => writeTo(durableFd, offset, bytes, done),
    sync(done) {
      if (readOnly) return void setImmediate(() => done(new HostError('readOnly', `${where} was opened read-only`)));
      if (closed) return void setImmediate(() => done(refusal(0, 0)));
      const answer = track(done);
      fs.fdatasync(fd, (error) => (error === null ? answer() : answer(flashError(error))));
    },
    readBack(offset, lengthBytes, done) {
      if (outOfBounds(offset, lengthBytes)) return void setImmediate(() => done(refusal(offset, lengthBytes)));
      direct.read(offset, lengthBytes, track(done));
    },
    close() {
      if (closed) return;
      closed = true;
      if (underWay === 0) closeNow();
    },
  };
}
