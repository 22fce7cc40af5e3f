import type inspector from 'node:inspector';

/**
 * Signals that would end the process on the spot, or worse: SIGUSR1 makes Node open its inspector, which lets every local user
 * read keys and run code.
 */
export const IGNORED_SIGNALS = ['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGIO', 'SIGSTKFLT'] as const;

export interface IgnoredSignals {
  /** `told` is called with each that came, and comes; from now on those of `also` are among them. */
  tell(told: (signal: string) => void, also?: readonly NodeJS.Signals[]): void;
}

/** When a signal of before has had its effect. */
const LATE_MS = [10, 200, 1_000] as const;
const REMEMBERED = 20;

/** From now on these signals do nothing, and an inspector that one of them opened before is closed. */
export function ignoreSignals(): IgnoredSignals {
  let told: ((signal: string) => void) | undefined;
  const untold: string[] = [];
  const came = (signal: NodeJS.Signals): void => {
    if (told !== undefined) told(signal);
    else if (untold.length < REMEMBERED) untold.push(signal);
  };
  for (const signal of IGNORED_SIGNALS) process.on(signal, came);
  if (!inspectorAskedFor()) {
    closeInspector();
    for (const lateMs of LATE_MS) setTimeout(closeInspector, lateMs).unref();
  }
  return {
    tell(callback, also = []) {
      told = callback;
      for (const signal of also) process.on(signal, came);
      for (const signal of untold.splice(0)) callback(signal);
    },
  };
}

function closeInspector(): void {
  /* Undefined where Node was built without one. */
  const found = process.getBuiltinModule('node:inspector') as typeof inspector | undefined;
  if (found?.url() !== undefined) found.close();
}

/** A developer's wish, on the command line or in the environment. */
function inspectorAskedFor(): boolean {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((text) => text.includes('--inspect'));
}
