import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A connection over which both sides send lines. */
export interface LineClient {
  send(line: string): void;
  close(): void;
}

/** Connects to a Unix socket that may appear a little later. `arrived` gets each line; `limitMs` bounds the wait. */
export async function connectLines(
  path: string,
  arrived: (line: string) => void,
  closed: (error: Error) => void,
  limitMs = 20_000,
): Promise<LineClient> {
  const socket = await connectPatiently(path, limitMs);
  createInterface({ input: socket })
    .on('line', arrived)
    .on('error', () => undefined);
  socket.once('close', () => closed(new Error(`the connection to ${path} ended`)));
  return { send: (line) => void socket.write(`${line}\n`), close: () => void socket.destroy() };
}

/** Connects to a Unix socket as soon as somebody listens there. */
export async function connectPatiently(path: string, limitMs = 20_000): Promise<Socket> {
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const socket = createConnection(path);
    const error = await new Promise<Error | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('error', resolve);
    });
    if (error === undefined) return socket;
    if (performance.now() > untilMs) throw new Error(`nobody listens on ${path}: ${error.message}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
