import fs from 'node:fs';
import { type FlashVolume, HostError } from '../host.js';
import { createDirectReader } from './direct-reader.js';
import { checkIdentity, type FileIdentity, identityOf, isSame } from './file-identity.js';
import { flashError } from './flash-error.js';

export interface VolumePlace {
  /** Of a file or a partition. */
  readonly path: string;
  readonly readOnly: boolean;
  /** Called when its descriptors are closed. */
  readonly released: () => void;
  /** Checks that its directory is still held. */
  readonly checkHeld: (done: (error?: HostError) => void) => void;
}

/** Opens an existing volume, which has to have the requested size, unless it is only read. */
export function openVolume(
  place: VolumePlace,
  sizeBytes: number,
  opened: (error: HostError | undefined, volume?: FlashVolume) => void,
): void {
  openFile(place, sizeBytes, (error, file) => {
    if (file === undefined) opened(error ?? new HostError('io', 'no descriptor'));
    else opened(undefined, createVolume(file, place));
  });
}

interface OpenFile {
  readonly fd: number;
  /** With O_DSYNC; the same as `fd` where nothing may be written. */
  readonly durableFd: number;
  readonly sizeBytes: number;
  readonly identity: FileIdentity;
}

function openFile(
  { path, readOnly }: VolumePlace,
  wantedBytes: number,
  opened: (error: HostError | undefined, file?: OpenFile) => void,
): void {
  fs.stat(path, (statError, stats) => {
    if (statError !== null) return opened(flashError(statError));
    const isDevice = stats.isBlockDevice();
    if (!isDevice && !stats.isFile()) return opened(new HostError('io', `${path} is neither a file nor a partition`));
    const access = readOnly ? fs.constants.O_RDONLY : fs.constants.O_RDWR;
    fs.open(path, isDevice && !readOnly ? access | fs.constants.O_EXCL : access, (error, fd) => {
      if (error !== null) return opened(flashError(error));
      const identity = identityOf(fd);
      const thereBytes = isDevice ? deviceSizeBytes(stats.rdev) : stats.size;
      if (readOnly) {
        const sizeBytes = isDevice ? Math.min(wantedBytes, thereBytes ?? wantedBytes) : stats.size;
        return opened(undefined, { fd, durableFd: fd, sizeBytes, identity });
      }
      const fits = isDevice ? thereBytes === undefined || thereBytes >= wantedBytes : thereBytes === wantedBytes;
      if (!fits) {
        fs.closeSync(fd);
        const sizes = `${thereBytes} bytes instead of ${wantedBytes}`;
        return opened(new HostError('io', `${path} holds ${sizes}: was it cut, or configured anew?`));
      }
      fs.open(path, fs.constants.O_WRONLY | fs.constants.O_DSYNC, (durableError, durableFd) => {
        if (durableError !== null) {
          fs.closeSync(fd);
          return opened(flashError(durableError));
        }
        if (isSame(identity, identityOf(durableFd))) {
          return opened(undefined, { fd, durableFd, sizeBytes: wantedBytes, identity });
        }
        fs.closeSync(fd);
        fs.closeSync(durableFd);
        opened(new HostError('disconnected', `${path} was replaced while it was opened`));
      });
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

/**
 * Invariants
 * - `writeDurably` is one write on a descriptor of its own with O_DSYNC, which costs the device as much as a write and an
 *   fdatasync, and takes one turn of the thread pool instead of two.
 * - A descriptor is closed only when nothing uses it, so that its number is never reused under a running write.
 */
function createVolume(
  { fd, durableFd, sizeBytes, identity }: OpenFile,
  { path, readOnly, released, checkHeld }: VolumePlace,
): FlashVolume {
  const direct = createDirectReader(path);
  let underWay = 0;
  let closed = false;

  /** Counts a call, and passes its answer on unless the volume was closed in the meantime. */
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
    new HostError('io', `${path}: ${lengthBytes} bytes at ${offset} are not in ${closed ? 'a closed' : 'the'} volume`);

  const writeTo = (to: number, offset: number, bytes: Uint8Array, done: (error?: HostError) => void): void => {
    if (readOnly) return void setImmediate(() => done(new HostError('readOnly', `${path} was opened read-only`)));
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
          if (count === 0) return answer(new HostError('io', `${path}: ends at ${offset + at}`));
          next(at + count);
        });
      next(0);
    },
    write: (offset, bytes, done) => writeTo(fd, offset, bytes, done),
    writeDurably: (offset, bytes, done) => writeTo(durableFd, offset, bytes, done),
    sync(done) {
      if (readOnly) return void setImmediate(() => done(new HostError('readOnly', `${path} was opened read-only`)));
      if (closed) return void setImmediate(() => done(refusal(0, 0)));
      const answer = track(done);
      fs.fdatasync(fd, (error) => (error === null ? answer() : answer(flashError(error))));
    },
    readBack(offset, lengthBytes, done) {
      if (outOfBounds(offset, lengthBytes)) return void setImmediate(() => done(refusal(offset, lengthBytes)));
      direct.read(offset, lengthBytes, track(done));
    },
    checkInPlace(done) {
      if (closed) return void setImmediate(() => done(refusal(0, 0)));
      const answer = track(done);
      checkIdentity(path, identity, sizeBytes, (error) => (error === undefined ? checkHeld(answer) : answer(error)));
    },
    close() {
      if (closed) return;
      closed = true;
      if (underWay === 0) closeNow();
    },
  };
}
