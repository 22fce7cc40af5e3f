import { HostError, type HostErrorCode, type HttpRequest } from '../host.js';

/** These arise only while the name is looked up or the connection is made. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL']);
/** These arise while connecting and later too; only the system call tells which. */
const perhapsConnected = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'ETIMEDOUT']);
const connectionLost = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_SOCKET_CLOSED',
]);
/** OpenSSL's and Node's words for a server certificate that was not accepted: no request follows such a handshake. */
const certificateRefused =
  /^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|ERR_TLS_CERT_)/;

/**
 * Says in the seam's words why a request failed. `refused` is used only where the peer cannot have seen the request.
 */
export function httpClientError(request: Pick<HttpRequest, 'url'>, error: unknown): HostError {
  if (error instanceof HostError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = textOf(error, 'code');
  return new HostError(hostErrorCode(code, error, reason), explain(request, code, reason));
}

function hostErrorCode(code: string, error: unknown, reason: string): HostErrorCode {
  if (textOf(error, 'type') === 'max-size' || code === 'HPE_HEADER_OVERFLOW') return 'tooLarge';
  if (neverConnected.has(code) || certificateRefused.test(code)) return 'refused';
  if (perhapsConnected.has(code)) {
    // Without a system call it is the sum of several tries to connect, one for each address of the name.
    const call = textOf(error, 'erroredSysCall');
    return call === '' || call === 'connect' || call === 'getaddrinfo' ? 'refused' : 'disconnected';
  }
  if (connectionLost.has(code) || reason.startsWith('Premature close')) return 'disconnected';
  // A TypeError comes before anything is sent: a URL, a scheme or a header that cannot be used.
  if (error instanceof TypeError) return 'unsupported';
  return 'io';
}

function explain(request: Pick<HttpRequest, 'url'>, code: string, reason: string): string {
  if (!certificateRefused.test(code)) return reason;
  return `${reason} (the certificate of ${new URL(request.url).host} is not trusted: check the pinned CA file and the clock)`;
}

function textOf(error: unknown, name: string): string {
  if (typeof error !== 'object' || error === null) return '';
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}
