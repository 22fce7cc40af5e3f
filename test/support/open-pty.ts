import assert from 'node:assert/strict';
import { constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';

/** A pseudo-terminal of the kernel: a program opens its tty, this process has the far end. */
export interface Pty {
  /** The file of the tty. */
  readonly file: string;
  /** Reads only once somebody listens. Destroying it hangs the tty up; an error of it says that nobody has the tty open any more. */
  readonly far: ReadStream;
}

const libc = koffi.load(null);
const grantpt = libc.func('int grantpt(int fd)');
const unlockpt = libc.func('int unlockpt(int fd)');
const ptsname = libc.func('int ptsname_r(int fd, void *name, size_t size)');
const tcgetattr = libc.func('int tcgetattr(int fd, void *settings)');
const tcsetattr = libc.func('int tcsetattr(int fd, int when, void *settings)');
const cfmakeraw = libc.func('void cfmakeraw(void *settings)');

/** `raw`: a wire that carries every byte as it is. `cooked`: a terminal for a person, with echo, line ends and Ctrl-C. */
export function openPty(settings: 'raw' | 'cooked'): Pty {
  const fd = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
  const name = Buffer.alloc(64);
  /* A struct termios has 60 bytes; only the C library looks into it. */
  const termios = Buffer.alloc(256);
  assert.deepEqual([grantpt(fd), unlockpt(fd), ptsname(fd, name, name.length), tcgetattr(fd, termios)], [0, 0, 0, 0]);
  if (settings === 'raw') {
    cfmakeraw(termios);
    assert.equal(tcsetattr(fd, 0, termios), 0);
  }
  const far = new ReadStream(fd);
  far.on('error', () => undefined);
  return { file: name.toString('utf8', 0, name.indexOf(0)), far };
}
