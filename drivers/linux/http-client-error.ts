import { networkInterfaces } from 'node:os';
import { HostError, type HostErrorCode, type HttpRequest } from '../host.js';

const connectionLost = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'ETIMEDOUT',
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_SOCKET_CLOSED',
]);
/** OpenSSL's and Node's codes for a server certificate that was not accepted: no request follows such a handshake. */
const certificateRefused =
  /^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|ERR_TLS_CERT_)/;

/**
 * The `HostError` for a failed request. `left`: whether its connection was made. `refused` is used only where it was not, so
 * that the peer cannot have seen the request.
 */
export function httpClientError(request: Pick<HttpRequest, 'url'>, error: unknown, left: boolean): HostError {
  if (error instanceof HostError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = textOf(error, 'code');
  return new HostError(hostErrorCode(code, error, reason, left), explain(request, code, reason), systemCode(code));
}

function hostErrorCode(code: string, error: unknown, reason: string, left: boolean): HostErrorCode {
  // A TypeError comes before a connection is tried: a URL, a scheme or a header that cannot be used.
  if (!left) return error instanceof TypeError ? 'unsupported' : 'refused';
  if (textOf(error, 'type') === 'max-size' || code === 'HPE_HEADER_OVERFLOW') return 'tooLarge';
  if (connectionLost.has(code) || reason.startsWith('Premature close')) return 'disconnected';
  return 'io';
}

function explain(request: Pick<HttpRequest, 'url'>, code: string, reason: string): string {
  if (!certificateRefused.test(code)) return reason;
  return `${reason} (the certificate of ${new URL(request.url).host} is not trusted: check the pinned CA file and the clock)`;
}

/** Codes of the network layer where this machine has no network at all. */
const perhapsNoNetwork = new Set(['EAI_AGAIN', 'ENOTFOUND', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN']);

/** Without its cable a machine often has only a loopback address, and its resolver reports the name as the problem. */
function systemCode(code: string): string | undefined {
  if (code === '') return undefined;
  return perhapsNoNetwork.has(code) && !hasNetwork() ? 'ENONET' : code;
}

function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
}

function textOf(error: unknown, name: string): string {
  if (typeof error !== 'object' || error === null) return '';
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}
