import { type KeyObject, sign, verify } from 'node:crypto';

/** Signs what we send and verifies what the acquirer sent. A simulated world may put a fast one in place of RSA. */
export interface Signer {
  /** The signature of the content's UTF-8 bytes, in base64. */
  sign(content: string): string;
  /** The same of what was received, bytes or text. False for any wrong or malformed signature; never throws. */
  verify(content: string | Uint8Array, signatureBase64: string): boolean;
}

/** SHA256withRSA, PKCS#1 v1.5, with our private key and Alipay's public key (see `rsaKey` for reading them). */
export function createRsaSigner(privateKey: KeyObject, alipayPublicKey: KeyObject): Signer {
  return {
    sign: (content) => sign('RSA-SHA256', Buffer.from(content, 'utf8'), privateKey).toString('base64'),
    verify(content, signatureBase64) {
      try {
        return verify(
          'RSA-SHA256',
          typeof content === 'string' ? Buffer.from(content, 'utf8') : content,
          alipayPublicKey,
          Buffer.from(signatureBase64, 'base64'),
        );
      } catch {
        return false;
      }
    },
  };
}
