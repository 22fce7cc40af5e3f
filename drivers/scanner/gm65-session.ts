import type { Clock, Timer } from '../host.js';
import { createGm65Commands } from './gm65-commands.js';
import { type Gm65Reply, gm65Read, gm65Trigger } from './gm65-protocol.js';
import { type Gm65Setting, holdsSetting } from './gm65-settings.js';
import { setUpGm65 } from './gm65-setup.js';

export type Gm65State =
  | { readonly kind: 'ready'; readonly refused: readonly string[] }
  | { readonly kind: 'insecure'; readonly refused: readonly string[] }
  | { readonly kind: 'silent' };

export interface Gm65Session {
  reply(reply: Gm65Reply): void;
  /** Any sign of life counts for the heartbeat. */
  alive(): void;
  trigger(on: boolean): void;
  close(): void;
}

const HEARTBEAT_MS = 10_000;
const HEARTBEAT_MISSES = 3;
const SETUP_RETRY_MS = 5_000;

/**
 * Keeps one GM65 in the wanted settings and watches that it lives.
 *
 * Setup ends as ready, insecure or silent. Silence in setup is tried again after 5 s, three missed heartbeats (one every
 * 10 s) start the setup again. With each heartbeat the settings are compared: an engine that lost its power for a moment
 * answers as before, and may have come back with its setup barcodes on.
 */
export function createGm65Session(
  parts: { readonly clock: Clock; readonly write: (bytes: Uint8Array) => void },
  settings: readonly Gm65Setting[],
  changed: (state: Gm65State) => void,
): Gm65Session {
  const commands = createGm65Commands(parts);
  let told: Gm65State | undefined;
  let pause: Timer | undefined;
  let missed = 0;

  function later(delayMs: number, callback: () => void): void {
    pause?.cancel();
    pause = parts.clock.after(delayMs, callback);
  }

  function setUp(): void {
    setUpGm65(commands, settings, (setup) => {
      if (setup === undefined) {
        commands.forget();
        tell({ kind: 'silent' });
        later(SETUP_RETRY_MS, setUp);
        return;
      }
      missed = 0;
      const state: Gm65State = { kind: setup.insecure ? 'insecure' : 'ready', refused: setup.refused };
      if (setup.changed || !sameState(state, told)) tell(state);
      later(HEARTBEAT_MS, heartbeat);
    });
  }

  function heartbeat(): void {
    commands.heartbeat(1, (alive) => (alive ? compare(0) : missedHeartbeat()));
  }

  function missedHeartbeat(): void {
    missed += 1;
    if (missed < HEARTBEAT_MISSES) {
      later(HEARTBEAT_MS, heartbeat);
      return;
    }
    missed = 0;
    tell({ kind: 'silent' });
    setUp();
  }

  function compare(index: number): void {
    const wanted = settings[index];
    if (wanted === undefined) {
      // What was refused before holds now: that has to be told.
      if (told?.kind === 'ready' && told.refused.length === 0) later(HEARTBEAT_MS, heartbeat);
      else setUp();
      return;
    }
    commands.send(gm65Read(wanted.address), (data) => {
      const content = data?.[0];
      if (content === undefined) missedHeartbeat();
      else if (holdsSetting(wanted, content)) compare(index + 1);
      else setUp();
    });
  }

  function tell(state: Gm65State): void {
    told = state;
    changed(state);
  }

  setUp();

  return {
    reply(reply) {
      missed = 0;
      commands.reply(reply);
    },
    alive() {
      missed = 0;
    },
    trigger: (on) => commands.sendOnce(gm65Trigger(on)),
    close() {
      commands.close();
      pause?.cancel();
    },
  };
}

function sameState(a: Gm65State, b: Gm65State | undefined): boolean {
  const refusedOf = (state: Gm65State): string => (state.kind === 'silent' ? '' : state.refused.join());
  return a.kind === b?.kind && refusedOf(a) === refusedOf(b);
}
