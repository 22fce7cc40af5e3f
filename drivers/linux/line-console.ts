import { fstatSync } from 'node:fs';
import { clearScreenDown, createInterface, cursorTo, moveCursor } from 'node:readline';

const STDIN = 0;

/** A console on which a person or a script enters lines and reads output. */
export interface LineConsole {
  /** A person sits at a terminal; otherwise input or output is a file or a pipe. */
  readonly isTerminal: boolean;
  /** The input is a file: a script that ends with its last line. Unlike a pipe nobody can add to it. */
  readonly isFile: boolean;
  /** Starts to read. */
  open(events: LineConsoleEvents): void;
  /** Writes whole lines; at a terminal they go above the line that is being typed. */
  print(text: string): void;
  close(): void;
}

export interface LineConsoleEvents {
  line(text: string): void;
  /** The input has ended: Ctrl-D at a terminal, or its window or connection is gone; the end of a file or pipe. */
  ended(): void;
  /** Ctrl-C at a terminal. Elsewhere it is a signal to the process. */
  interrupted(): void;
  /** Completions of a line, for the Tab key. */
  complete(start: string): string[];
}

/** The standard input and output of this process. `write` writes to the latter, synchronously. */
export function createLineConsole(prompt: string, write: (text: string) => void): LineConsole {
  const { stdin, stdout } = process;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  let lines: ReturnType<typeof createInterface> | undefined;

  function printAbove(text: string): void {
    if (lines === undefined) return write(text);
    const { rows } = lines.getCursorPos();
    moveCursor(stdout, 0, -rows);
    cursorTo(stdout, 0);
    clearScreenDown(stdout);
    write(text);
    lines.prompt(true);
  }

  return {
    isTerminal,
    isFile: isFile(STDIN),
    open(events) {
      const opened = isTerminal
        ? createInterface({
            input: stdin,
            output: stdout,
            prompt,
            completer: (start: string): [string[], string] => [events.complete(start), start],
          })
        : createInterface({ input: stdin, terminal: false });
      lines = opened;
      // A terminal that goes away gives errors instead of an end, one more when it is closed, and a signal that would end
      // the process at once.
      let vanished = false;
      const vanish = (): void => {
        if (vanished) return;
        vanished = true;
        opened.close();
      };
      stdin.on('error', vanish);
      /* The reader is gone; what is written is dropped. */
      stdout.on('error', () => undefined);
      opened.on('error', vanish);
      if (isTerminal) process.once('SIGHUP', vanish);
      opened.on('line', (text) => {
        events.line(text);
        if (isTerminal && lines !== undefined) opened.prompt();
      });
      opened.on('SIGINT', events.interrupted);
      opened.once('close', () => {
        if (lines === undefined) return;
        lines = undefined;
        events.ended();
      });
      if (isTerminal) opened.prompt();
    },
    print: isTerminal ? printAbove : write,
    close() {
      const open = lines;
      lines = undefined;
      if (open !== undefined && isTerminal) write('\n');
      open?.close();
      /* Files and /dev/null have no handle, and do not keep the process running. */
      if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
    },
  };
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
