import { createServer } from 'node:net';

/*
 * Below the range from which the system gives ports to whoever asks for any (32768 and up, see ip_local_port_range), so
 * that no connection takes one between this look at it and the start of the program it is for. Each process begins at
 * a place of its own and never offers a port twice: test runs that overlap do not meet.
 */
const FIRST = 11_000;
const COUNT = 21_000;
let next = Math.floor(Math.random() * COUNT);

/** A port of loopback that nobody holds and nobody else is likely to take. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries += 1) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
  throw new Error('no port of loopback is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
