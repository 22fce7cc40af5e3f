import { signature } from './signature.js';
import type { Signer } from './signer.js';

/** A message as it came: header names in lower case, the body unchanged. */
export interface SignedMessage {
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, or text of which they are the UTF-8. */
  readonly body: string | Uint8Array;
  /** The path that the signature covers. */
  readonly path: string;
  /** Replies carry `response-time`, notifications `request-time`. */
  readonly timeHeader: 'response-time' | 'request-time';
}

export type SignatureCheck =
  | { readonly kind: 'valid'; readonly atAcquirerMs?: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong'; readonly why: string };

/**
 * Checks a message's signature. The client id must be ours: the official libraries take it partly from the request and
 * partly from the reply, which differ only in an attack. Never throws.
 */
export function checkSignature(message: SignedMessage, clientId: string, signer: Signer): SignatureCheck {
  const header = message.headers.signature;
  if (header === undefined || header.trim() === '') return { kind: 'missing' };
  const signatureBase64 = signature.parse(header);
  if (signatureBase64 === undefined) return { kind: 'wrong', why: 'the signature header cannot be read' };
  if (message.headers['client-id'] !== clientId) return { kind: 'wrong', why: 'client-id is absent or not ours' };
  const time = message.headers[message.timeHeader];
  if (time === undefined) return { kind: 'wrong', why: `${message.timeHeader} is absent` };
  const content = signature.content(message.path, clientId, time, message.body);
  if (!signer.verify(content, signatureBase64)) return { kind: 'wrong', why: 'the signature does not fit the message' };
  const atAcquirerMs = timeMs(time);
  return atAcquirerMs === undefined ? { kind: 'valid' } : { kind: 'valid', atAcquirerMs };
}

/** Milliseconds since 1970 from a time header: epoch milliseconds (since June 2023) or ISO 8601 with offset (before). */
function timeMs(text: string): number | undefined {
  if (/^\d{12,14}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/.test(text)) return undefined;
  const parsed = Date.parse(text);
  return Number.isFinite(parsed) ? parsed : undefined;
}
