import { type Clock, HostError } from './host.js';

/** A taken GPIO line, or several behind one object. */
interface Releasable {
  release(): void;
}

export interface HeldLines {
  /**
   * Runs what reads or writes the lines; nothing while they are not held. Returns whether it ran to its end: where a line
   * fails, all are released and `lost` has been called when this returns.
   */
  use(act: () => void): boolean;
  /** A line reports by itself that it failed. */
  fail(error: HostError): void;
  /** Releases the lines. No event follows. */
  close(): void;
}

export interface HeldLinesEvents {
  /** Takes the lines, each through `hold` at once, and starts to use them. May throw a `HostError` at any point. */
  take(hold: <Line extends Releasable>(line: Line) => Line): void;
  /** A line could not be taken or failed. All are released; the next try follows by itself. */
  lost(error: HostError): void;
}

const RETRY_MS = 30_000;

/**
 * The GPIO lines of one device, taken together and taken again after a failure: an expander on USB goes with its plug.
 * The counterpart of `createReconnectingPort`. The first try follows the call; later ones come 30 s after a failure.
 *
 * Invariants: all lines are held or none; `use` does nothing while none are held; after `close` nothing is called.
 */
export function createHeldLines(clock: Clock, events: HeldLinesEvents): HeldLines {
  let held: Releasable[] | undefined;
  let retry = clock.after(0, take);

  function take(): void {
    const taken: Releasable[] = [];
    held = taken;
    use(() =>
      events.take((line) => {
        taken.push(line);
        return line;
      }),
    );
  }

  function use(act: () => void): boolean {
    if (held === undefined) return false;
    try {
      act();
      return true;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      fail(error);
      return false;
    }
  }

  function fail(error: HostError): void {
    if (held === undefined) return;
    release();
    retry = clock.after(RETRY_MS, take);
    events.lost(error);
  }

  function release(): void {
    for (const line of held ?? []) line.release();
    held = undefined;
  }

  return {
    use,
    fail,
    close() {
      retry.cancel();
      release();
    },
  };
}
