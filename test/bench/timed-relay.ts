import { connect, createServer, type Socket } from 'node:net';

/** Passes bytes on between a client and a server, and tells of each piece when it came, before it goes on. */
export interface TimedRelay {
  readonly url: string;
  close(): void;
}

export interface TimedRelayEvents {
  /** From the client, which the server has not seen yet. */
  asked(text: string, atMs: number): void;
  /** From the server, which the client has not seen yet. */
  answered(text: string, atMs: number): void;
}

export function createTimedRelay(targetUrl: string, events: TimedRelayEvents): Promise<TimedRelay> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const pass = (from: Socket, to: Socket, tell: (text: string, atMs: number) => void): void => {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes: Buffer) => {
        tell(bytes.toString('latin1'), performance.now());
        to.write(bytes);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    };
    pass(near, far, events.asked);
    pass(far, near, events.answered);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${port}${target.pathname === '/' ? '' : target.pathname}`,
        close() {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
}
