import type { Clock, Timer } from '../../drivers/host.js';
import { openReversals, openSale } from '../../flows/book.js';
import { isStartingUp, lacksJournal, readiness } from '../../flows/readiness.js';
import type { TerminalState } from '../../flows/terminal-state.js';
import type { SupervisorClient } from './supervisor-client.js';

/**
 * Shows the box's state on the fleet's dashboard, as tags of the device. A state that passes within a minute, as most sales do, is
 * not shown: each change travels to the cloud.
 */
export interface DeviceTags {
  /** To be called with each state that is published. */
  follow(state: TerminalState): void;
  close(): void;
}

const SETTLE_MS = 60_000;
/** After a failure: an older supervisor does not have this call at all. */
const RETRY_MS = 600_000;

export function createDeviceTags(supervisor: Pick<SupervisorClient, 'tag'>, clock: Clock, version: string): DeviceTags {
  let latest: TerminalState | undefined;
  let sent = '';
  let timer: Timer | undefined;
  let closed = false;

  function tagsNow(): Readonly<Record<string, string>> | undefined {
    return latest === undefined ? undefined : tagsOf(latest, version);
  }

  function send(): void {
    timer = undefined;
    const tags = tagsNow();
    const text = JSON.stringify(tags);
    if (tags === undefined || text === sent) return;
    timer = clock.after(RETRY_MS, send);
    supervisor.tag(tags, (accepted) => {
      if (closed || !accepted) return;
      sent = text;
      timer?.cancel();
      timer = undefined;
      plan();
    });
  }

  function plan(): void {
    if (timer === undefined && JSON.stringify(tagsNow()) !== sent) timer = clock.after(SETTLE_MS, send);
  }

  return {
    follow(state) {
      latest = state;
      plan();
    },
    close() {
      closed = true;
      timer?.cancel();
    },
  };
}

/** Short, and without anything secret. */
function tagsOf(state: TerminalState, version: string): Readonly<Record<string, string>> {
  return {
    tillbox: stateWord(state),
    'tillbox-version': version,
    /* Without its journal the box does not know them: they are not none. */
    'tillbox-reversals': lacksJournal(state) ? 'unknown' : `${openReversals(state.book).length}`,
  };
}

function stateWord(state: TerminalState): string {
  if (openSale(state.book) !== undefined) return 'selling';
  const { reasons } = readiness(state);
  const [first] = reasons;
  if (first === undefined) return 'ready';
  if (isStartingUp(reasons)) return 'starting';
  if (reasons.every((reason) => reason === 'updateInstalling' || reason === 'updateWaiting')) return 'updating';
  return `fault:${first}`;
}
