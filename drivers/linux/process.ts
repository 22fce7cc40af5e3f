import { closeSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { exitProcess } from './exit-process.js';
import { fileTrouble } from './file-trouble.js';
import { ignoreSignals } from './ignored-signals.js';
import { keepMemoryPrivate } from './keep-memory-private.js';
import { unblockedDescriptor } from './unblocked-descriptor.js';

/** The process as the command line sees it. */
export interface CommandProcess {
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes text, without adding a line end, before it returns. Where that fails, `exit` reports it. */
  out(text: string): void;
  /** Like `out`, but gives up where nobody reads it for a second. */
  errorOut(text: string): void;
  /**
   * With 74 instead of 0 where output could not be written, unless its reader went away: `| head`, or a terminal whose window
   * was closed.
   */
  exit(code: number): void;
  /**
   * Called once, with the signal's name, when somebody or the system asks the process to end (`STOP_SIGNALS`). Without it such a
   * signal just ends the process, and so does a second SIGTERM or SIGINT.
   */
  onStop(stop: (reason: string) => void): void;
  /** Called with each ignored signal, earlier ones included. From now on the signals of `also` are ignored too. */
  onIgnored(received: (signal: string) => void, also?: readonly NodeJS.Signals[]): void;
  /** Called with an error that nobody caught. The callback has to end the process. */
  onCrash(crashed: (error: Error) => void): void;
}

/** Requests to end: by a person or supervisor, a closed terminal, failing power, or too much processor time. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGPWR', 'SIGXCPU'] as const;
/** A second one of these ends the process at once. */
const INSISTING: readonly string[] = ['SIGTERM', 'SIGINT'];

const OUTPUT_FAILED = 74;
const ERROR_OUTPUT_LIMIT_MS = 1_000;
const TRY_AGAIN_MS = 10;

/** This process. */
export function createProcess(): CommandProcess {
  keepMemoryPrivate();
  const ignored = ignoreSignals();
  const terminals = [0, 1, 2].filter(isatty);
  let errorDescriptor: number | undefined;
  let outTrouble: NodeJS.ErrnoException | undefined;

  const errorOut = (text: string): void => {
    errorDescriptor ??= unblockedDescriptor(2);
    write(errorDescriptor, text, ERROR_OUTPUT_LIMIT_MS);
  };

  return {
    args: process.argv.slice(2),
    env: process.env,
    out(text) {
      outTrouble ??= write(1, text, Number.POSITIVE_INFINITY);
    },
    errorOut,
    exit(code) {
      const unread = outTrouble?.code === 'EPIPE' || (outTrouble?.code === 'EIO' && terminals.includes(1));
      const cut = outTrouble !== undefined && !unread;
      if (cut) errorOut(`tillbox: the output is not whole: ${fileTrouble(outTrouble, 'standard output')}\n`);
      /* Node restores the modes of its terminals at exit, and aborts where one is gone. */
      for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
      exitProcess(cut && code === 0 ? OUTPUT_FAILED : code);
    },
    onStop(stop) {
      let stopping = false;
      const asked = (reason: NodeJS.Signals): void => {
        if (stopping && INSISTING.includes(reason)) return endBy(reason, asked);
        if (stopping) return;
        stopping = true;
        stop(reason);
      };
      for (const signal of STOP_SIGNALS) process.on(signal, asked);
    },
    onIgnored: ignored.report,
    onCrash(crashed) {
      process.on('uncaughtException', crashed);
    },
  };
}

/** Restores the default action of a signal. */
function endBy(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): void {
  process.off(signal, listener);
  process.kill(process.pid, constants.signals[signal]);
}

/**
 * Synchronous, so that nothing is lost at exit. Returns the error where it could not be written.
 * @param limitMs how long to wait for a reader
 */
function write(descriptor: number, text: string, limitMs: number): NodeJS.ErrnoException | undefined {
  let rest: Uint8Array = Buffer.from(text, 'utf8');
  for (let waitedMs = 0; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const trouble = error as NodeJS.ErrnoException;
      if (trouble.code !== 'EAGAIN' || waitedMs >= limitMs) return trouble;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TRY_AGAIN_MS);
      waitedMs += TRY_AGAIN_MS;
    }
  }
  return undefined;
}
