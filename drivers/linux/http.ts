import type { HttpHost } from '../host.js';
import { createHttpClient } from './http-client.js';
import { createHttpServer } from './http-server.js';
import { reach } from './reach.js';

/** HTTP on a real board: requests through pooled keep-alive connections, listeners on node:http. */
export function createLinuxHttp(): HttpHost {
  return { request: createHttpClient(), reach, listen: createHttpServer };
}
