import type { Host } from '../../drivers/host.js';
import type { FaultCode } from '../../flows/faults.js';
import { keepsUpdatesAway } from '../../flows/keeps-updates-away.js';
import { present } from '../../flows/present.js';
import type { TerminalState } from '../../flows/terminal-state.js';
import type { UpdateReport } from '../api/status-sources.js';
import type { UpdatesConfig } from '../config/config.js';
import type { Log } from '../log/log.js';
import { createDeviceTags } from './device-tags.js';
import { createSupervisorClient } from './supervisor-client.js';
import { createUpdateGuard, type UpdateGuard } from './update-guard.js';
import { createUpdateWatch, type UpdateWatch } from './update-watch.js';

/** What keeps updates of this software and sales out of each other's way. Where nothing updates it, this does nothing. */
export interface Updates {
  /** Whether somebody else holds the update lock: asked for each moment. */
  updating(): boolean;
  /** Whether a payment request may be sent. */
  mayPay(): boolean;
  /** To be called with each state that is published. */
  follow(state: TerminalState): void;
  /** Undefined where nothing updates this software. */
  report(): UpdateReport | undefined;
  close(): void;
}

export interface UpdatesParts {
  readonly host: Pick<Host, 'clock' | 'http' | 'updateLock'>;
  readonly config: UpdatesConfig;
  readonly version: string;
  readonly log: Log;
  /** Tells the flow what stops sales or is to be warned of, from now on. */
  readonly faultsChanged: (faults: readonly FaultCode[]) => void;
}

const NO_UPDATES: Updates = {
  updating: () => false,
  mayPay: () => true,
  follow: () => undefined,
  report: () => undefined,
  close: () => undefined,
};

export function createUpdates({ host, config, version, log, faultsChanged }: UpdatesParts): Updates {
  const { clock, http, updateLock } = host;
  const lock = config.lock === 'off' ? undefined : updateLock;
  if (lock === undefined && config.supervisor === undefined) return NO_UPDATES;

  const supervisor = config.supervisor && createSupervisorClient(config.supervisor, http, log);
  const tags = supervisor && createDeviceTags(supervisor, clock, version);
  let book: TerminalState['book'] | undefined;
  let guard: UpdateGuard | undefined;
  let watch: UpdateWatch | undefined;

  const tell = (): void =>
    faultsChanged([
      ...(watch?.holding === true ? ['updateWaiting' as const] : []),
      ...(guard?.trouble === undefined ? [] : ['updateLockBroken' as const]),
    ]);
  if (lock !== undefined) guard = createUpdateGuard({ lock, clock, log, changed: tell });
  /* Without a lock the supervisor may stop this process at any moment anyway. */
  if (lock !== undefined && supervisor !== undefined) {
    watch = createUpdateWatch({ supervisor, clock, log, changed: tell });
  }

  return {
    updating: () => guard?.heldByOther() === true,
    mayPay: () => guard?.mayPay() ?? true,
    follow(state) {
      guard?.follow(state);
      tags?.follow(state);
      if (state.book === book) return;
      book = state.book;
      /* After the lock was given back: the supervisor is told of a box that is free. */
      watch?.setBusy(keepsUpdatesAway(book));
    },
    report() {
      return {
        state: stateOf(guard, watch),
        locked: guard?.locked === true,
        ...present({ trouble: guard?.trouble }),
        lockFailures: guard?.failures ?? 0,
        supervisorFailures: supervisor?.failures ?? 0,
      };
    },
    close() {
      for (const part of [guard, watch, tags]) part?.close();
    },
  };
}

function stateOf(guard: UpdateGuard | undefined, watch: UpdateWatch | undefined): UpdateReport['state'] {
  if (guard?.heldByOther() === true) return 'installing';
  if (watch?.holding === true) return 'held';
  return watch?.downloaded === true ? 'downloaded' : 'none';
}
