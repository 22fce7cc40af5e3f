import { connect } from 'node:net';
import { HostError, type HttpHost } from '../host.js';
import { httpClientError } from './http-client-error.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 };

/**
 * Whether a connection to an origin can be made: name, route and port. It is closed at once and nothing is sent over it, so
 * that the peer has nothing to answer.
 */
export const reach: HttpHost['reach'] = (origin, timeoutMs, done) => {
  const { hostname, port, protocol, host } = new URL(origin);
  /* An IPv6 address has brackets in a URL, and none for a socket. */
  const socket = connect({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (DEFAULT_PORTS[protocol] ?? 443) : Number(port),
  });
  let over = false;
  const finish = (error: HostError | undefined): void => {
    clearTimeout(timer);
    socket.destroy();
    if (over) return;
    over = true;
    setImmediate(() => done(error));
  };
  /* The socket's own timeout does not count while the name is looked up. */
  const timer = setTimeout(
    () => finish(new HostError('timeout', `no connection to ${host} within ${timeoutMs} ms`)),
    timeoutMs,
  );
  socket.once('connect', () => finish(undefined));
  /* Stays after the end: a later error without a listener would end the process. */
  socket.on('error', (error) => finish(httpClientError({ url: origin }, error, false)));
};
