import type { Clock, Timer } from '../host.js';
import {
  GM65_REGISTER,
  type Gm65Reply,
  gm65Heartbeat,
  gm65Read,
  gm65Save,
  gm65Trigger,
  gm65Write,
} from './gm65-protocol.js';

/** One register as the terminal wants it: only the bits of `mask` matter and are changed. */
export interface Gm65Setting {
  readonly name: string;
  readonly address: number;
  readonly mask: number;
  readonly value: number;
  /** The engine must not be used without it. */
  readonly required: boolean;
}

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

const REPLY_TIMEOUT_MS = 500;
const TRIES = 3;
const WRITE_ATTEMPTS = 2;
const HEARTBEAT_MS = 10_000;
const HEARTBEAT_MISSES = 3;
const SETUP_RETRY_MS = 5_000;
/** An answer that is still owed after that long never comes. */
const OWED_MS = 1_500;

/**
 * The settings of a payment terminal. Setup barcodes are on by default and printed in public manuals: with them anyone
 * could reset the engine or turn it into a keyboard, so they are switched off and the register is read back.
 */
export function gm65Settings(mode: 'pin' | 'command' | 'continuous'): readonly Gm65Setting[] {
  return [
    { name: 'setup codes', address: GM65_REGISTER.setupCodes, mask: 0x03, value: 0x02, required: true },
    { name: 'output', address: GM65_REGISTER.output, mask: 0x03, value: 0x00, required: false },
    {
      name: 'mode',
      address: GM65_REGISTER.mode,
      mask: 0x03,
      value: { pin: 0, command: 1, continuous: 2 }[mode],
      required: false,
    },
    { name: 'read timeout', address: GM65_REGISTER.readTimeout, mask: 0xff, value: 50, required: false },
    { name: 'tail', address: GM65_REGISTER.tail, mask: 0x61, value: 0x01, required: false },
  ];
}

/**
 * Keeps one GM65 in the wanted settings and watches that it lives.
 *
 * Invariants
 * - One command is under way at a time, and none is sent while the answer to an earlier one may still come: answers do
 *   not say what they answer, and a late one would be taken for the content of another register.
 * - Registers are written only when they differ, and saved only when one took a new value (their memory wears).
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
  interface Command {
    readonly bytes: Uint8Array;
    readonly answers: 'answer' | 'heartbeat';
    readonly tries: number;
    readonly done: (data: Uint8Array | undefined) => void;
  }
  let queue: Command[] = [];
  let current: Command | undefined;
  let tried = 0;
  /** Answers that have not come yet. */
  let owed = 0;
  let told: Gm65State | undefined;
  let timer: Timer | undefined;
  let pause: Timer | undefined;
  let resting: Timer | undefined;
  let missed = 0;
  let closed = false;

  function ask(command: Command): void {
    queue.push(command);
    next();
  }

  function next(): void {
    if (current !== undefined || resting !== undefined || closed) return;
    current = queue.shift();
    tried = 0;
    if (current !== undefined) send(current);
  }

  function send(command: Command): void {
    tried += 1;
    owed += 1;
    parts.write(command.bytes);
    timer = parts.clock.after(REPLY_TIMEOUT_MS, () => {
      if (tried < command.tries) send(command);
      else finish(undefined);
    });
  }

  function finish(data: Uint8Array | undefined): void {
    const command = current;
    current = undefined;
    timer?.cancel();
    restWhileOwed();
    command?.done(data);
    next();
  }

  function restWhileOwed(): void {
    resting?.cancel();
    resting = owed === 0 ? undefined : parts.clock.after(OWED_MS, rested);
  }

  function rested(): void {
    resting = undefined;
    owed = 0;
    next();
  }

  function command(bytes: Uint8Array, done: (data: Uint8Array | undefined) => void): void {
    ask({ bytes, answers: 'answer', tries: TRIES, done });
  }

  function later(delayMs: number, callback: () => void): void {
    pause?.cancel();
    pause = parts.clock.after(delayMs, callback);
  }

  function setUp(): void {
    const refused: string[] = [];
    let insecure = false;
    let taken = false;

    function silent(): void {
      queue = [];
      tell({ kind: 'silent' });
      later(SETUP_RETRY_MS, setUp);
    }

    function setting(index: number): void {
      const wanted = settings[index];
      if (wanted === undefined) {
        save();
        return;
      }
      let attempts = 0;
      const check = (): void => {
        command(gm65Read(wanted.address), (data) => {
          const value = data?.[0];
          if (value === undefined) {
            silent();
          } else if (holds(wanted, value)) {
            if (attempts > 0) taken = true;
            setting(index + 1);
          } else if (attempts === WRITE_ATTEMPTS) {
            refused.push(wanted.name);
            if (wanted.required) insecure = true;
            setting(index + 1);
          } else {
            attempts += 1;
            command(gm65Write(wanted.address, (value & ~wanted.mask) | wanted.value), (answer) => {
              if (answer === undefined) silent();
              else check();
            });
          }
        });
      };
      check();
    }

    function save(): void {
      if (!taken) {
        ready();
        return;
      }
      command(gm65Save(), (answer) => {
        if (answer === undefined) silent();
        else ready();
      });
    }

    function ready(): void {
      missed = 0;
      const state: Gm65State = { kind: insecure ? 'insecure' : 'ready', refused };
      if (taken || !sameState(state, told)) tell(state);
      later(HEARTBEAT_MS, heartbeat);
    }

    // The process before this one may have died with a question on the line. Its answer comes before that of a heartbeat,
    // which is of another kind; taken for the content of a register it would be written back.
    ask({
      bytes: gm65Heartbeat(),
      answers: 'heartbeat',
      tries: TRIES,
      done: (data) => {
        if (data === undefined) silent();
        else setting(0);
      },
    });
  }

  function heartbeat(): void {
    ask({
      bytes: gm65Heartbeat(),
      answers: 'heartbeat',
      tries: 1,
      done: (data) => {
        if (data === undefined) missedHeartbeat();
        else compare(0);
      },
    });
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
    command(gm65Read(wanted.address), (data) => {
      const value = data?.[0];
      if (value === undefined) missedHeartbeat();
      else if (holds(wanted, value)) compare(index + 1);
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
      owed = Math.max(0, owed - 1);
      if (resting !== undefined) {
        restWhileOwed();
        next();
        return;
      }
      if (current === undefined || current.answers !== reply.kind) return;
      // A refusal is an answer: what it means shows when the register is read back.
      finish(reply.kind === 'heartbeat' ? new Uint8Array() : reply.data);
    },
    alive() {
      missed = 0;
    },
    trigger(on) {
      ask({ bytes: gm65Trigger(on), answers: 'answer', tries: 1, done: () => undefined });
    },
    close() {
      closed = true;
      queue = [];
      timer?.cancel();
      pause?.cancel();
      resting?.cancel();
    },
  };
}

function holds(wanted: Gm65Setting, value: number): boolean {
  return (value & wanted.mask) === wanted.value;
}

function sameState(a: Gm65State, b: Gm65State | undefined): boolean {
  const refusedOf = (state: Gm65State): string => (state.kind === 'silent' ? '' : state.refused.join());
  return a.kind === b?.kind && refusedOf(a) === refusedOf(b);
}
