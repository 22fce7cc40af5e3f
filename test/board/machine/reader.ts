import type { Socket } from 'node:net';

/** Takes bytes off a stream, as many as are asked for. */
export interface Reader {
  /** Rejects where the stream ends first. One call at a time. */
  take(count: number): Promise<Buffer>;
}

export function createReader(socket: Socket): Reader {
  let chunks: Buffer[] = [];
  let held = 0;
  let ended = false;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    wake();
  });
  socket.once('close', () => {
    ended = true;
    wake();
  });
  return {
    async take(count) {
      while (held < count) {
        if (ended) throw new Error('the stream ended');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      const rest = whole.subarray(count);
      chunks = rest.length === 0 ? [] : [rest];
      held = rest.length;
      return whole.subarray(0, count);
    },
  };
}
