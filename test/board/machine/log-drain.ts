import { createServer } from 'node:net';

/** Takes what programs of the guest write, over the network. */
export interface LogDrain {
  readonly port: number;
  text(): string;
  clear(): void;
  close(): void;
}

export async function createLogDrain(): Promise<LogDrain> {
  let text = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (more) => {
      text += more;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the log has no port');
  return {
    port: address.port,
    text: () => text,
    clear() {
      text = '';
    },
    close: () => void server.close(),
  };
}
