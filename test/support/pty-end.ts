import { constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

export interface PtyEnd {
  received(): Buffer;
  send(bytes: Uint8Array): void;
  close(): void;
}

/**
 * One end of a pty, as plain bytes. The stream owns the descriptor: closing it elsewhere would close whatever had got
 * its number meanwhile.
 */
export function openPtyEnd(path: string, arrived: (bytes: Uint8Array) => void = () => undefined): PtyEnd {
  const chunks: Buffer[] = [];
  const stream = new ReadStream(openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
  stream.on('data', (chunk) => {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    arrived(bytes);
  });
  stream.on('error', () => undefined);
  return {
    received: () => Buffer.concat(chunks),
    send: (bytes) => void stream.write(bytes),
    close: () => void stream.destroy(),
  };
}
