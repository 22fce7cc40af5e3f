import { closeSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { exitProcess } from './exit-process.js';

/** The process as the command line sees it. */
export interface CommandProcess {
  /** What follows the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes text, without adding a line end, before it returns. */
  out(text: string): void;
  errorOut(text: string): void;
  exit(code: number): void;
  /**
   * Called once, with the signal's name, when somebody asks the process to end (SIGTERM, SIGINT). Without it, and when asked a
   * second time, the process just ends.
   */
  onStop(stop: (reason: string) => void): void;
  /** Called with an error that nobody caught. The callback has to end the process. */
  onCrash(crashed: (error: Error) => void): void;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** This process. */
export function createProcess(): CommandProcess {
  const terminals = [0, 1, 2].filter(isatty);
  return {
    args: process.argv.slice(2),
    env: process.env,
    out: (text) => write(1, text),
    errorOut: (text) => write(2, text),
    exit(code) {
      /* Node restores the modes of its terminals at exit, and aborts where one has gone meanwhile. */
      for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
      exitProcess(code);
    },
    onStop(stop) {
      const asked = (reason: NodeJS.Signals): void => {
        for (const signal of STOP_SIGNALS) process.off(signal, asked);
        stop(reason);
      };
      for (const signal of STOP_SIGNALS) process.on(signal, asked);
    },
    onCrash(crashed) {
      process.on('uncaughtException', crashed);
    },
  };
}

/** Synchronous, so that nothing is lost at exit. A reader that went away (`| head`) is no error. */
function write(descriptor: 1 | 2, text: string): void {
  let rest: Uint8Array = Buffer.from(text, 'utf8');
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'EAGAIN') return;
    }
  }
}
