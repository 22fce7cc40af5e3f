import type { HttpServerRequest } from '../drivers/host.js';

/** A call of the local API at `port`, as a program on the same machine sends it; `body` is sent as JSON. */
export function localRequest(port: number, method: 'GET' | 'POST', target: string, body: unknown): HttpServerRequest {
  const headers: Record<string, string> = { host: `127.0.0.1:${port}` };
  if (method === 'POST') headers['content-type'] = 'application/json';
  return { method, target, headers, body: Buffer.from(JSON.stringify(body) ?? ''), remoteAddress: '127.0.0.1' };
}
