import type { UpdateLockAttempt, UpdateLockHost } from '../drivers/host.js';

/**
 * The update lock of a simulated board: a file in memory with an owner, and a flock(2) on it. The supervisor looks whether the file
 * exists.
 */
export interface SimUpdateLock {
  /** The lock as the terminal's process uses it. */
  readonly host: UpdateLockHost;
  /** The process died: its flock is gone, its file stays. */
  processEnded(): void;
  /** The file was in memory. */
  powerCut(): void;
  /** The supervisor tries to take the lock. False where the file is there. */
  supervisorTakes(): boolean;
  supervisorReleases(): void;
  readonly owner: LockOwner | undefined;
  /** Makes attempts of the terminal fail with this reason; undefined: as usual. */
  fault: string | undefined;
}

type LockOwner = 'terminal' | 'supervisor';

export function createSimUpdateLock(): SimUpdateLock {
  let owner: LockOwner | undefined;
  let flocked = false;

  function take(): UpdateLockAttempt {
    if (lock.fault !== undefined) return { kind: 'broken', why: lock.fault };
    if (owner === 'supervisor') return { kind: 'held' };
    owner = 'terminal';
    flocked = true;
    return { kind: 'taken' };
  }

  const lock: SimUpdateLock = {
    host: {
      path: '/tmp/balena/updates.lock',
      clearStale() {
        if (owner === undefined) return 'none';
        if (owner === 'supervisor' || flocked) return 'held';
        owner = undefined;
        return 'cleared';
      },
      take,
      release() {
        if (!flocked) return;
        flocked = false;
        owner = undefined;
      },
      heldByOther: () => owner === 'supervisor',
    },
    processEnded() {
      flocked = false;
    },
    powerCut() {
      owner = undefined;
    },
    supervisorTakes() {
      if (owner !== undefined) return false;
      owner = 'supervisor';
      return true;
    },
    supervisorReleases() {
      if (owner === 'supervisor') owner = undefined;
    },
    get owner() {
      return owner;
    },
    fault: undefined,
  };
  return lock;
}
