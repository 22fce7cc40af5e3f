import type { Clock, Timer } from '../../drivers/host.js';
import type { Log } from '../log/log.js';
import type { SupervisorClient } from './supervisor-client.js';

/**
 * Looks whether a new version waits to be installed, holds sales for it, and tells the supervisor when the box is free.
 *
 * Invariants
 * - The supervisor is asked at rest only, and at most once a minute.
 * - Sales are held only while no customer is served, for 3 minutes, and then not for an hour: a supervisor that never installs what it
 *   downloaded takes at most a twentieth of the time.
 */
export interface UpdateWatch {
  /** To be called with each change: whether a customer is served. */
  setBusy(busy: boolean): void;
  /** A new version waits. */
  readonly downloaded: boolean;
  /** No sale may start, so that it can be installed. */
  readonly holding: boolean;
  close(): void;
}

export interface UpdateWatchParts {
  readonly supervisor: Pick<SupervisorClient, 'device' | 'update'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** `holding` changed. */
  readonly changed: () => void;
}

/** From the start to the first look, and from one to the next while nothing waits, and while something does. */
const FIRST_LOOK_MS = 60_000;
const LOOK_EVERY_MS = 120_000;
const LOOK_AGAIN_MS = 60_000;
const HOLD_MS = 180_000;
const HOLD_AGAIN_MS = 3_600_000;

export function createUpdateWatch({ supervisor, clock, log, changed }: UpdateWatchParts): UpdateWatch {
  let busy = false;
  let closed = false;
  let downloaded = false;
  let looking = false;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let mayHoldFromMs = Number.NEGATIVE_INFINITY;
  let holdTimer: Timer | undefined;
  let lookTimer = clock.after(FIRST_LOOK_MS, look);

  function lookIn(delayMs: number): void {
    lookTimer.cancel();
    lookTimer = clock.after(delayMs, look);
  }

  function look(): void {
    /* The end of the sale looks again. */
    if (busy || looking) return;
    looking = true;
    lookedAtMs = clock.monotonicMs();
    supervisor.device((device) => {
      looking = false;
      if (closed) return;
      lookIn(device?.downloaded === true ? LOOK_AGAIN_MS : LOOK_EVERY_MS);
      if (device === undefined) return;
      const news = device.downloaded !== downloaded;
      downloaded = device.downloaded;
      if (news) log.info(downloaded ? 'a new version waits to be installed' : 'no new version waits');
      if (!downloaded) endHold();
      else if (!busy) letInstall();
    });
  }

  /** The box is free, and a new version waits. */
  function letInstall(): void {
    supervisor.update(() => undefined);
    const nowMs = clock.monotonicMs();
    if (holdTimer !== undefined || nowMs < mayHoldFromMs) return;
    mayHoldFromMs = nowMs + HOLD_MS + HOLD_AGAIN_MS;
    holdTimer = clock.after(HOLD_MS, () => {
      log.warn('the new version was not installed; selling goes on', { heldMs: HOLD_MS, nextHoldInMs: HOLD_AGAIN_MS });
      endHold();
    });
    changed();
  }

  function endHold(): void {
    if (holdTimer === undefined) return;
    holdTimer.cancel();
    holdTimer = undefined;
    changed();
  }

  return {
    setBusy(now) {
      if (now === busy) return;
      busy = now;
      /* It was asked for before the hold was known. */
      if (busy) return endHold();
      const sinceMs = clock.monotonicMs() - lookedAtMs;
      if (sinceMs >= LOOK_AGAIN_MS) return look();
      if (downloaded) letInstall();
      lookIn(LOOK_AGAIN_MS - sinceMs);
    },
    get downloaded() {
      return downloaded;
    },
    get holding() {
      return holdTimer !== undefined;
    },
    close() {
      closed = true;
      lookTimer.cancel();
      holdTimer?.cancel();
    },
  };
}
