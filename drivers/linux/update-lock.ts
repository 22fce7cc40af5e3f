/**
 * The update lock on a real board.
 *
 * - The file and its flock(2) are taken and given back together. The kernel gives back the flock of a process that dies; the file
 *   stays, and the next start removes it.
 * - Only a file that this process made, or that an ended process of its user left, is ever removed. Which one it is, its inode says.
 * - A file of our own user whose flock nobody has is somebody's wish to keep updates away (`touch`, `lockfile`): a sale may start,
 *   its flock is taken, and the file stays.
 */
import fs, { constants } from 'node:fs';
import type { UpdateLockAttempt, UpdateLockHost } from '../host.js';
import { fileTrouble } from './file-trouble.js';
import { findFlock } from './flock.js';

/** The user of the supervisor's own locks. It removes every lock of this user by itself. */
const SUPERVISOR_UID = 65534;
const MODE = 0o644;
/** For a file that comes or goes in the very moment in which it is looked at. */
const ATTEMPTS = 3;

/** balena's, in each of its containers. */
const USUAL_DIRECTORY = '/tmp/balena';
const USUAL_PATH = `${USUAL_DIRECTORY}/updates.lock`;

export interface UpdateLockPlace {
  readonly lock: 'auto' | 'off';
  /** Absent: the usual one, where its directory is. */
  readonly lockPath?: string;
}

/** The update lock of this process, which gives it back when it ends; undefined where there is none. */
export function findUpdateLock({ lock, lockPath }: UpdateLockPlace): UpdateLockHost | undefined {
  if (lock === 'off') return undefined;
  const path = lockPath ?? (fs.existsSync(USUAL_DIRECTORY) ? USUAL_PATH : undefined);
  if (path === undefined) return undefined;
  const found = createUpdateLock(path);
  process.once('exit', found.release);
  return found;
}

/** @param path absolute; its directory is not made */
export function createUpdateLock(path: string, uid: number = process.geteuid?.() ?? -1): UpdateLockHost {
  const found = findFlock();
  /** The open file while this process holds the lock. */
  let fd: number | undefined;
  /** The file that this process made, until it is removed. */
  let madeInode: number | undefined;

  const flocked = (descriptor: number): boolean => ('flock' in found ? found.flock(descriptor) : true);

  /** Undefined where there is none. */
  function lookAtFile(): fs.Stats | undefined {
    return fs.lstatSync(path, { throwIfNoEntry: false });
  }

  function isOfOthers(stats: fs.Stats): boolean {
    if (stats.uid !== uid || !stats.isFile()) return true;
    return uid === SUPERVISOR_UID && stats.ino !== madeInode;
  }

  /** The file that is there, open, with its flock; undefined where another process has that, or the file is another one by now. */
  function openWithFlock(inode: number): number | undefined {
    const descriptor = fs.openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    let ours = false;
    try {
      ours = fs.fstatSync(descriptor).ino === inode && flocked(descriptor) && lookAtFile()?.ino === inode;
    } finally {
      if (!ours) fs.closeSync(descriptor);
    }
    return ours ? descriptor : undefined;
  }

  function makeFile(): UpdateLockAttempt {
    const descriptor = fs.openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, MODE);
    madeInode = fs.fstatSync(descriptor).ino;
    try {
      if (!flocked(descriptor)) {
        /* The host's system was quicker. The file stays until this process ends: the next sale must not make another one. */
        fs.closeSync(descriptor);
        return { kind: 'held' };
      }
    } catch (error) {
      fd = descriptor;
      return { kind: 'partial', why: fileTrouble(error) };
    }
    fd = descriptor;
    return 'why' in found ? { kind: 'partial', why: found.why } : { kind: 'taken' };
  }

  function takeFound(stats: fs.Stats): UpdateLockAttempt {
    if (isOfOthers(stats)) return { kind: 'held' };
    fd = openWithFlock(stats.ino);
    return { kind: fd === undefined ? 'held' : 'taken' };
  }

  function take(): UpdateLockAttempt {
    if (fd !== undefined) return { kind: 'taken' };
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      let stats: fs.Stats | undefined;
      try {
        stats = lookAtFile();
        return stats === undefined ? makeFile() : takeFound(stats);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const changed = stats === undefined ? code === 'EEXIST' : code === 'ENOENT';
        if (!changed) return { kind: 'broken', why: fileTrouble(error, path) };
      }
    }
    return { kind: 'held' };
  }

  function release(): void {
    try {
      const stats = lookAtFile();
      if (stats !== undefined && stats.ino === madeInode && stats.uid === uid) fs.unlinkSync(path);
    } catch {
      /* The directory is gone or turned read-only. The next start removes the file, if it is still there. */
    }
    madeInode = undefined;
    if (fd !== undefined) fs.closeSync(fd);
    fd = undefined;
  }

  return {
    path,
    clearStale() {
      try {
        const stats = lookAtFile();
        if (stats === undefined) return 'none';
        if (isOfOthers(stats)) return 'held';
        const descriptor = openWithFlock(stats.ino);
        if (descriptor === undefined) return 'held';
        try {
          fs.unlinkSync(path);
        } finally {
          fs.closeSync(descriptor);
        }
        return 'cleared';
      } catch {
        return 'unclear';
      }
    },
    take,
    release,
    heldByOther() {
      if (fd !== undefined) return false;
      try {
        const stats = lookAtFile();
        if (stats === undefined) return false;
        if (isOfOthers(stats)) return true;
        const descriptor = openWithFlock(stats.ino);
        if (descriptor === undefined) return true;
        fs.closeSync(descriptor);
        return false;
      } catch {
        return false;
      }
    },
  };
}
