import assert from 'node:assert/strict';
import { constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';

/** A pseudo-terminal: a program opens the tty, this process holds the far end. */
export interface Pty {
  /** Path of the tty. */
  readonly file: string;
  /** Starts to read with the first `data` listener. `destroy` hangs up the tty. It closes when the last program closes the tty. */
  readonly far: ReadStream;
}

const libc = koffi.load(null);
const grantpt = libc.func('int grantpt(int fd)');
const unlockpt = libc.func('int unlockpt(int fd)');
const ptsname = libc.func('int ptsname_r(int fd, void *name, size_t size)');
const tcgetattr = libc.func('int tcgetattr(int fd, void *settings)');
const tcsetattr = libc.func('int tcsetattr(int fd, int when, void *settings)');
const cfmakeraw = libc.func('void cfmakeraw(void *settings)');

/** `raw` carries every byte unchanged. `cooked` echoes, translates line ends and turns Ctrl-C into SIGINT. */
export function openPty(settings: 'raw' | 'cooked'): Pty {
  const fd = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
  const name = Buffer.alloc(64);
  /* Larger than any `struct termios`; only the C library reads its fields. */
  const termios = Buffer.alloc(256);
  assert.deepEqual([grantpt(fd), unlockpt(fd), ptsname(fd, name, name.length), tcgetattr(fd, termios)], [0, 0, 0, 0]);
  if (settings === 'raw') {
    cfmakeraw(termios);
    assert.equal(tcsetattr(fd, 0, termios), 0);
  }
  const far = new ReadStream(fd);
  /* EIO, when the last program closes the tty. */
  far.on('error', () => undefined);
  return { file: name.toString('utf8', 0, name.indexOf(0)), far };
}
