/**
 * Alipay's signature scheme, as text (source: "Digital signature" page and the signature tool of every official SDK).
 * Requests, replies and notifications are all signed over
 *
 *     POST <path>\n<Client-Id>.<time>.<raw body>
 *
 * where the path has no domain and no query, and the time and body are exactly as sent. A reply is signed over the path
 * of its request with the headers `client-id` and `response-time`.
 */
export const signature = { content, header, parse };

/** The bytes to sign, as text of which they are the UTF-8 or as they are. `time` is the header's text, unchanged. */
function content<Body extends string | Uint8Array>(
  path: string,
  clientId: string,
  time: string,
  body: Body,
): Body extends string ? string : Body;
function content(path: string, clientId: string, time: string, body: string | Uint8Array): string | Uint8Array {
  const head = `POST ${path}\n${clientId}.${time}.`;
  return typeof body === 'string' ? head + body : Buffer.concat([Buffer.from(head, 'utf8'), body]);
}

/** The value of the `Signature` header for a signature in base64. */
function header(signatureBase64: string): string {
  return `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signatureBase64)}`;
}

const mostHeaderLength = 2048;

/**
 * The signature in base64 from a `Signature` header, or undefined when there is none in it. Tolerates spaces after the
 * commas (the documentation's examples have them), any order, and values that are not URL-encoded. Only RSA256 counts.
 */
function parse(value: string): string | undefined {
  if (value.length > mostHeaderLength) return undefined;
  const fields = new Map<string, string>();
  for (const field of value.split(',')) {
    const at = field.indexOf('=');
    if (at < 1) continue;
    const name = field.slice(0, at).trim().toLowerCase();
    if (fields.has(name)) return undefined;
    fields.set(name, field.slice(at + 1).trim());
  }
  const algorithm = fields.get('algorithm');
  if (algorithm !== undefined && algorithm.toUpperCase() !== 'RSA256') return undefined;
  const decoded = urlDecoded(fields.get('signature') ?? '');
  return /^[A-Za-z0-9+/]{1,1400}={0,2}$/.test(decoded) ? decoded : undefined;
}

/** `decodeURIComponent` leaves `+` alone, so that raw base64 passes too. */
function urlDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}
