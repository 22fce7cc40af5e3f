import type { Clock, Timer } from '../host.js';
import { createGm65Commands } from './gm65-commands.js';
import { type Gm65Reply, gm65Trigger } from './gm65-protocol.js';
import { type Gm65Mode, gm65Settings, holdsSetting } from './gm65-settings.js';
import { type Gm65Setup, setUpGm65 } from './gm65-setup.js';

export type Gm65State =
  | { readonly kind: 'ready'; readonly refused: readonly string[] }
  | { readonly kind: 'insecure'; readonly refused: readonly string[] }
  | { readonly kind: 'silent'; readonly why: string };

export interface Gm65Session {
  reply(reply: Gm65Reply): void;
  trigger(on: boolean): void;
  close(): void;
}

const HEARTBEAT_MS = 10_000;
/** Failed rounds of heartbeat and comparison until setup starts again. That the engine reads codes proves no setting. */
const HEARTBEAT_MISSES = 3;
const SETUP_RETRY_MS = 5_000;

/**
 * Keeps one GM65 in the wanted settings and checks that it answers.
 *
 * Setup ends as ready, insecure or silent. A silent engine is set up again after 5 s. With each heartbeat (one every 10 s)
 * the settings are compared: an engine that lost its power for a moment answers as before, but its setup barcodes may be
 * on again. Three heartbeats without a complete comparison start the setup again, and so does a setting that differs.
 */
export function createGm65Session(
  parts: { readonly clock: Clock; readonly write: (bytes: Uint8Array) => void },
  mode: Gm65Mode,
  changed: (state: Gm65State) => void,
): Gm65Session {
  const commands = createGm65Commands(parts);
  const settings = gm65Settings(mode);
  let reported: Gm65State | undefined;
  let pause: Timer | undefined;
  let missed = 0;
  let pressed = false;

  /** An engine that reads on command only, and refuses the command, reads nothing. */
  function tryTrigger(tried: (taken: boolean) => void): void {
    if (mode !== 'command') tried(true);
    else commands.send(gm65Trigger(pressed), (answer) => tried(answer?.ok === true));
  }

  function later(delayMs: number, callback: () => void): void {
    pause?.cancel();
    pause = parts.clock.after(delayMs, callback);
  }

  function setUp(): void {
    setUpGm65(
      commands,
      settings,
      (refused) => {
        if (reported?.kind !== 'insecure') report({ kind: 'insecure', refused });
      },
      (setup) => {
        if (setup === undefined) return silent('no answer');
        tryTrigger((taken) => {
          if (taken || setup.insecure) isSetUp(setup);
          else silent('it does not take the command to look');
        });
      },
    );
  }

  function isSetUp(setup: Gm65Setup): void {
    missed = 0;
    const state: Gm65State = { kind: setup.insecure ? 'insecure' : 'ready', refused: setup.refused };
    if (setup.changed || !sameState(state, reported)) report(state);
    later(HEARTBEAT_MS, heartbeat);
  }

  function silent(why: string): void {
    commands.forget();
    report({ kind: 'silent', why });
    later(SETUP_RETRY_MS, setUp);
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
    setUp();
  }

  function compare(index: number): void {
    const wanted = settings[index];
    if (wanted === undefined) {
      tryTrigger((taken) => (taken ? compared() : missedHeartbeat()));
      return;
    }
    commands.read(wanted.address, (content) => {
      if (content === undefined) missedHeartbeat();
      else if (holdsSetting(wanted, content)) compare(index + 1);
      else setUp();
    });
  }

  function compared(): void {
    missed = 0;
    // A setting that was refused before holds now: that has to be reported.
    if (reported?.kind === 'ready' && reported.refused.length === 0) later(HEARTBEAT_MS, heartbeat);
    else setUp();
  }

  function report(state: Gm65State): void {
    reported = state;
    changed(state);
  }

  setUp();

  return {
    reply: commands.reply,
    trigger(on) {
      pressed = on;
      commands.sendOnce(gm65Trigger(on));
    },
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
