import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '../../drivers/linux/http-server.js';

/*
 * A process that listens as the notification port does, on a port that it tells its parent: strangers can be measured by
 * what they make it take. With `plain` it is the usual server of Node that gathers the chunks of a body in a list.
 */
const LIMIT_BYTES = 65_536;

function listenPlainly(): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= LIMIT_BYTES) chunks.push(chunk);
    });
    request.on('end', () => response.end(Buffer.concat(chunks)));
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

function listenAsTheTerminal(): void {
  createHttpServer(
    {
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes: LIMIT_BYTES,
      requestTimeoutMs: 5_000,
      connectionLimit: 16,
      judge: ({ target, headers }) =>
        target === '/notify' && headers.signature !== undefined ? undefined : { status: 404, headers: {}, body: '{}' },
    },
    (_request, response) => response.end(200, {}, '{}'),
    (error, listener) => {
      if (listener === undefined) throw error;
      process.send?.(listener.port);
    },
  );
}

if (process.argv[2] === 'plain') listenPlainly();
else listenAsTheTerminal();
