/** Signs with the acquirer's key and verifies with the terminal's. Signatures are standard base64. */
export interface AcquirerSigner {
  sign(content: string): string;
  verify(content: string | Uint8Array, signature: string): boolean;
}

/**
 * What a signature covers (Alipay "Sign a request and verify the signature"): for a reply the path is the request's,
 * for a notification the path of the notify URL.
 */
export function signedContent(path: string, clientId: string, time: string, body: string): string {
  return `POST ${path}\n${clientId}.${time}.${body}`;
}

/** The `Signature` header around a base64 signature. */
export function signatureHeader(signature: string): string {
  return `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature)}`;
}

/**
 * The base64 signature in a `Signature` header, or undefined where there is none, the algorithm is not RSA256 or it is
 * not URL-encoded. Spaces after the commas are allowed, as Alipay's own examples have them.
 */
export function signatureOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  let algorithm = '';
  let signature = '';
  for (const part of header.split(',')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim().toLowerCase();
    const value = part.slice(at + 1).trim();
    if (name === 'algorithm') algorithm = value;
    if (name === 'signature') signature = value;
  }
  if (algorithm !== 'RSA256' || signature === '') return undefined;
  try {
    return decodeURIComponent(signature);
  } catch {
    return undefined;
  }
}
