import fs from 'node:fs';
import { HostError } from '../host.js';
import { flashError } from './flash-error.js';

/** Reads a file or partition past the page cache. */
export interface DirectReader {
  /** Offset and length in multiples of 4,096. `unsupported` where file system or kernel cannot. */
  read(offset: number, lengthBytes: number, done: (error: HostError | undefined, bytes?: Uint8Array) => void): void;
  close(): void;
}

const alignmentBytes = 4096;
const chunkBytes = 262_144;
/* A large block of glibc starts 16 bytes into a page, so the likely places come first, then all others. */
const likely = [4080, 496];
const places = [...likely, ...Array.from({ length: alignmentBytes / 8 }, (_, index) => index * 8)];

/**
 * O_DIRECT needs memory aligned to the device's block, which Node does not guarantee. A buffer that is one alignment longer
 * contains such a place: it is found once, by trying, and kept.
 *
 * Invariants
 * - One read at a time, as all go through the one buffer; others wait for it.
 * - The descriptor is closed only when no read is under way or waiting.
 */
export function createDirectReader(path: string): DirectReader {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes + alignmentBytes);
  let fd: number | undefined;
  let alignedAt: number | undefined;
  let closed = false;
  /* The first one is under way. */
  const reads: (() => void)[] = [];
  const unsupported = (why: string) => new HostError('unsupported', `no reading past the cache: ${why}`);

  const closeWhenIdle = (): void => {
    if (!closed || reads.length > 0 || fd === undefined) return;
    fs.closeSync(fd);
    fd = undefined;
  };

  const readChunk = (
    from: number,
    lengthBytes: number,
    done: (error: HostError | undefined, bytes?: Buffer) => void,
  ): void => {
    if (fd === undefined) {
      done(unsupported('not open'));
      return;
    }
    const probing = alignedAt === undefined;
    const attempt = (index: number): void => {
      const at = alignedAt ?? places[index];
      if (fd === undefined || at === undefined) {
        done(unsupported('no aligned memory found'));
        return;
      }
      fs.read(fd, buffer, at, lengthBytes, from, (error, bytesRead) => {
        if (error?.code === 'EINVAL' && probing) return attempt(index + 1);
        if (error?.code === 'EINVAL') return done(unsupported('refused'));
        if (error !== null) return done(flashError(error));
        if (bytesRead !== lengthBytes) return done(new HostError('io', `${path}: ends at ${from + bytesRead}`));
        alignedAt = at;
        done(undefined, buffer.subarray(at, at + lengthBytes));
      });
    };
    attempt(0);
  };

  const readAll = (
    offset: number,
    lengthBytes: number,
    done: (error: HostError | undefined, bytes?: Uint8Array) => void,
  ): void => {
    const bytes = Buffer.allocUnsafe(lengthBytes);
    const next = (at: number): void => {
      if (at >= lengthBytes) {
        done(undefined, bytes);
        return;
      }
      const count = Math.min(chunkBytes, lengthBytes - at);
      readChunk(offset + at, count, (error, chunk) => {
        if (error !== undefined || chunk === undefined) return done(error ?? unsupported('no answer'));
        chunk.copy(bytes, at);
        next(at + count);
      });
    };
    next(0);
  };

  return {
    read(offset, lengthBytes, done) {
      if (offset % alignmentBytes !== 0 || lengthBytes % alignmentBytes !== 0) {
        setImmediate(() => done(unsupported('not whole blocks')));
        return;
      }
      const ended: typeof done = (error, bytes) => {
        reads.shift();
        reads[0]?.();
        closeWhenIdle();
        done(error, bytes);
      };
      reads.push(() => {
        if (fd !== undefined) return readAll(offset, lengthBytes, ended);
        fs.open(path, fs.constants.O_RDONLY | fs.constants.O_DIRECT, (error, opened) => {
          if (error !== null) {
            return ended(error.code === 'EINVAL' ? unsupported('the file system has no O_DIRECT') : flashError(error));
          }
          fd = opened;
          readAll(offset, lengthBytes, ended);
        });
      });
      if (reads.length === 1) reads[0]?.();
    },
    close() {
      closed = true;
      closeWhenIdle();
    },
  };
}
