import type { World } from '../world.js';

/** Typed lines that wait to be run, and the pauses between them. */
export interface LineQueue {
  /** Adds a line, and runs it where nothing waits. False where too many wait. */
  push(line: string): boolean;
  /** Adds the last lines, however many wait. */
  pushLast(lines: readonly string[]): void;
  /** The lines after this one wait until nothing is under way. */
  waitForRest(limitMs: number): void;
  /** The lines after this one wait this long. */
  waitFor(durationMs: number): void;
  /** Time has passed. */
  goOn(): void;
  clear(): void;
}

export interface LineQueueParts {
  readonly world: Pick<World, 'nowMs' | 'after'>;
  readonly atRest: () => boolean;
  readonly execute: (line: string) => void;
}

const WAITING_LIMIT = 1_000;
/** "Nothing is under way" has to last this long: bytes and answers may still be on the wire. */
const REST_MS = 400;

/** Invariant: lines run in their order; while one waits, those after it wait too. */
export function createLineQueue({ world, atRest, execute }: LineQueueParts): LineQueue {
  let lines: string[] = [];
  let wait: { readonly over: () => boolean; readonly untilMs: number } | undefined;
  let restSinceMs: number | undefined;

  function begin(over: () => boolean, limitMs: number): void {
    wait = { over, untilMs: world.nowMs() + limitMs };
    lookIn(limitMs);
  }

  /** The queue is only checked at events of the world, so this makes one. */
  function lookIn(delayMs: number): void {
    world.after(delayMs, () => undefined);
  }

  function restLasts(): boolean {
    if (!atRest()) {
      restSinceMs = undefined;
      return false;
    }
    if (restSinceMs === undefined) {
      restSinceMs = world.nowMs();
      lookIn(REST_MS + 1);
    }
    return world.nowMs() - restSinceMs >= REST_MS;
  }

  function goOn(): void {
    while (wait === undefined || wait.over() || world.nowMs() >= wait.untilMs) {
      wait = undefined;
      restSinceMs = undefined;
      const line = lines.shift();
      if (line === undefined) return;
      execute(line);
    }
  }

  return {
    push(line) {
      if (lines.length >= WAITING_LIMIT) return false;
      lines.push(line);
      goOn();
      return true;
    },
    pushLast(last) {
      lines.push(...last);
      goOn();
    },
    waitForRest: (limitMs) => begin(restLasts, limitMs),
    waitFor: (durationMs) => begin(() => false, durationMs),
    goOn,
    clear() {
      lines = [];
    },
  };
}
