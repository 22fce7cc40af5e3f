import type inspector from 'node:inspector';

/**
 * Signals that would end the process on the spot, or worse: SIGUSR1 makes Node open its inspector, which lets every local user
 * read keys and run code.
 */
export const IGNORED_SIGNALS = ['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGIO', 'SIGSTKFLT'] as const;

export interface IgnoredSignals {
  /** Calls `received` with each ignored signal, earlier ones included. From now on the signals of `also` are ignored too. */
  report(received: (signal: string) => void, also?: readonly NodeJS.Signals[]): void;
}

/** By then a signal that came before has had its effect. */
const LATE_MS = [10, 200, 1_000] as const;
const REMEMBERED = 20;

/** Makes these signals do nothing, and closes an inspector that one of them opened before. */
export function ignoreSignals(): IgnoredSignals {
  let received: ((signal: string) => void) | undefined;
  const unreported: string[] = [];
  const came = (signal: NodeJS.Signals): void => {
    if (received !== undefined) received(signal);
    else if (unreported.length < REMEMBERED) unreported.push(signal);
  };
  for (const signal of IGNORED_SIGNALS) process.on(signal, came);
  if (!inspectorAskedFor()) {
    closeInspector();
    for (const lateMs of LATE_MS) setTimeout(closeInspector, lateMs).unref();
  }
  return {
    report(callback, also = []) {
      received = callback;
      for (const signal of also) process.on(signal, came);
      for (const signal of unreported.splice(0)) callback(signal);
    },
  };
}

function closeInspector(): void {
  /* Undefined where Node was built without one. */
  const found = process.getBuiltinModule('node:inspector') as typeof inspector | undefined;
  if (found?.url() !== undefined) found.close();
}

/** A developer may ask for it on the command line or in the environment. */
function inspectorAskedFor(): boolean {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((text) => text.includes('--inspect'));
}
