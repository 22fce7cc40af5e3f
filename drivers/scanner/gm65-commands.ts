import type { Clock, Timer } from '../host.js';
import { type Gm65Reply, gm65Heartbeat, gm65Read } from './gm65-protocol.js';

type Gm65Answer = Extract<Gm65Reply, { kind: 'answer' }>;

/** Sends commands to a GM65, one after the other. */
export interface Gm65Commands {
  /** `done` gets undefined where nothing answered. A refusal is an answer. */
  send(bytes: Uint8Array, done: (answer: Gm65Answer | undefined) => void): void;
  /** Undefined where nothing answered or the engine refused. */
  read(address: number, done: (content: number | undefined) => void): void;
  /** Sends it once, without retries. */
  sendOnce(bytes: Uint8Array): void;
  heartbeat(tries: number, done: (alive: boolean) => void): void;
  reply(reply: Gm65Reply): void;
  /** Drops what has not been sent yet. */
  forget(): void;
  close(): void;
}

export const GM65_TRIES = 3;
const REPLY_TIMEOUT_MS = 500;
/** A later answer never comes. */
const OWED_MS = 1_500;

/**
 * Invariant: one command is under way at a time, and none is sent while the answer to an earlier one may still come.
 * Answers do not name their command, and a late one would be taken for the content of another register.
 */
export function createGm65Commands(parts: {
  readonly clock: Clock;
  readonly write: (bytes: Uint8Array) => void;
}): Gm65Commands {
  interface Command {
    readonly bytes: Uint8Array;
    readonly answers: Gm65Reply['kind'];
    readonly tries: number;
    readonly done: (reply: Gm65Reply | undefined) => void;
  }
  let queue: Command[] = [];
  let current: Command | undefined;
  let tried = 0;
  /** How many answers may still come. */
  let owed = 0;
  let timer: Timer | undefined;
  let resting: Timer | undefined;
  let closed = false;

  function ask(command: Command): void {
    queue.push(command);
    next();
  }

  function next(): void {
    if (current !== undefined || resting !== undefined || closed) return;
    current = queue.shift();
    tried = 0;
    if (current !== undefined) attempt(current);
  }

  function attempt(command: Command): void {
    tried += 1;
    owed += 1;
    parts.write(command.bytes);
    timer = parts.clock.after(REPLY_TIMEOUT_MS, () => {
      if (tried < command.tries) attempt(command);
      else finish(undefined);
    });
  }

  function finish(reply: Gm65Reply | undefined): void {
    const command = current;
    current = undefined;
    timer?.cancel();
    restWhileOwed();
    command?.done(reply);
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

  function send(bytes: Uint8Array, done: (answer: Gm65Answer | undefined) => void): void {
    const answered = (reply?: Gm65Reply): void => done(reply?.kind === 'answer' ? reply : undefined);
    ask({ bytes, answers: 'answer', tries: GM65_TRIES, done: answered });
  }

  return {
    send,
    read: (address, done) => send(gm65Read(address), (answer) => done(answer?.ok ? answer.data[0] : undefined)),
    sendOnce: (bytes) => ask({ bytes, answers: 'answer', tries: 1, done: () => undefined }),
    heartbeat: (tries, done) =>
      ask({ bytes: gm65Heartbeat(), answers: 'heartbeat', tries, done: (reply) => done(reply !== undefined) }),
    reply(reply) {
      owed = Math.max(0, owed - 1);
      if (resting !== undefined) {
        restWhileOwed();
        next();
        return;
      }
      if (current === undefined || current.answers !== reply.kind) return;
      finish(reply);
    },
    forget() {
      queue = [];
    },
    close() {
      closed = true;
      queue = [];
      timer?.cancel();
      resting?.cancel();
    },
  };
}
