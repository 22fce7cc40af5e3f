import { connect, createServer, type Socket } from 'node:net';

/** Passes every byte on between a client and a server, unchanged, and keeps what the client said. */
export interface ByteRelay {
  readonly port: number;
  /** What clients have sent, a text a connection. */
  sent(): readonly string[];
  close(): void;
}

export function createByteRelay(target: { readonly host: string; readonly port: number }): Promise<ByteRelay> {
  const connections: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const said: Buffer[] = [];
    connections.push(said);
    const far = connect(target.port, target.host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
    near.on('data', (bytes: Buffer) => said.push(bytes));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        sent: () => connections.map((said) => Buffer.concat(said).toString('utf8')),
        close() {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
}
