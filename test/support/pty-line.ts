import { closeSync, constants, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPty } from './open-pty.js';

/** A serial line whose device is played by this process. */
export interface PtyLine {
  /** The port that the terminal opens; the same after each `plug`. */
  readonly path: string;
  send(bytes: Uint8Array | string): void;
  onBytes(take: (bytes: Uint8Array) => void): void;
  /** Every byte that the terminal sent. */
  received(): Buffer;
  /** Removes the port, as a USB adapter does that is pulled out. */
  unplug(): void;
  plug(): void;
  remove(): void;
}

/** Creates a line that is plugged in. */
export function createPtyLine(): PtyLine {
  const directory = mkdtempSync(join(tmpdir(), 'tillbox-line-'));
  const path = join(directory, 'tty');
  const chunks: Uint8Array[] = [];
  const takers = [(bytes: Uint8Array): void => void chunks.push(bytes)];
  let end: { send(bytes: Uint8Array | string): void; hangUp(): void } | undefined;

  const line: PtyLine = {
    path,
    send: (bytes) => end?.send(bytes),
    onBytes: (take) => void takers.push(take),
    received: () => Buffer.concat(chunks),
    unplug() {
      end?.hangUp();
      end = undefined;
    },
    plug() {
      const { file, far } = openPty('raw');
      /* The far end closes with the last program that has the tty open; this one keeps it. */
      const held = openSync(file, constants.O_RDWR | constants.O_NOCTTY);
      symlinkSync(file, path);
      far.on('data', (bytes: Buffer) => {
        for (const take of takers) take(bytes);
      });
      end = {
        send: (bytes) => void far.write(bytes),
        hangUp() {
          rmSync(path);
          far.destroy();
          closeSync(held);
        },
      };
    },
    remove() {
      line.unplug();
      rmSync(directory, { recursive: true });
    },
  };
  line.plug();
  return line;
}
