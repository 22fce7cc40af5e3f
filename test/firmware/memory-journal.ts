import { HostError } from '../../drivers/host.js';
import type { Journal } from '../../firmware/kernel.js';
import type { TerminalRecord } from '../../flows/record.js';

export interface MemoryJournal extends Journal {
  /** What is durable, in order. */
  readonly records: TerminalRecord[];
  readonly commits: () => number;
  /** From now on commits wait for `resume`. */
  pause(): void;
  /** Finishes what waits, and stops waiting. */
  resume(): void;
  /** Fails what waits, as a card does that reports an error. */
  fail(): void;
}

/** Commits at once, or when told to. */
export function createMemoryJournal(): MemoryJournal {
  const records: TerminalRecord[] = [];
  let commits = 0;
  let paused = false;
  let waiting: ((error?: HostError) => void)[] = [];

  function release(error?: HostError): void {
    const released = waiting;
    waiting = [];
    for (const finish of released) finish(error);
  }

  return {
    records,
    commits: () => commits,
    commit(added, _book, done) {
      const finish = (error?: HostError): void => {
        if (error === undefined) {
          records.push(...added);
          commits += 1;
        }
        done(error);
      };
      if (paused) waiting.push(finish);
      else finish();
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      release();
    },
    fail: () => release(new HostError('io', 'the card reports an error')),
  };
}
