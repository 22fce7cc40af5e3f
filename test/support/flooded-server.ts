import { createHttpServer } from '../../drivers/linux/http-server.js';

/**
 * A process that listens as the notification port does, on a port that it tells its parent: strangers can be measured by
 * what they make it take.
 */
createHttpServer(
  {
    host: '127.0.0.1',
    port: 0,
    bodyLimitBytes: 65_536,
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
