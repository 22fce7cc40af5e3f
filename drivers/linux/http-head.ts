import type { IncomingMessage } from 'node:http';
import type { HttpRefusalStatus, HttpRequestHead } from '../host.js';

const HEADER_COUNT_LIMIT = 100;

/**
 * Headers that decisions depend on: the host, who asks, the length and the type of the body. Of two such headers Node keeps
 * the first, while a proxy in front may keep the last.
 */
const SINGLE = new Set([
  'agent-token',
  'authorization',
  'client-id',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'last-event-id',
  'origin',
  'referer',
  'request-time',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'signature',
  'transfer-encoding',
]);

/** The error in the head of a request, whatever it asks for. */
export function headFault({
  rawHeaders,
  httpVersion,
  headers,
  url = '',
}: IncomingMessage): HttpRefusalStatus | undefined {
  if (rawHeaders.length > 2 * HEADER_COUNT_LIMIT) return 431;
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return 400;
    seen.add(name);
  }
  if (httpVersion === '1.1' && headers.host === undefined) return 400;
  return url === '*' || url.startsWith('/') || ABSOLUTE.test(url) ? undefined : 400;
}

/** An absolute target, which every server has to accept, as proxies and some clients send it; without a user name. */
const ABSOLUTE = /^https?:\/\/([^/?#@]+)(\/[^#]*|\?[^#]*)?$/i;

/** An absolute target names the host that is addressed, whatever the header says (RFC 9112 §3.2.2). */
export function headOf(request: IncomingMessage): HttpRequestHead {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  const [, host, path = '/'] = ABSOLUTE.exec(request.url ?? '') ?? [];
  if (host !== undefined) headers.host = host;
  return {
    method: request.method ?? '',
    target: host === undefined ? (request.url ?? '') : path.replace(/^\?/, '/?'),
    headers,
    remoteAddress: request.socket.remoteAddress ?? '',
  };
}
